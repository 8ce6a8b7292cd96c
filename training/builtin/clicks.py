"""Simulates what a person does: a first click or box, then clicks on the largest error."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

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
    padded = cv2.copyMakeBorder(area, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
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


def _jittered_box(mask: NDArray[np.bool_], rng: np.random.Generator) -> tuple[float, float, float, float]:
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    x0, x1, y0, y1 = columns[0], columns[-1] + 1, rows[0], rows[-1] + 1
    loose = rng.choice([0.02, 0.06, 0.12])
    dx, dy = (x1 - x0) * loose, (y1 - y0) * loose
    shift = rng.normal(0.3, 1, 4)
    return (x0 - shift[0] * dx, y0 - shift[1] * dy, x1 + shift[2] * dx, y1 + shift[3] * dy)


def _spoilt(mask: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.float32]:
    """Make an earlier answer that is partly wrong: coarse, too fat or too thin, with lumps added and taken."""
    side = mask.shape[0]
    noise = cv2.resize(rng.normal(0, 1, (6, 6)).astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), side * rng.uniform(0.004, 0.04))
    soft += noise * rng.uniform(0, 0.35) + rng.normal(0, 0.1)
    coarse = cv2.resize(soft, None, fx=1 / 4, fy=1 / 4, interpolation=cv2.INTER_AREA)
    again = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_LINEAR)
    return np.asarray(1 / (1 + np.exp(-(again - 0.5) * rng.uniform(4, 20))), np.float32)


def first_prompts(mask: NDArray[np.bool_], rng: np.random.Generator) -> Prompts:
    """Begin on a target `(S, S)`: a click, a box, both, or an earlier mask with a correction."""
    prompts = Prompts(mask.shape[0])
    kind = rng.choice(["click", "box", "both", "mask"], p=[0.6, 0.18, 0.07, 0.15])
    if kind in ("box", "both"):
        prompts.box_xyxy = _jittered_box(mask, rng)
    if kind in ("click", "both"):
        x, y = click_inside(mask.astype(np.uint8), rng if rng.random() < 0.6 else None)
        prompts.points.append((x, y, True))
    if kind == "mask":
        prompts.earlier = _spoilt(mask, rng)
        if rng.random() < 0.5:
            prompts.points.append((*click_inside(mask.astype(np.uint8), rng), True))
        add_correction(prompts, prompts.earlier > 0.5, mask, rng)
    return prompts


def add_correction(
    prompts: Prompts, guess: NDArray[np.bool_], mask: NDArray[np.bool_], rng: np.random.Generator | None
) -> None:
    """Click on the largest error of `guess` `(S, S)`: at its centre, or with `rng` sometimes off it."""
    error = largest_error(guess, mask)
    if error is not None:
        area, is_missing = error
        x, y = click_inside(area, rng if rng is not None and rng.random() < 0.5 else None)
        prompts.points.append((x, y, is_missing))


def next_prompts(
    prompts: Prompts, chance: NDArray[np.float32], mask: NDArray[np.bool_], rng: np.random.Generator
) -> None:
    """Go on after the answer `chance` `(S, S)`: feed it back, and mostly click on its largest error.

    Without a click the answer is fed back coarsened, as between the full view and the zoomed one.
    """
    if rng.random() < 0.25:
        factor = rng.choice([0.15, 0.25, 0.5])
        coarse = cv2.resize(chance, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        prompts.earlier = cv2.resize(coarse, chance.shape[::-1], interpolation=cv2.INTER_LINEAR)
        return
    add_correction(prompts, chance > 0.5, mask, rng)
    prompts.earlier = chance if rng.random() < 0.93 else None
