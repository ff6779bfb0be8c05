"""The page: loaded, brought to rest, scrolled, opened up, held still, and all that the browser tells of it."""
