"""YOLO as Ultralytics has it: text files of polygons, boxes or oriented boxes, one per image."""

from __future__ import annotations

from sam3_annotator.project.formats.yolo.reading import read
from sam3_annotator.project.formats.yolo.writing import write_detect, write_obb, write_segment

__all__ = ["read", "write_detect", "write_obb", "write_segment"]
