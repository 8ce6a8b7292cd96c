"""Describes a guess at what the user means by numbers that do not depend on the image's size alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.asked import Asked
from sam3_annotator.model.builtin.explanation import explain
from sam3_annotator.model.builtin.looks import Guess
from sam3_annotator.model.builtin.zoom import Box, ViewWindow
from sam3_annotator.model.distinct import overlap

Bools = NDArray[np.bool_]

TRAITS = 42

USUAL_SPAN = 200.0
"""Image pixels; spans of windows are told in parts of it."""

MOST_CLICKS = 5
"""More are not told apart: the ranking is not fitted on them."""


def describe(
    guess: Guess,
    asked: Asked,
    shown: Sequence[Bools | None],
    image_size: tuple[int, int],
    *,
    start: Bools | None = None,
    goes_on: bool,
    is_close: bool,
) -> NDArray[np.float32]:
    """Describe a guess by `TRAITS` numbers, float32.

    `shown` is what was on the screen before each of the last clicks, None where nothing was, and `start` what the look
    behind the guess went on from, both as masks `(S, S)` in the guess's window. `goes_on` says that this was an earlier
    answer, `is_close` that it is the last look, at the object's scale.
    """
    mask = guess.chance > 0.5
    traits = (
        *_of_scores(guess),
        *_of_certainty(guess.chance, mask),
        *_of_extent(guess, asked, image_size),
        *_of_clicks(guess, asked),
        *_of_explanation(guess, mask, asked, shown),
        *_of_shape(guess, mask, image_size),
        guess.agreement,
        overlap(mask, start) if start is not None else 0.0,
        float(start is not None),
        float(goes_on),
        float(is_close),
        _fit(mask, guess.window, asked.box) if asked.box is not None else 0.0,
        float(asked.box is not None),
        *_of_rejections(guess, mask, asked),
    )
    return np.array(traits, np.float32)


def _of_scores(guess: Guess) -> tuple[float, ...]:
    """Tell the predicted IoU, as logits: of the mask, the best other, the merged one."""
    logits = [_logit(float(score)) for score in guess.scores]
    others = logits[: guess.index] + logits[guess.index + 1 :]
    return logits[guess.index], max(others), logits[0], float(guess.index == 0)


def _of_certainty(chance: NDArray[np.float32], mask: Bools) -> tuple[float, ...]:
    total, sure, count = float(chance.sum()), float(chance[mask].sum()), int(np.count_nonzero(mask))
    certain, possible = int(np.count_nonzero(chance > 0.7)), int(np.count_nonzero(chance > 0.3))
    return (
        total / chance.size,
        sure / (count + total - sure + 1e-3),  # the IoU if the probabilities were right
        float((chance * (1 - chance)).sum()) / (total + 1.0),
        certain / max(possible, 1),
    )


def _of_extent(guess: Guess, asked: Asked, image_size: tuple[int, int]) -> tuple[float, ...]:
    window = guess.window
    box = guess.belief().box(asked.positives)
    return (
        math.log(window.span / max(image_size)),
        math.log(window.span / USUAL_SPAN),
        max(box[2] - box[0], box[3] - box[1]) / window.span if box is not None else 0.0,
        _touched_sides(box, window, image_size) if box is not None else 0,
    )


def _of_clicks(guess: Guess, asked: Asked) -> tuple[float, ...]:
    """Tell whether the mask agrees with the clicks, how many there are, and of which kind."""
    side = len(guess.chance)
    points = asked.points_in(guess.window, side)
    agreements = [
        (float(guess.chance[min(int(y), side - 1), min(int(x), side - 1)]) - 0.5) * (1 if positive else -1)
        for x, y, positive in points
    ] or [0.0]
    count = len(asked.points)
    return (
        min(agreements),
        sum(agreements) / len(agreements),
        min(count, MOST_CLICKS) / 3,
        len(points) / max(count, 1),
        float(asked.points[-1][2]) if count else 0.0,
        len(asked.positives) / max(count, 1),
    )


def _of_explanation(guess: Guess, mask: Bools, asked: Asked, shown: Sequence[Bools | None]) -> tuple[float, ...]:
    """Tell how well the mask explains where the clicks were made, and how much it differs from what was shown last."""
    side = len(mask)
    clicks = asked.points[len(asked.points) - len(shown) :]
    points = [(*guess.window.place(x, y, side), positive) for x, y, positive in clicks]
    explained = explain(mask, points, shown)
    known = [value for value in explained.centredness if value is not None] or [0.0]
    last = explained.centredness[-1] if explained.centredness else None
    before = shown[-1] if shown else None
    mean = sum(known) / len(known)
    began = bool(shown) and len(shown) == len(asked.points) and shown[0] is None
    first = explained.centredness[0] if began else None
    return (
        last or 0.0,
        min(known),
        mean,
        first if first is not None else mean,
        float(last is None),
        overlap(mask, before) if before is not None else 0.0,
        explained.width / (math.sqrt(int(np.count_nonzero(mask))) + 1),
    )


def _of_rejections(guess: Guess, mask: Bools, asked: Asked) -> tuple[float, ...]:
    """Tell how many negative clicks there are, how near to the object they are, and whether the mask runs around them.

    Somebody who means a part of what is shown says again and again that it is too much: a mask that gives way around
    those clicks only, and goes on behind them, is hardly what is meant.
    """
    side, scale = len(mask), len(mask) / guess.window.span
    placed = [(*guess.window.place(x, y, side), positive) for x, y, positive in asked.points]
    inside = np.array([(x, y) for x, y, positive in placed if positive])
    outside = np.array([(x, y) for x, y, positive in placed if not positive])
    rows, columns, count = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0)), int(np.count_nonzero(mask))
    if not (len(outside) and count):
        return min(len(outside), MOST_CLICKS) / 3, 0.0, 1.0, 0.0, 0.0, 0.0
    size = math.sqrt(count) + 1
    ratio, within = 0.0, 1.0
    if len(inside):
        nearest = min(math.dist(one, other) for one in inside for other in outside)
        ratio = math.log((nearest + scale) / size)
        within = np.count_nonzero(mask & _lie_near(inside, nearest, side)) / count
    surrounded = _fill_holes(mask)
    is_seen = ((outside >= 0) & (outside < side)).all(1)
    last = np.clip(outside[-1], 0, side - 1).astype(int)
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)[last[1], last[0]]
    in_box = (outside >= (columns[0], rows[0])) & (outside <= (columns[-1] + 1, rows[-1] + 1))
    return (
        min(len(outside), MOST_CLICKS) / 3,
        ratio,
        within,
        sum(surrounded[int(y), int(x)] for x, y in outside[is_seen]) / len(outside),
        float(in_box.all(1).mean()),
        min(float(away) / size, 3.0),
    )


def _lie_near(places: NDArray[np.floating], reach: float, side: int) -> Bools:
    """Tell which pixels of a view lie within `reach` of one of the places `(N, 2)`."""
    centres = np.arange(side) + 0.5
    near = np.zeros((side, side), np.bool_)
    for x, y in places:
        near |= ((centres - y) ** 2)[:, None] + (centres - x) ** 2 <= reach**2
    return near


def _fill_holes(mask: Bools) -> Bools:
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros(mask.shape, np.uint8)
    cv2.drawContours(filled, outlines, -1, 1, cv2.FILLED)
    return filled > 0


def _of_shape(guess: Guess, mask: Bools, image_size: tuple[int, int]) -> tuple[float, ...]:
    """Tell the mask's part of the image, in how many parts it falls, how large the largest is, how long the border."""
    side, count = len(mask), int(np.count_nonzero(mask))
    parts, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    largest = int(stats[1:, cv2.CC_STAT_AREA].max()) if parts > 1 else 0
    border = np.count_nonzero(mask[:, 1:] != mask[:, :-1]) + np.count_nonzero(mask[1:] != mask[:-1])
    return (
        math.log((count + 1) * (guess.window.span / side) ** 2 / (image_size[0] * image_size[1])),
        math.log(parts),
        largest / max(count, 1),
        math.log((int(border) + 1) / (math.sqrt(count) + 1)),
    )


def _logit(chance: float) -> float:
    chance = min(max(chance, 1e-3), 1 - 1e-3)
    return math.log(chance / (1 - chance))


def _touched_sides(box: Box, window: ViewWindow, image_size: tuple[int, int]) -> int:
    """Count the window's sides that cut the object: it reaches them, and the image goes on beyond."""
    height, width = image_size
    x0, y0, x1, y1 = window.area
    near = 0.015 * window.span
    return sum(
        (
            box[0] <= x0 + near and x0 > 1,
            box[1] <= y0 + near and y0 > 1,
            box[2] >= x1 - near and x1 < width - 1,
            box[3] >= y1 - near and y1 < height - 1,
        )
    )


def _fit(mask: Bools, window: ViewWindow, box: Box) -> float:
    """Give the IoU of the mask's bounds and the box that was asked for."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return 0.0
    x0, y0, x1, y1 = window.place_box(box, len(mask))
    left, top, right, bottom = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
    both = max(0.0, min(x1, right) - max(x0, left)) * max(0.0, min(y1, bottom) - max(y0, top))
    return both / max((x1 - x0) * (y1 - y0) + (right - left) * (bottom - top) - both, 1e-6)
