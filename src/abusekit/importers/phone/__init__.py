"""What a phone holds: text messages and calls, as backup programs write them."""
