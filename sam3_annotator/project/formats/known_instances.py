"""Tells which instances of labels are on an image of the project already."""

from __future__ import annotations

from collections.abc import Iterable

from sam3_annotator.project.entities import CategoryId, ImageFacts, Instance
from sam3_annotator.project.formats.comparing.areas import Box, pixels_of_region
from sam3_annotator.project.regions import Region, encode_region

_NEAR = 1.0  # pixel: boxes of two outlines of the same pixels are no further apart


class KnownInstances:
    """The instances of an image; each stands for one instance of the labels, of its category and with its pixels.

    Formats write some outlines with other vertices, but the same pixels. As long as `facts` do not tell the size of
    the image, only the same vertices are the same.
    """

    def __init__(self, instances: Iterable[Instance], facts: ImageFacts) -> None:
        self._width, self._height = facts.width, facts.height
        self._by_kind: dict[tuple[CategoryId, bool], dict[bytes, list[Region]]] = {}
        for instance in instances:
            by_code = self._by_kind.setdefault((instance.category_id, instance.is_crowd), {})
            by_code.setdefault(encode_region(instance.region), []).append(instance.region)

    def take(self, category_id: CategoryId, is_crowd: bool, region: Region) -> bool:
        """Whether there is such an instance that has not been taken before; it is taken then."""
        by_code = self._by_kind.get((category_id, is_crowd))
        if not by_code:
            return False
        code: bytes | None = encode_region(region)
        if code not in by_code:
            code = self._code_of_same_pixels(by_code, region)
        if code is None:
            return False
        by_code[code].pop()
        if not by_code[code]:
            del by_code[code]
        return True

    def _code_of_same_pixels(self, by_code: dict[bytes, list[Region]], region: Region) -> bytes | None:
        box = self._box_within(region)
        near = [code for code, (known, *_) in by_code.items() if _are_near(self._box_within(known), box)]
        pixels = pixels_of_region(region, self._height, self._width) if near else None
        if pixels is None or not len(pixels.ends):
            return None
        for code in near:
            if pixels.equals(pixels_of_region(by_code[code][0], self._height, self._width)):
                return code
        return None

    def _box_within(self, region: Region) -> Box:
        """Return the box of a region as far as it lies on the image, where formats cut it."""
        x0, y0, x1, y1 = region.box_xyxy
        return (max(x0, 0), max(y0, 0), min(x1, self._width), min(y1, self._height))


def _are_near(a: Box, b: Box) -> bool:
    return all(abs(edge - other) <= _NEAR for edge, other in zip(a, b, strict=True))
