"""The two programs of the kit as they are handed out. They stand alone: nothing in abusekit is needed to run them."""
