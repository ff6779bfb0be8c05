"""What the exports of a case say, message by message: read on demand, joined over exports, never stored as evidence."""
