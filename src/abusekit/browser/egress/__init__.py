"""The one way out: a gate for every connection that a browser makes."""
