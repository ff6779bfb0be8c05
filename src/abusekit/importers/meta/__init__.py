"""What Meta's exports hold: Messenger, Facebook and Instagram, as JSON and as HTML."""
