"""Tiles of the image in another light, kept as long as they are in view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

from sam3_annotator.ui.canvas.light import relit


@dataclass(slots=True)
class _LitTile:
    image: QImage
    done: QRect  # the part that is lit


class LitTiles:
    """Makes lit tiles of plain ones, all at once, so that no plain one is ever shown in between.

    While the light changes, only the part that is in view is lit anew.
    """

    def __init__(self) -> None:
        self._table: NDArray[np.uint8] | None = None
        self._lit: dict[int, _LitTile] = {}

    def of(self, tiles: Sequence[tuple[QImage, QRect]], table: NDArray[np.uint8]) -> list[QImage]:
        """Give tiles, each with its part in view, with every value shown as the `table` of 256 says.

        All others are forgotten. Beyond the part in view a tile may hold anything.
        """
        known, is_same = self._lit, table is self._table
        self._table, self._lit = table, {}
        for tile, in_view in tiles:
            key = tile.cacheKey()
            lit = known.get(key)
            if lit is None:
                lit = _LitTile(_make_room(tile), QRect())
            if not (is_same and lit.done.contains(in_view)):
                # What comes into view while the light stays as it is will be followed by more.
                lit.done = tile.rect() if is_same and not lit.done.isEmpty() else in_view
                _light(tile, lit, table)
            self._lit[key] = lit
        return [lit.image for lit in self._lit.values()]

    def clear(self) -> None:
        """Forget all."""
        self._table, self._lit = None, {}


def _make_room(tile: QImage) -> QImage:
    """Give an image as large; new memory for each light would take as long as the light."""
    right, bottom = tile.width() - 1, tile.height() - 1
    # The image is a rectangle: a tile with all four corners in it has nothing that is transparent.
    is_full = all(tile.pixel(x, y) >> 24 for x in (0, right) for y in (0, bottom))
    # Without premultiplication it does not matter what black becomes where nothing is seen.
    return QImage(tile.size(), QImage.Format.Format_RGB32 if is_full else QImage.Format.Format_ARGB32)


def _light(tile: QImage, lit: _LitTile, table: NDArray[np.uint8]) -> None:
    plain, shown = _rows(tile, tile.constBits()), _rows(lit.image, lit.image.bits())
    rows = slice(lit.done.top(), lit.done.bottom() + 1)
    columns = slice(4 * lit.done.left(), 4 * (lit.done.right() + 1))
    relit(plain[rows, columns], table, shown[rows, columns])
    if lit.image.format() is not QImage.Format.Format_RGB32:
        shown[rows, columns][:, 3::4] = plain[rows, columns][:, 3::4]


def _rows(image: QImage, memory: bytes | bytearray | memoryview) -> NDArray[np.uint8]:
    """Give the memory of an image, 32 bits a pixel, row by row; the image must outlive it."""
    return np.frombuffer(memory, np.uint8).reshape(image.height(), -1)
