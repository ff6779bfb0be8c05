"""HAND IT OVER: copies of a case, or of a part of it, for others."""
