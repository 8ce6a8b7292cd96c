"""Tells which instances of labels are on an image of the project already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sam3_annotator.project.entities import CategoryId, ImageFacts, Instance
from sam3_annotator.project.formats.comparing.areas import Box, PixelArea, pixels_of_region
from sam3_annotator.project.regions import Region, encode_region

_NEAR = 1  # pixel: what the decimals of a format decide on the outline moves the box no further
_SAME_PLACE = 0.5  # an IoU below which two areas are not looked at more closely


class KnownInstances:
    """The instances of an image; each stands for one instance of the labels, of its category and with its pixels.

    Formats write some outlines with other vertices, but the same pixels; and where an outline goes through the very
    centre of a pixel, their decimals decide whether it is inside. What others hide in part is known by the box of all
    of it. As long as `facts` do not tell the size of the image,
    only the same vertices are the same.
    """

    def __init__(self, instances: Iterable[Instance], facts: ImageFacts) -> None:
        by_kind: dict[tuple[CategoryId, bool], list[Instance]] = {}
        for instance in instances:
            by_kind.setdefault((instance.category_id, instance.is_crowd), []).append(instance)
        self._by_kind = {kind: _OfKind(known, facts.width, facts.height) for kind, known in by_kind.items()}

    def take(
        self,
        category_id: CategoryId,
        is_crowd: bool,
        region: Region,
        whole_box: Box | None = None,
        *,
        is_hidden: bool = False,
    ) -> Instance | None:
        """Return such an instance, None if there is none that has not been taken before; it is taken then.

        `whole_box` and `is_hidden` are those of `PlannedInstance`.
        """
        of_kind = self._by_kind.get((category_id, is_crowd))
        return None if of_kind is None else of_kind.take(region, whole_box, is_hidden=is_hidden)


class _OfKind:
    """The instances of one category, crowds apart; pixels are made when the first region has other vertices."""

    def __init__(self, instances: list[Instance], width: int, height: int) -> None:
        self._instances = instances
        self._width, self._height = width, height
        self._is_free = np.ones(len(instances), dtype=np.bool_)
        self._by_code: dict[bytes, list[int]] = {}
        for number, instance in enumerate(instances):
            self._by_code.setdefault(encode_region(instance.region), []).append(number)

    def take(self, region: Region, whole_box: Box | None, *, is_hidden: bool) -> Instance | None:
        if not self._is_free.any():
            return None
        number = self._first_free(self._by_code.get(encode_region(region), ()))
        if number is None:
            pixels = pixels_of_region(region, self._height, self._width)
            number = self._of_same_pixels(pixels)
            if number is None and whole_box is not None:
                number = self._of_same_box(whole_box, None if is_hidden else pixels)
        if number is None:
            return None
        self._is_free[number] = False
        return self._instances[number]

    def _first_free(self, numbers: Iterable[int]) -> int | None:
        return next((number for number in numbers if self._is_free[number]), None)

    def _of_same_pixels(self, pixels: PixelArea) -> int | None:
        if not len(pixels.ends):
            return None
        same = self._first_free(self._pixels.by_ends.get(pixels.ends.tobytes(), ()))
        if same is not None:
            return same
        distances = np.abs(self._pixels.boxes - pixels.box_xyxy).max(axis=1)
        near = np.flatnonzero((distances <= _NEAR) & self._is_free).tolist()
        return next((number for number in near if _are_one(self._pixels.areas[number], pixels)), None)

    def _of_same_box(self, whole_box: Box, seen: PixelArea | None) -> int | None:
        """Return one with this box that all of what is seen of it lies within."""
        numbers = np.flatnonzero((self._pixels.boxes == whole_box).all(axis=1) & self._is_free).tolist()
        return next((at for at in numbers if seen is None or seen.lies_within(self._pixels.areas[at])), None)

    @cached_property
    def _pixels(self) -> _Pixels:
        regions = [instance.region for instance in self._instances]
        areas = [pixels_of_region(region, self._height, self._width, has_outline=True) for region in regions]
        by_ends: dict[bytes, list[int]] = {}
        for number, area in enumerate(areas):
            by_ends.setdefault(area.ends.tobytes(), []).append(number)
        return _Pixels(areas, by_ends, np.array([area.box_xyxy for area in areas]))


@dataclass(frozen=True, slots=True)
class _Pixels:
    """The pixels of regions: by their number, their numbers by the pixels themselves, and the boxes, `(N, 4)`."""

    areas: list[PixelArea]
    by_ends: dict[bytes, list[int]]
    boxes: np.ndarray[tuple[int, ...], np.dtype[np.int64]]


def _are_one(known: PixelArea, pixels: PixelArea) -> bool:
    return known.iou(pixels) >= _SAME_PLACE and known.equals_but_for_outline(pixels)
