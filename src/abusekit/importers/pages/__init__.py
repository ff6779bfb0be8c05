"""Web pages and recordings of web traffic that a person saved with a browser."""
