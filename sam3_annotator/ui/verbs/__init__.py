"""What the user's verbs do to the project."""
