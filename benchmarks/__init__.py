"""What abusekit costs, as ratios against named peers that run in turn with it: `python -m benchmarks`."""
