"""Possible links between accounts of the case, what speaks for and against, and what people decided."""
