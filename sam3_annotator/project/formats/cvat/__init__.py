"""CVAT for images 1.1: one XML file of polygons, boxes, ellipses and masks."""

from __future__ import annotations

from sam3_annotator.project.formats.cvat.reading import read
from sam3_annotator.project.formats.cvat.writing import write

__all__ = ["read", "write"]
