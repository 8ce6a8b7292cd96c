"""Compares what was read back of an export with the project."""
