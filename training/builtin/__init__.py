"""Training of the built-in model: one command from pictures with label maps to a weights file."""
