"""The model as the window sees it: asking it, and showing what it answers."""
