"""ISAT JSON: one file per image, of polygons in groups and layers; read only."""

from __future__ import annotations

from sam3_annotator.project.formats.isat.reading import read

__all__ = ["read"]
