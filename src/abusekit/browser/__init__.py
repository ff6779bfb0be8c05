"""Chromium, driven and recorded: it knows pages and connections, and nothing of cases."""
