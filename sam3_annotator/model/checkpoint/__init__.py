"""Loads SAM 3 from the files that people have of it; knows their names for things, checks everything, runs no code."""

from __future__ import annotations

from sam3_annotator.model.checkpoint.loading import load_model

__all__ = ["load_model"]
