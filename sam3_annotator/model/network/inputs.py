"""Turns what a caller has at hand into the model's tensors: an image, phrases, lists of boxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sam3_annotator.model.network.preprocessing import to_model_input

if TYPE_CHECKING:
    from PIL.Image import Image

ImageInput: TypeAlias = "Tensor | NDArray[np.uint8] | Image"
"""Normalised pixels `(B, 3, S, S)`, or one image: RGB uint8 `(H, W, 3)`, or PIL with 8 bits a channel."""

WIDE_MODES = ("I", "F")
"""What the names of PIL's modes with more than 8 bits begin with; converting them cuts off all that is bright."""

VISUAL = "visual"
"""The phrase that stands for what boxes show; the model was trained with this word."""


def as_pixels(image: ImageInput, side: int) -> Tensor:
    """Give normalised pixels `(B, 3, side, side)`; raises `ValueError` for what cannot be taken as such."""
    if isinstance(image, Tensor):
        if not image.is_floating_point():
            raise ValueError(f"A tensor is an image's pixels in -1..1, not {image.dtype}; give uint8 as a NumPy array.")
        return image
    if not isinstance(image, np.ndarray):
        if image.mode.startswith(WIDE_MODES):
            raise ValueError(f"The image has more than 8 bits a channel (mode {image.mode}); scale it to 8 bits first.")
        image = np.asarray(image.convert("RGB"))
    return to_model_input(image, side)


def as_phrases(text: str | Sequence[str] | None, count: int, *, has_boxes: bool) -> list[str]:
    """Give one phrase for each of `count` images; a single one serves all.

    Raises `ValueError` if there is neither a phrase nor a box, or if the number of phrases is another.
    """
    if text is None:
        if not has_boxes:
            raise ValueError("There is nothing to look for: give a text, or boxes around examples, or both.")
        text = VISUAL
    phrases = [text] * count if isinstance(text, str) else list(text)
    if len(phrases) != count:
        raise ValueError(f"The texts are {len(phrases)}, the images {count}: give one text for each, or one for all.")
    return phrases


def as_exemplars(
    boxes_cxcywh: Tensor | Sequence[Sequence[float]] | None,
    labels: Tensor | Sequence[bool] | None,
    count: int,
) -> tuple[Tensor, Tensor]:
    """Give boxes `(count, N, 4)` float32 and labels `(count, N)` bool; without labels all boxes are positive.

    Boxes `(N, 4)` with labels `(N,)` serve all images. Raises `ValueError` if shapes do not fit.
    """
    boxes = torch.zeros(0, 4) if boxes_cxcywh is None else torch.as_tensor(boxes_cxcywh, dtype=torch.float32)
    if boxes.numel() == 0:
        boxes = boxes.reshape(-1, 4)
    if boxes.ndim == 2:
        boxes = boxes.expand(count, -1, -1)
    if boxes.ndim != 3 or boxes.shape[::2] != (count, 4):
        raise ValueError(f"Boxes are (N, 4), or (B, N, 4) of B = {count} images; these are {tuple(boxes.shape)}.")
    marks = torch.ones(boxes.shape[1]) if labels is None else torch.as_tensor(labels)
    if marks.shape[-1:] != boxes.shape[1:2] or marks.numel() not in (boxes.shape[1], count * boxes.shape[1]):
        raise ValueError(f"The labels are {tuple(marks.shape)}, the boxes {tuple(boxes.shape)}: give each box a label.")
    return boxes, marks.expand(boxes.shape[:2]).bool()
