"""Seals: what they state, who signs them, and who stamps them."""
