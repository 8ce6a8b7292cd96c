"""Rings, as other programs keep outlines, and the regions they stand for."""
