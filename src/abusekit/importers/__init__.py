"""Get it from files: what a file is, and what it says of itself."""
