"""The case folder: everything else stands on it. No network; no knowledge of any one kind of evidence."""
