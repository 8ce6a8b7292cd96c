"""Tools of the canvas: one class each, chosen by a table."""
