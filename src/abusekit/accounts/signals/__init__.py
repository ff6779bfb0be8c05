"""What two accounts may have in common: pure functions of texts, handles and pictures; no case is known here."""
