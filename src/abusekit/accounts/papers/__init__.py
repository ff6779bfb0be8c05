"""What is handed to others about accounts: sheet, preservation, block list, what is new since a submission."""
