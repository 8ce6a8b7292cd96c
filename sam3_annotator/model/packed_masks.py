"""Keeps many masks of an image in little memory: each as the bits of the box around what is on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class PackedMask:
    """One mask: the box around what is on begins at the pixel `left`, `top` of the image.

    `bits` `(h, w / 8)` uint8, rounded up, are the rows of the box, of `width` pixels each.
    """

    left: int
    top: int
    width: int
    bits: NDArray[np.uint8]

    @staticmethod
    def of(mask: NDArray[np.bool_], left: int = 0, top: int = 0) -> PackedMask:
        """Pack a mask `(h, w)` of the part of the image that begins at the pixel `left`, `top`."""
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        if not len(rows):
            return PackedMask(left, top, 0, np.empty((0, 0), np.uint8))
        x, y, width = int(columns[0]), int(rows[0]), int(columns[-1] + 1 - columns[0])
        return PackedMask(left + x, top + y, width, np.packbits(mask[y : rows[-1] + 1, x : x + width], axis=1))

    @property
    def box_xyxy(self) -> tuple[int, int, int, int]:
        """The box in image pixels; without area if nothing is on."""
        return self.left, self.top, self.left + self.width, self.top + len(self.bits)

    @property
    def inside(self) -> NDArray[np.bool_]:
        """The mask `(h, w)` of the box alone."""
        return np.unpackbits(self.bits, axis=1, count=self.width).view(np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class PackedMasks:
    """Masks of an image of the size (height, width); going through them gives one whole `(H, W)` after the other."""

    image_size: tuple[int, int]
    each: tuple[PackedMask, ...]

    @staticmethod
    def of(masks: NDArray[np.bool_]) -> PackedMasks:
        """Pack masks `(N, H, W)`."""
        return PackedMasks((masks.shape[1], masks.shape[2]), tuple(PackedMask.of(mask) for mask in masks))

    def __len__(self) -> int:
        return len(self.each)

    def __iter__(self) -> Iterator[NDArray[np.bool_]]:
        return (PackedMasks(self.image_size, (one,)).whole()[0] for one in self.each)

    def whole(self) -> NDArray[np.bool_]:
        """Give all of them whole, `(N, H, W)`."""
        masks = np.zeros((len(self), *self.image_size), np.bool_)
        for mask, packed in zip(masks, self.each, strict=True):
            x0, y0, x1, y1 = packed.box_xyxy
            mask[y0:y1, x0:x1] = packed.inside
        return masks
