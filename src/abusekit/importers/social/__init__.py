"""Public posts and messages of platforms: archives that their users download."""
