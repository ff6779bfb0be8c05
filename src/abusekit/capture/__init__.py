"""Capturing addresses from the web: what was sent and received, byte for byte, and what can be read from it."""
