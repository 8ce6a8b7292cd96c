"""Pascal VOC: one XML file of boxes per image, and masks as palette PNGs."""

from __future__ import annotations

from sam3_annotator.project.formats.voc.reading import read
from sam3_annotator.project.formats.voc.writing import write

__all__ = ["read", "write"]
