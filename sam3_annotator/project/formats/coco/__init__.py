"""COCO instances: JSON files of polygons or run lengths."""

from __future__ import annotations

from sam3_annotator.project.formats.coco.reading import read
from sam3_annotator.project.formats.coco.writing import write

__all__ = ["read", "write"]
