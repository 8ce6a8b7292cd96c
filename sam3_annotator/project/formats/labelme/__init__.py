"""labelme JSON: one file per image, of polygons and masks."""

from __future__ import annotations

from sam3_annotator.project.formats.labelme.reading import read
from sam3_annotator.project.formats.labelme.writing import write

__all__ = ["read", "write"]
