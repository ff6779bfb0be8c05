"""abusekit: turn online abuse into evidence that police, prosecutors and courts can check."""

__version__ = "0.1.0"
