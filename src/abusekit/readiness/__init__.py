"""Is a case ready to be handed over? Not whether it verifies, which `integrity` says, but what is still weak in it.

Advice on what to add, for the person who keeps the case; no claim about what a court makes of it.
"""
