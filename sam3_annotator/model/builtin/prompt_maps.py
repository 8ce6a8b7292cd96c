"""Draws points, a box and an earlier mask as the six maps that the network reads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

PROMPT_MAPS = 6
"""Positive discs, negative discs, positive and negative wide bumps, box, earlier mask."""

DISC_RADIUS, BUMP_SIGMA = 1 / 64, 1 / 12
"""The radius of a disc and the deviation of a bump, in parts of the view's side."""

Point = tuple[float, float, bool]
"""x, y in view pixels, and whether it is on the object."""


def draw_prompt_maps(
    side: int,
    points: Sequence[Point],
    box_xyxy: tuple[float, float, float, float] | None = None,
    earlier_mask: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Draw prompts of one view as `(6, side, side)` float32.

    Points outside the view still cast their bump into it. `box_xyxy` is in view pixels.
    `earlier_mask` `(side, side)` holds probabilities; its map runs from -1 (off) to 1 (on), and 0 means unknown.
    """
    maps = np.zeros((PROMPT_MAPS, side, side), np.float32)
    centres = np.arange(side, dtype=np.float32) + 0.5
    radius, sigma = DISC_RADIUS * side, BUMP_SIGMA * side
    for x, y, positive in points:
        layer = 0 if positive else 1
        across, down = (centres - x) ** 2, (centres - y) ** 2
        bump = np.exp(down / (-2 * sigma**2))[:, None] * np.exp(across / (-2 * sigma**2))[None, :]
        np.maximum(maps[2 + layer], bump, out=maps[2 + layer])
        maps[layer][down[:, None] + across[None, :] <= radius**2] = 1.0
    if box_xyxy is not None:
        x0, y0, x1, y1 = (int(np.clip(round(value), 0, side)) for value in box_xyxy)
        maps[4, y0:y1, x0:x1] = 1.0
    if earlier_mask is not None:
        maps[5] = earlier_mask * 2 - 1
    return maps
