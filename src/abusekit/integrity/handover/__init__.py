"""Custody passes from one person to another."""
