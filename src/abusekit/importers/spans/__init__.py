"""Where in a file something stands: readers of text formats that give the byte range of what they read."""
