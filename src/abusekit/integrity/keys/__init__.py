"""Signing keys and signatures: OpenSSH's formats, the user's store, and who is vouched for."""
