"""The model as the window sees it: asking it, and keeping what it answers."""
