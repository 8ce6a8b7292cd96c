"""Which instance of a project is which of those that were read back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sam3_annotator.project.formats.comparing.held_instances import HeldInstance

_SAME_PLACE = 0.5  # an IoU from which on two instances are taken for one, whatever else they are


def pair_instances(
    ours: Sequence[HeldInstance], theirs: Sequence[HeldInstance]
) -> Iterator[tuple[int | None, int | None]]:
    """Give pairs of places in the two lists, each place once, None where one has no counterpart.

    What is equal and at the same place in both lists is a pair. Then those go together that are alike: first of one
    category and equal, then of one category with an IoU of 0.5, then of two with such an IoU, then of one category
    that overlap at all, the most alike first.
    """
    left_ours, left_theirs = dict.fromkeys(range(len(ours))), dict.fromkeys(range(len(theirs)))
    for place, (our, their) in enumerate(zip(ours, theirs, strict=False)):
        if our.category == their.category and our.area.equals(their.area):
            del left_ours[place], left_theirs[place]
            yield place, place
    for our_place, their_place in _by_likeness(ours, theirs, [*left_ours], [*left_theirs]):
        if our_place in left_ours and their_place in left_theirs:
            del left_ours[our_place], left_theirs[their_place]
            yield our_place, their_place
    for place in left_ours:
        yield place, None
    for place in left_theirs:
        yield None, place


def _by_likeness(
    ours: Sequence[HeldInstance], theirs: Sequence[HeldInstance], our_places: list[int], their_places: list[int]
) -> list[tuple[int, int]]:
    if not our_places or not their_places:
        return []
    boxes = np.array([theirs[place].area.box_xyxy for place in their_places])
    ranked: list[tuple[int, float, int, int]] = []
    for our_place in our_places:
        x0, y0, x1, y1 = ours[our_place].area.box_xyxy
        meets = (boxes[:, 0] < x1) & (boxes[:, 2] > x0) & (boxes[:, 1] < y1) & (boxes[:, 3] > y0)
        for number in np.flatnonzero(meets).tolist():
            their_place = their_places[number]
            rank, iou = _likeness(ours[our_place], theirs[their_place])
            if rank is not None:
                ranked.append((rank, -iou, our_place, their_place))
    return [(our_place, their_place) for _, _, our_place, their_place in sorted(ranked)]


def _likeness(ours: HeldInstance, theirs: HeldInstance) -> tuple[int | None, float]:
    """Return in which turn the two may become a pair, None if in none, and their IoU."""
    iou = ours.area.iou(theirs.area)
    is_same_category = ours.category == theirs.category
    if is_same_category and ours.area.equals(theirs.area):
        return 0, iou
    if iou >= _SAME_PLACE:
        return (1 if is_same_category else 2), iou
    return (3 if is_same_category and iou > 0 else None), iou
