"""Accounts and links drawn: terminal, SVG, and a page that opens by itself."""
