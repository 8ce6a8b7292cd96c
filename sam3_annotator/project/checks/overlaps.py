"""Instances of one image that cover the same: labelled twice, in two categories, or one inside the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.checks.findings import Finding, FindingKind
from sam3_annotator.project.checks.labelled_image import LabelledImage

SAME_IOU = 0.8
"""Instances that cover this much of the same, as IoU, are probably one object."""

INSIDE_SHARE = 0.95
"""The share of its area that an instance has in another to count as lying inside it."""

_AT_ONCE = 256  # instances whose neighbours are looked at together: bounds the memory on images of thousands

_Indices = NDArray[np.int64]


def find_overlaps(image: LabelledImage) -> Iterator[Finding]:
    """Find what covers the same; an instance is told of once per kind, with the earliest it has this in common with."""
    told: set[tuple[FindingKind, int]] = set()
    for earlier, later, iou in _suspects(image):
        kind = _kind(image, earlier, later, iou)
        smaller = min((later, earlier), key=lambda at: image.areas[at])
        subject = smaller if kind is FindingKind.INSIDE_ANOTHER else later
        if (kind, subject) in told:
            continue
        told.add((kind, subject))
        other = earlier if subject == later else later
        yield image.finding(kind, _sentence(image, kind, other, subject, iou), other, subject)


def _kind(image: LabelledImage, earlier: int, later: int, iou: float) -> FindingKind:
    if iou < SAME_IOU:
        return FindingKind.INSIDE_ANOTHER
    is_same = image.category_ids[earlier] == image.category_ids[later]
    return FindingKind.LABELLED_TWICE if is_same else FindingKind.TWO_CATEGORIES


def _sentence(image: LabelledImage, kind: FindingKind, other: int, subject: int, iou: float) -> str:
    match kind:
        case FindingKind.LABELLED_TWICE:
            pair = f"instances {image.instance_ids[other]} and {image.instance_ids[subject]}"
            return (
                f"{pair} ({image.category_name(subject)}) cover nearly the same (IoU {iou:.2f}); "
                "delete one of them if they are one object."
            )
        case FindingKind.TWO_CATEGORIES:
            return (
                f"{image.named(other)} and {image.named(subject)} cover nearly the same (IoU {iou:.2f}); "
                "delete the one whose category is wrong."
            )
    return (
        f"{image.named(subject)} lies inside instance {image.instance_ids[other]} of the same category; "
        "delete it if it is no object of its own."
    )


def _suspects(image: LabelledImage) -> Iterator[tuple[int, int, float]]:
    """Give pairs that cover nearly the same, or of which one lies inside the other, with their IoU, in order."""
    import shapely

    tree = shapely.STRtree(image.shapes)
    for start in range(0, len(image.shapes), _AT_ONCE):
        later, earlier = tree.query(image.shapes[start : start + _AT_ONCE])
        later = later + start
        is_pair = earlier < later
        earlier, later = _possible(image, earlier[is_pair], later[is_pair])
        common = _common_areas(image, earlier, later)
        areas, other_areas = image.areas[earlier], image.areas[later]
        iou = common / (areas + other_areas - common)
        is_inside = _may_be_inside(image, earlier, later) & (common >= INSIDE_SHARE * np.minimum(areas, other_areas))
        found = np.flatnonzero((iou >= SAME_IOU) | is_inside)
        for at in found[np.lexsort((earlier[found], later[found]))]:
            yield int(earlier[at]), int(later[at]), float(iou[at])


def _common_areas(image: LabelledImage, earlier: _Indices, later: _Indices) -> NDArray[np.float64]:
    import shapely

    is_larger = image.areas[earlier] >= image.areas[later]
    large = image.shapes[np.where(is_larger, earlier, later)]
    small = image.shapes[np.where(is_larger, later, earlier)]
    # A large outline with many others inside: to see that takes a thousandth of the time of cutting them out of it.
    shapely.prepare(large)
    common = np.minimum(image.areas[earlier], image.areas[later])
    is_cut = ~shapely.covers(large, small)
    common[is_cut] = shapely.area(shapely.intersection(large[is_cut], small[is_cut]))
    return common


def _possible(image: LabelledImage, earlier: _Indices, later: _Indices) -> tuple[_Indices, _Indices]:
    """Keep the pairs whose boxes have enough in common; cutting shapes takes far longer than cutting boxes."""
    a, b = image.boxes_xyxy[earlier], image.boxes_xyxy[later]
    sides = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    common = sides.clip(min=0).prod(axis=1)  # no less than what the shapes have in common
    small, large = np.sort((image.areas[earlier], image.areas[later]), axis=0)
    may_be_same = (small >= SAME_IOU * large) & (common >= SAME_IOU * large)
    may_be_inside = _may_be_inside(image, earlier, later) & (common >= INSIDE_SHARE * small)
    is_possible = (small > 0) & (may_be_same | may_be_inside)
    return earlier[is_possible], later[is_possible]


def _may_be_inside(image: LabelledImage, earlier: _Indices, later: _Indices) -> NDArray[np.bool_]:
    """Tell where instances are of one category; a crowd is there to have others inside."""
    is_same: NDArray[np.bool_] = image.category_ids[earlier] == image.category_ids[later]
    return is_same & ~image.is_crowd[earlier] & ~image.is_crowd[later]
