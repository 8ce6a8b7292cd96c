"""Brings images and coordinates into SAM 3's square input, and coordinates back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

INPUT_SIDE = 1008

Floats = NDArray[np.float64]
CPU = torch.device("cpu")


def to_model_input(image: NDArray[np.uint8], side: int = INPUT_SIDE, device: torch.device = CPU) -> Tensor:
    """Turn an image, `(H, W, 3)` uint8 RGB, into `(1, 3, side, side)` float32 in -1..1 on the device.

    Both sides are resized to `side` whatever the proportions: bilinear with antialiasing, rounded to whole levels, as
    the network was trained. CUDA resizes itself, which may differ from the CPU by one level. Raises `ValueError` for
    pixels of another kind.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise ValueError(f"An image is (H, W, 3) uint8 RGB; this is {image.shape} {image.dtype}.")
    # torch takes neither arrays it may not write to nor backward strides.
    pixels = np.require(image, requirements=["C", "W"])
    levels = torch.from_numpy(pixels).permute(2, 0, 1)[None]
    if device.type == "cuda":
        levels = levels.to(device)
    if image.shape[:2] != (side, side):
        levels = resize_in_float(levels, side) if levels.is_cuda else _resize(levels, side)
    return ((levels.float() / 255 - 0.5) / 0.5).contiguous().to(device)


def resize_in_float(levels: Tensor, side: int) -> Tensor:
    """Resize `(1, 3, H, W)` uint8 to `side` squared, in whole levels as float32: cards cannot in integers."""
    return _resize(levels.float(), side).round_()


def _resize(levels: Tensor, side: int) -> Tensor:
    return F.interpolate(levels, (side, side), mode="bilinear", antialias=True, align_corners=False)


@dataclass(frozen=True, slots=True)
class InputFrame:
    """The two frames of one image: its own pixels, `image_size` (height, width), and the input of `side` pixels.

    Coordinates are arrays `(..., 2)` x, y or `(..., 4)` boxes, float64, x right and y down; pixel *i* spans *i..i+1*
    in both frames, so that an edge of the image is an edge of the input.
    """

    image_size: tuple[int, int]
    side: int = INPUT_SIDE

    def points_to_input(self, points_xy: ArrayLike) -> Floats:
        """Image pixels -> input pixels."""
        return _floats(points_xy) * (self.side / self._width_height)

    def boxes_to_input(self, boxes_xyxy: ArrayLike) -> Floats:
        """Corners in image pixels -> corners in input pixels."""
        return _floats(boxes_xyxy) * np.tile(self.side / self._width_height, 2)

    def cxcywh_from_boxes(self, boxes_xyxy: ArrayLike) -> Floats:
        """Corners in image pixels -> centre and size as parts of the image, 0..1, as the detector takes boxes."""
        low, high = np.split(_floats(boxes_xyxy), 2, -1)
        return np.concatenate([(low + high) / 2, high - low], -1) / np.tile(self._width_height, 2)

    def boxes_from_cxcywh(self, boxes_cxcywh: ArrayLike) -> Floats:
        """Centre and size as parts of the image -> corners in image pixels; nothing is clipped."""
        centre, size = np.split(_floats(boxes_cxcywh), 2, -1)
        return np.concatenate([centre - size / 2, centre + size / 2], -1) * np.tile(self._width_height, 2)

    @property
    def _width_height(self) -> Floats:
        return np.array(self.image_size[::-1], np.float64)


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, np.float64)
