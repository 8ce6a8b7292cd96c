"""Tells how well a mask explains the clicks: people click in the middle of what is missing, or of what is too much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.prompt_maps import Point


class Explanation(NamedTuple):
    """For each click how near it is to the middle of the widest error, 0 to 1, None if it is out of view.

    `width` is half the width of the widest error at the last click in view, in pixels of the view.
    """

    centredness: list[float | None]
    width: float


def explain(mask: NDArray[np.bool_], points: Sequence[Point], shown: Sequence[NDArray[np.bool_] | None]) -> Explanation:
    """Suppose that `mask` `(S, S)` is what the user means, who clicked on `points` with `shown` on the screen.

    There is one mask or None (nothing was shown) for each point. The first click is then expected in the middle of
    the mask, and each later one where the mask differs most widely from what was shown.
    """
    side = len(mask)
    found: list[float | None] = []
    width = 0.0
    for (x, y, positive), before in zip(points, shown, strict=True):
        if not (0 <= x < side and 0 <= y < side):
            found.append(None)
            continue
        missing = distance_to_border(mask if before is None else mask & ~before)
        excess = distance_to_border(before & ~mask) if before is not None else np.zeros_like(missing)
        width = max(float(missing.max()), float(excess.max()))
        here = float((missing if positive else excess)[int(y), int(x)])
        found.append(here / width if width else 0.0)
    return Explanation(found, width)


def distance_to_border(area: NDArray[np.bool_] | NDArray[np.uint8]) -> NDArray[np.float32]:
    """Give how far inside an area `(H, W)` each pixel is, 0 outside; the border of the array ends it."""
    padded = cv2.copyMakeBorder(area.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    return np.asarray(cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1], np.float32)
