"""What the custody log says: one strict pass over it."""
