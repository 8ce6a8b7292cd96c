"""Masks as PNG files: those of this program with `masks.json`, and those of categories by any program."""

from __future__ import annotations

from sam3_annotator.project.formats.masks.reading import read
from sam3_annotator.project.formats.masks.writing import write

__all__ = ["read", "write"]
