"""The colours of Pascal VOC's masks, and colours as whole numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

VOID = 255
"""The value of pixels that Pascal VOC counts to nothing, such as the outlines of objects."""

Palette = NDArray[np.uint8]
"""Colours by index, `(N, 3)` red, green, blue."""


def voc_colormap() -> Palette:
    """Return the `(256, 3)` colours of the VOC development kit: the bits of an index, dealt to red, green and blue."""
    index = np.arange(256)
    colors = np.zeros((256, 3), dtype=np.uint8)
    for bit in range(8):
        for channel in range(3):
            colors[:, channel] |= (((index >> (3 * bit + channel)) & 1) << (7 - bit)).astype(np.uint8)
    return colors


def pack_colors(colors: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Return `(..., 3)` colours as numbers 0xRRGGBB of the shape `(...)`."""
    wide = colors.astype(np.uint32)
    return wide @ np.array([1 << 16, 1 << 8, 1], dtype=np.uint32)


def hex_color(packed: int) -> str:
    """Return a number 0xRRGGBB as `#rrggbb`."""
    return f"#{packed:06x}"


def palette_of(colors: list[str]) -> Palette:
    """Return the 256 colours of a palette: black for 0, `colors` (`#rrggbb`) from 1 on, black for the rest."""
    palette = np.zeros((256, 3), dtype=np.uint8)
    for index, color in enumerate(colors[:255], start=1):
        palette[index] = tuple(bytes.fromhex(color.removeprefix("#")))
    return palette
