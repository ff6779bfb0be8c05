"""Web archive files: HTTP exchanges as WARC 1.1, packed as WACZ 1.1.1, and their strict checking."""
