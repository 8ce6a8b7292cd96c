"""Surrounds a picture with others: cameras take larger pictures, of smaller things, than there are to learn from."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray


def make_mosaic(
    pixels: NDArray[np.uint8],
    mask: NDArray[np.bool_],
    others: Sequence[NDArray[np.uint8]],
    rng: np.random.Generator,
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Lay out a picture `(H, W, 3)` and n² - 1 others, resized to it, in n rows of n, the picture anywhere.

    Gives `(n H, n W, 3)` uint8, and the mask `(H, W)` of the picture's region there.
    """
    height, width = mask.shape
    across = round((len(others) + 1) ** 0.5)
    tiles = [np.asarray(cv2.resize(one, (width, height), interpolation=cv2.INTER_AREA), np.uint8) for one in others]
    place = int(rng.integers(len(tiles) + 1))
    tiles.insert(place, pixels)
    rows = [np.concatenate(tiles[start : start + across], 1) for start in range(0, len(tiles), across)]
    row, column = divmod(place, across)
    placed = np.zeros((across * height, across * width), np.bool_)
    placed[row * height : (row + 1) * height, column * width : (column + 1) * width] = mask
    return np.concatenate(rows), placed
