"""Prove it: manifests, keys, signatures, seals, and the checks that a stranger can repeat."""
