"""What is wrong with the region of a single instance: where it lies, how small it is, what is left over in it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.checks.findings import Box, Finding, FindingKind
from sam3_annotator.project.checks.labelled_image import LabelledImage, enclosing
from sam3_annotator.project.checks.leftovers import may_be_specks, pinholes_of, specks_among
from sam3_annotator.project.runs import runs_of_region
from sam3_annotator.project.words import counted

FEW_PIXELS = 10
"""An instance of fewer pixels is probably a slip."""

SLIVER_WIDTH = 0.75
"""Mean width in pixels below which an instance is a sliver; a line of whole pixels has nearly 1."""

REMEDY = "Instance > Remove specks and pinholes"
"""Where the window has what does away with leftovers."""

_OVERHANG = 1.0  # pixels: programs that round differ by this much at the edge of an image
# Without a pixel inside, a region holds no disc of radius sqrt(1/2), hence is narrower than that on average.
_NARROW = 1.5
_PLACE = re.compile(r"\[(\S+) (\S+)\]")


def find_bad_outlines(image: LabelledImage) -> Iterator[Finding]:
    """Find instances that training cannot use or that hold leftovers of their making."""
    outside = _overhangs(image)
    for at in range(len(image.regions)):
        if image.crossings[at]:
            yield _crossing(image, at)
    yield from _find_outside(image, outside)
    yield from _find_small(image, outside)
    yield from _find_specks(image)
    yield from _find_pinholes(image)


def _crossing(image: LabelledImage, at: int) -> Finding:
    place = _PLACE.search(image.crossings[at])
    if place is None:
        sentence = f"the outline of {image.named(at)} crosses or touches itself; draw it anew."
        return image.finding(FindingKind.CROSSES_ITSELF, sentence, at)
    x, y = float(place[1]), float(place[2])
    sentence = (
        f"the outline of {image.named(at)} crosses or touches itself near ({x:.0f}, {y:.0f}); "
        "move its vertices apart there."
    )
    return image.finding(FindingKind.CROSSES_ITSELF, sentence, at, box=(x - 5, y - 5, x + 5, y + 5))


def _overhangs(image: LabelledImage) -> NDArray[np.float64]:
    """Return how many pixels each instance reaches beyond the edges of its image; infinity if none of it is inside."""
    if not image.has_size:
        return np.zeros(len(image.regions))
    boxes = image.boxes_xyxy
    size = np.array([image.facts.width, image.facts.height])
    beyond = np.maximum(-boxes[:, :2], boxes[:, 2:] - size).max(axis=1).clip(min=0)
    is_elsewhere = ((boxes[:, :2] >= size) | (boxes[:, 2:] <= 0)).any(axis=1)
    return np.where(is_elsewhere, np.inf, beyond)


def _find_outside(image: LabelledImage, overhangs: NDArray[np.float64]) -> Iterator[Finding]:
    size = f"{image.facts.width} x {image.facts.height} pixels"
    for at in np.flatnonzero(overhangs > _OVERHANG).tolist():
        if math.isinf(overhangs[at]):
            sentence = (
                f"{image.named(at)} lies outside the image, which is {size}; "
                "delete it, or see whether this is the image that was labelled."
            )
            yield image.finding(FindingKind.OUTSIDE_IMAGE, sentence, at)
        else:
            sentence = (
                f"{image.named(at)} reaches {overhangs[at]:.0f} pixels beyond the image, which is {size}; "
                "that part is cut in exports: see whether this is the image that was labelled."
            )
            yield image.finding(FindingKind.PARTLY_OUTSIDE, sentence, at)


def _find_small(image: LabelledImage, overhangs: NDArray[np.float64]) -> Iterator[Finding]:
    if not image.has_size:
        return
    # The length of a thin shape counts twice, there and back.
    with np.errstate(divide="ignore", invalid="ignore"):
        widths = np.nan_to_num(2 * image.areas / image.lengths)
    is_suspect = (widths < _NARROW) | (image.areas < 2 * FEW_PIXELS) | (overhangs > 0)
    for at in np.flatnonzero(is_suspect & np.isfinite(overhangs)).tolist():
        pixels = runs_of_region(image.regions[at], image.facts.height, image.facts.width).area
        if pixels == 0:
            sentence = f"{image.named(at)} covers no pixel; delete it."
            yield image.finding(FindingKind.NO_PIXELS, sentence, at)
        elif pixels < FEW_PIXELS:
            sentence = f"{image.named(at)} covers only {counted(pixels, 'pixel')}; delete it if it is a slip."
            yield image.finding(FindingKind.FEW_PIXELS, sentence, at)
        elif widths[at] < SLIVER_WIDTH:
            sentence = f"{image.named(at)} is {widths[at]:.1f} pixels wide on average; delete it if it is left over."
            yield image.finding(FindingKind.SLIVER, sentence, at)


def _find_specks(image: LabelledImage) -> Iterator[Finding]:
    import shapely

    parts, owners = shapely.get_parts(image.shapes, return_index=True)
    areas = shapely.area(parts)
    is_small = may_be_specks(areas, image.areas[owners])
    for at in np.unique(owners[is_small]):
        own = np.flatnonzero(owners == at)
        specks = own[specks_among(parts[own], is_small[own])]
        if len(specks):
            sentence = (
                f"{image.named(at)} has {counted(len(specks), 'speck')} away from the rest "
                f"({areas[specks].sum():.0f} px²); remove what is left over ({REMEDY})."
            )
            yield image.finding(FindingKind.SPECKS, sentence, at, box=enclosing(shapely.bounds(parts[specks])))


def _find_pinholes(image: LabelledImage) -> Iterator[Finding]:
    for at, region in enumerate(image.regions):
        holes = pinholes_of(region, image.areas[at])
        boxes: list[Box] = [(*hole.min(axis=0), *hole.max(axis=0)) for hole in holes]
        if boxes:
            sentence = (
                f"{image.named(at)} has {counted(len(boxes), 'hole')} of a few pixels; "
                f"fill what is left over ({REMEDY})."
            )
            yield image.finding(FindingKind.PINHOLES, sentence, at, box=enclosing(np.array(boxes)))
