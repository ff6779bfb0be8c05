"""WhatsApp's "Export chat": a text file, alone or in a zip or folder with the media that it names."""
