"""Instances painted into one mask, where they cannot overlap: the later one is on top, as in the window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.runs import Runs, box_mask_of_runs

MOST_VALUES = 65535
"""What a mask of 16 bits can tell apart, beside 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """`values` `(H, W)` uint16 is n where the n-th of the runs is on top, 0 elsewhere; `visible` counts pixels by n."""

    values: NDArray[np.uint16]
    visible: NDArray[np.int64]


def paint(runs: Sequence[Runs | None], height: int, width: int) -> Painted:
    """Paint runs one over the other, the n-th (from 1 on) with the value n; None keeps its number and paints nothing.

    Raises ValueError on more than `MOST_VALUES` of them.
    """
    if len(runs) > MOST_VALUES:
        raise ValueError(f"A mask holds {MOST_VALUES} values; got {len(runs)}.")
    values = np.zeros((height, width), dtype=np.uint16)
    for number, pixels in enumerate(runs, start=1):
        if pixels is None:
            continue
        box = values[pixels.y0 : pixels.y0 + pixels.height, pixels.x0 : pixels.x0 + pixels.width]
        box[box_mask_of_runs(pixels)] = number
    return Painted(values, np.bincount(values.ravel(), minlength=len(runs) + 1))


@dataclass(slots=True)
class Covered:
    """The instances that others lie over, each as `image: category`, for the warnings of an export."""

    partly: list[str] = field(default_factory=list)
    wholly: list[str] = field(default_factory=list)

    def note(self, label: str, area: int, visible: int) -> None:
        """Take down an instance of `area` pixels, of which `visible` are left."""
        if visible < area:
            (self.partly if visible else self.wholly).append(label)

    def warnings(self) -> Iterator[str]:
        """Say what the masks have lost."""
        if self.partly:
            yield f"{listed(self.partly, 'instance')} partly hidden: masks cannot overlap, and later ones are on top."
        if self.wholly:
            yield f"{listed(self.wholly, 'instance')} without a pixel in the masks: later ones cover all of it."
