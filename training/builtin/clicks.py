"""Clicks as the standard protocol has them: at the centre of the object, then of the largest error."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.explanation import distance_to_border
from sam3_annotator.model.builtin.prompt_maps import Point, draw_prompt_maps


@dataclass(slots=True)
class Prompts:
    """The prompts given so far on one view of `side` pixels; `earlier` `(S, S)` holds probabilities."""

    side: int
    points: list[Point] = field(default_factory=list)
    box_xyxy: tuple[float, float, float, float] | None = None
    earlier: NDArray[np.float32] | None = None

    def draw(self) -> NDArray[np.float32]:
        """Draw them as the network's maps `(6, S, S)`."""
        return draw_prompt_maps(self.side, self.points, self.box_xyxy, self.earlier)


def click_inside(area: NDArray[np.uint8], rng: np.random.Generator | None) -> tuple[float, float]:
    """Pick x, y in `area` `(H, W)` uint8: its centre by distance, or a random inner place with `rng`."""
    distance = distance_to_border(area)
    if rng is None:
        index = int(distance.argmax())
    else:
        rows = np.flatnonzero(distance >= rng.uniform(0.0, 0.9) * distance.max())
        index = int(rows[rng.integers(len(rows))])
    row, column = divmod(index, area.shape[1])
    return column + 0.5, row + 0.5


def largest_error(guess: NDArray[np.bool_], target: NDArray[np.bool_]) -> tuple[NDArray[np.uint8], bool] | None:
    """Find the largest wrong area `(H, W)` uint8 and whether it is missing (True) or too much; None if all is well."""
    best: tuple[NDArray[np.uint8], bool] | None = None
    best_size = 0
    for is_missing in (True, False):
        wrong = (target & ~guess if is_missing else guess & ~target).astype(np.uint8)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(wrong, connectivity=4)
        if count > 1:
            number = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
            size = int(stats[number, cv2.CC_STAT_AREA])
            if size > best_size:
                best, best_size = ((labels == number).astype(np.uint8), is_missing), size
    return best


def add_correction(
    prompts: Prompts, guess: NDArray[np.bool_], mask: NDArray[np.bool_], rng: np.random.Generator | None
) -> None:
    """Click on the largest error of `guess` `(S, S)`: at its centre, or with `rng` sometimes off it."""
    error = largest_error(guess, mask)
    if error is not None:
        area, is_missing = error
        x, y = click_inside(area, rng if rng is not None and rng.random() < 0.5 else None)
        prompts.points.append((x, y, is_missing))
