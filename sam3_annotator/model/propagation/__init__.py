"""Carries masks of one image over to the next of a sequence: a burst, a fixed camera, the frames of a film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.packed_masks import PackedMask
from sam3_annotator.model.progress import Progress, untold
from sam3_annotator.model.session import Check, Embedding, Session, never_cancelled


@dataclass(frozen=True, slots=True, eq=False)
class Propagated:
    """Where an object of an earlier image is in a later one: its mask there, and how much it looks the same, 0..1."""

    mask: PackedMask
    score: float


def propagate(
    session: Session,
    embedding: Embedding | None,
    before: NDArray[np.uint8],
    after: NDArray[np.uint8],
    masks: Sequence[PackedMask],
    check: Check = never_cancelled,
    tell: Progress = untold,
) -> list[Propagated | None]:
    """Give where the objects of `masks` of the image `before` are in the image `after`, of which `embedding` is.

    Both images are `(H, W, 3)` uint8 RGB; their sizes may differ. None stands for what was not found again. Each mask
    is moved, turned and enlarged as its object was, then drawn anew by the model, if that takes masks, as far as both
    agree; without an embedding it is not. `check` as in `Session`, `tell` is told how many masks are done of how many.
    Imports OpenCV.
    """
    from sam3_annotator.model.propagation.following import follow
    from sam3_annotator.model.propagation.frames import FramePair
    from sam3_annotator.model.propagation.redrawing import redraw

    frames = FramePair(before, after)
    found: list[Propagated | None] = []
    for mask in masks:
        check()
        tell(len(found), len(masks))
        followed = follow(frames, mask)
        if followed is None:
            found.append(None)
        else:
            found.append(Propagated(redraw(session, embedding, followed.mask, check), followed.score))
    return found
