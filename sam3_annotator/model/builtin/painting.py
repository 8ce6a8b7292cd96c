"""Paints a mask seen through a window into the image, at its full size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.zoom import ViewWindow

Floats = NDArray[np.floating]


def paint_mask(mask: NDArray[np.bool_], chance: NDArray[np.float32], window: ViewWindow) -> None:
    """Set what is on of probabilities `(S, S)`, in a `mask` `(H, W)` whose rows follow each other in memory.

    Probabilities are interpolated between the centres of the view's pixels. Along a row of the image that gives
    straight lines from column to column of the view, which say where the mask begins and ends: no pixel of twelve
    million is asked by itself.
    """
    seen = np.flatnonzero((chance > 0.5).any(1))
    if not len(seen):
        return
    height, width = mask.shape
    scale = window.span / len(chance)
    top = max(0, int(_first_beyond(window.y0 + max(seen[0] - 1, 0) * scale)))
    bottom = min(height, int(_first_beyond(window.y0 + min(seen[-1] + 2, len(chance)) * scale)))
    row, place = _find_ends(chance, (np.arange(top, bottom) + 0.5 - window.y0) / scale)
    column = np.clip(_first_beyond(window.x0 + place * scale), 0, width)
    ends = ((row + top) * width + column).tolist()
    flat = np.reshape(mask, -1, copy=False)
    for start, end in zip(ends[::2], ends[1::2], strict=True):
        flat[start:end] = True


def _first_beyond(place: Floats | float) -> NDArray[np.intp]:
    """Give the first pixel whose centre is not before a place."""
    return np.asarray(np.ceil(np.subtract(place, 0.5)), np.intp)


def _find_ends(chance: NDArray[np.float32], down: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Cut the view along rows `down`, in pixels of the view; gives where each run that is on begins and ends.

    Both follow each other, in the order of the rows: the row's number, and the place across in pixels of the view.
    """
    side = len(chance)
    inner = np.clip(down - 0.5, 0, side - 1)
    above = np.minimum(inner.astype(np.intp), side - 2)
    share = (inner - above).astype(np.float32)[:, None]
    centred = chance - np.float32(0.5)
    values = centred[above]
    values += (centred[above + 1] - values) * share
    on = np.zeros((len(down), side + 2), np.bool_)  # beyond the view nothing is on
    np.greater(values, 0, out=on[:, 1:-1])
    row, column = np.nonzero(on[:, 1:] != on[:, :-1])
    is_inside = (column > 0) & (column < side)
    before, after = values[row, np.maximum(column - 1, 0)], values[row, np.minimum(column, side - 1)]
    crossed = np.divide(before, before - after, out=np.zeros_like(before), where=is_inside)
    place: Floats = column.astype(np.float64) + np.where(is_inside, crossed - 0.5, 0.0)
    return row, place
