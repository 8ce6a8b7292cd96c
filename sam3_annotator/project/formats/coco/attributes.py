"""What programs say of COCO annotations beside what COCO has a key for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sam3_annotator.project.attributes import Attributes
from sam3_annotator.project.formats.attributes import AttributesRead
from sam3_annotator.project.formats.exporting import EXPORT_INFO

_KEY: Final = "attributes"
_OF_COCO = frozenset(
    {"id", "image_id", "category_id", "segmentation", "bbox", "area", "iscrowd", "ignore", "score"}
    | {"keypoints", "num_keypoints", "supercategory", "caption", _KEY}
)


class AttributeReader:
    """Reads the attributes of one file's annotations; `info` and `annotations` are what the file has there.

    They are in `attributes`, as Datumaro, CVAT and this program write them. FiftyOne puts them beside the other keys,
    which is read where a file says that it comes from there.

    CVAT and Datumaro write of every annotation that it is not occluded, and of boxes that they are not turned
    (`rotation` 0), without anybody having said so. A `rotation` of 0 is passed over, and so is an `occluded` that is
    false if all annotations of the file have one; but not if this program has written the file.
    """

    def __init__(self, info: object, annotations: Sequence[object]) -> None:
        self._read = AttributesRead()
        told = [str(info.get(key)) for key in ("description", "url")] if isinstance(info, dict) else []
        self._is_ours = EXPORT_INFO["description"] in told
        self._is_flat = any("fiftyone" in text.lower() for text in told)
        self._is_occluded_by_rote = all("occluded" in _of(annotation) for annotation in annotations)

    def read(self, annotation: dict[str, Any]) -> Attributes:
        """Return the attributes of an annotation."""
        values = dict(_of(annotation))
        if self._is_flat:
            values |= {name: value for name, value in annotation.items() if name not in _OF_COCO}
        if not self._is_ours:
            if values.get("rotation") == 0:
                del values["rotation"]
            if self._is_occluded_by_rote and values.get("occluded") is False:
                del values["occluded"]
        return self._read.take(values)

    def sentences(self) -> Iterator[str]:
        """Tell what was left out."""
        return self._read.sentences()


def _of(annotation: object) -> dict[str, Any]:
    values = annotation.get(_KEY) if isinstance(annotation, dict) else None
    return values if isinstance(values, dict) else {}
