"""Who: accounts as the evidence shows them, their names over time, and what people claim about links between them.

An account is never a person. Nothing here says who someone is, and accounts are never merged.
"""
