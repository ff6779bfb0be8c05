"""Trusted time: RFC 3161 requests and tokens, authorities, and the names of their files."""
