"""Follows objects from an earlier image to where they are on a later one of the same scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.packed_masks import PackedMask
from sam3_annotator.model.session import Check, Embedding, Session


@dataclass(frozen=True, slots=True, eq=False)
class Propagated:
    """Where an object of an earlier image is on a later one: its `mask` there.

    `score`, 0..1, is how much it looks the same.
    """

    mask: PackedMask
    score: float


def propagate(
    session: Session,  # noqa: ARG001 - nothing is fitted yet
    embedding: Embedding,
    before: NDArray[np.uint8],  # noqa: ARG001
    after: NDArray[np.uint8],  # noqa: ARG001
    masks: Sequence[PackedMask],
    check: Check,
) -> list[Propagated | None]:
    """Find the objects of an earlier image on a later one; one answer per mask, None where it was not found again.

    `before` and `after` are `(H, W, 3)` uint8 RGB, of sizes that may differ; the `masks` are of `before`, the
    `embedding` is that of `after`, and the answers lie in `after`. Raises what `check` does, called in between.

    Every object is taken to be where it was.
    """
    found: list[Propagated | None] = []
    for mask in masks:
        check()
        stayed = _cut(mask, embedding.image_size)
        found.append(Propagated(stayed, 1.0) if stayed.width else None)
    return found


def _cut(mask: PackedMask, image_size: tuple[int, int]) -> PackedMask:
    """Cut a mask at the right and lower border of an image of this height and width."""
    height, width = image_size
    rows, columns = max(height - mask.top, 0), max(width - mask.left, 0)
    return PackedMask.of(mask.inside[:rows, :columns], mask.left, mask.top)
