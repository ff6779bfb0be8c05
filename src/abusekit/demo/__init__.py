"""The practice site: an invented social network on loopback, to try the tool on without anyone's data."""
