"""The network, watched: which addresses may be reached, and how a name becomes an address."""
