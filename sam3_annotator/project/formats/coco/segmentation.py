"""The area of a COCO annotation, in any of the ways it may be written, as a region."""

from __future__ import annotations

from typing import Any

import numpy as np

from sam3_annotator.project.formats.foreign_values import (
    MOST_PIXELS,
    are_coordinates,
    is_number,
    numbers_of,
    size_of,
    whole_lengths,
)
from sam3_annotator.project.formats.rings.even_odd import fill_even_odd
from sam3_annotator.project.geometry import repair_region
from sam3_annotator.project.regions import Polygon, Region, Ring, rectangle
from sam3_annotator.project.rle import Rle, coco_string_to_counts, rle_to_region


def region_of_annotation(annotation: dict[str, Any], width: int, height: int) -> Region:
    """Return the region of an annotation: its polygons, its run-length code, or else its box.

    `width` and `height` are the size of its image, 0 if unknown. Rings add up (a ring inside another is no hole),
    each by the even-odd rule (so keyholes are holes). Raises ValueError, as the end of a sentence, if there is no
    area in it.
    """
    segmentation = annotation.get("segmentation")
    if isinstance(segmentation, dict) and segmentation:
        region = _region_of_code(segmentation, width, height)
    elif segmentation and not _is_list_of_nothing(segmentation):
        region = _region_of_rings(segmentation, annotation)
    elif annotation.get("bbox") is not None:
        return _region_of_box(annotation["bbox"])
    else:
        raise ValueError("has neither a segmentation nor a box")
    if region.is_empty:
        raise ValueError("has a segmentation without any area")
    return region


def _is_list_of_nothing(segmentation: object) -> bool:
    return isinstance(segmentation, list) and all(ring == [] for ring in segmentation)


def _region_of_box(box: object) -> Region:
    numbers = _numbers(box, "a box")
    if len(numbers) != 4:
        raise ValueError(f"has a box of {len(numbers)} numbers instead of 4 (x, y, width, height)")
    x, y, width, height = numbers.tolist()
    region = rectangle(x, y, x + width, y + height)
    if region.is_empty:
        raise ValueError(f"has a box without area (width {width:g}, height {height:g})")
    return region


def _region_of_code(code: dict[str, Any], width: int, height: int) -> Region:
    size, counts = code.get("size"), code.get("counts")
    if not (isinstance(size, list) and len(size) == 2 and all(_is_size(side) for side in size)):
        raise ValueError(f"has run lengths for the size {size}, which is not [height, width]")
    rows, columns = int(size[0]), int(size[1])
    if rows * columns > MOST_PIXELS:
        raise ValueError(f"has run lengths for {columns} x {rows} pixels, which is more than any image has")
    if width and height and (rows, columns) != (height, width):
        raise ValueError(f"has run lengths for {columns} x {rows} pixels, but its image has {width} x {height}")
    if not isinstance(counts, str):
        runs = whole_lengths(_numbers(counts, "run lengths")).astype(np.uint32)
    try:
        if isinstance(counts, str):
            runs = coco_string_to_counts(counts)
        return rle_to_region(Rle(rows, columns, runs))
    except ValueError as error:
        raise ValueError(f"has a damaged run-length code: {error}") from error


def _is_size(side: object) -> bool:
    return is_number(side) and size_of(side) == side > 0


def _region_of_rings(segmentation: object, annotation: dict[str, Any]) -> Region:
    if not isinstance(segmentation, list):
        raise ValueError("has a segmentation that is neither a list nor run lengths")
    rings = segmentation if isinstance(segmentation[0], list) else [segmentation]
    numbers = [_numbers(ring, "a ring") for ring in rings]
    if all(len(ring) == 4 for ring in numbers) and annotation.get("bbox") is not None:
        return _region_of_box(annotation["bbox"])  # some programs write boxes as rings of two corners
    # Points and lines, which programs that trace masks write for specks, hold no area that could be lost.
    with_area = [ring for ring in numbers if len(ring) not in (0, 2, 4)] or numbers
    polygons: list[Polygon] = []
    for ring in with_area:
        if len(ring) < 6 or len(ring) % 2:
            raise ValueError(f"has a ring of {len(ring)} numbers; a ring takes an even number, 6 or more")
        polygons.extend(fill_even_odd(ring.reshape(-1, 2)).polygons)
    return repair_region(Region(tuple(polygons)))


def _numbers(values: object, what: str) -> Ring:
    numbers = numbers_of(values)
    if numbers is None or numbers.ndim != 1:
        raise ValueError(f"has {what} that is no list of numbers")
    if what != "run lengths" and not are_coordinates(numbers):
        raise ValueError(f"has {what} with numbers that are too large or not finite")
    return numbers
