"""Sorts what the user asked into what the network takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.errors import UnsupportedPrompt
from sam3_annotator.model.network.inputs import VISUAL
from sam3_annotator.model.network.preprocessing import InputFrame
from sam3_annotator.model.prompts import BoxPrompt, ConceptPrompt, Exemplar, MaskPrompt, PointPrompt, Prompt

Point = tuple[float, float, bool]
Box = tuple[float, float, float, float]

CERTAIN_LOGIT = 10.0
"""A mask without degrees is taken for logits of plus and minus this."""

LARGEST_LOGIT = 32.0


class PromptTensors(NamedTuple):
    """What `Sam3Image.decode_prompts` takes of one object, coordinates in float32."""

    points_xy: Tensor | None
    point_labels: Tensor | None
    boxes_xyxy: Tensor | None
    mask_logits: Tensor | None


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Points and one box around all boxes in input pixels, and mask logits `(h, w)` to go on from."""

    points: tuple[Point, ...]
    box: Box | None
    mask_logits: NDArray[np.float32] | None

    @property
    def is_ambiguous(self) -> bool:
        """Whether it is a single click, which may mean a part, an object or a group."""
        return len(self.points) == 1 and self.box is None and self.mask_logits is None

    def going_on_from(self, mask_logits: NDArray[np.float32] | None) -> Asked:
        """Correct an earlier answer, if there is one."""
        return self if mask_logits is None else replace(self, mask_logits=mask_logits)

    def tensors(self, device: torch.device) -> PromptTensors:
        """Give the network's arguments for this one object."""
        points = torch.tensor([[point[:2] for point in self.points]], dtype=torch.float32, device=device)
        labels = torch.tensor([[int(point[2]) for point in self.points]], dtype=torch.int64, device=device)
        box = torch.tensor([self.box], dtype=torch.float32, device=device) if self.box else None
        mask = None
        if self.mask_logits is not None:
            mask = torch.from_numpy(self.mask_logits)[None, None].to(device)
        return PromptTensors(points if self.points else None, labels if self.points else None, box, mask)


def read_prompts(prompts: Sequence[Prompt], frame: InputFrame, logits_side: int) -> Asked:
    """Sort prompts; points and boxes are cut at the image's borders, of several masks the last counts.

    Raises `UnsupportedPrompt` if they say nothing of where the object is, a mask has the wrong size, or a value is no
    number.
    """
    height, width = frame.image_size
    points: list[tuple[float, float]] = []
    labels: list[bool] = []
    boxes: list[Box] = []
    mask_logits: NDArray[np.float32] | None = None
    for prompt in prompts:
        if isinstance(prompt, PointPrompt):
            points.append((min(max(prompt.x, 0.0), width), min(max(prompt.y, 0.0), height)))
            labels.append(prompt.positive)
        elif isinstance(prompt, BoxPrompt):
            boxes.extend(_clipped(prompt, frame))
        elif isinstance(prompt, MaskPrompt):
            mask_logits = _read_mask(prompt.mask, frame, logits_side)
        else:
            raise UnsupportedPrompt(f"SAM 3 takes points, boxes and masks here, not {type(prompt).__name__}.")
    if not any(labels) and not boxes and mask_logits is None:
        raise UnsupportedPrompt("Click on the object, or draw a box around it: nothing says yet where it is.")
    placed = frame.points_to_input(np.reshape(points, (-1, 2)))
    return Asked(
        tuple((x, y, is_positive) for (x, y), is_positive in zip(placed.tolist(), labels, strict=True)),
        _around(boxes, frame),
        mask_logits,
    )


def _clipped(box: BoxPrompt | Exemplar, frame: InputFrame) -> list[Box]:
    """Cut a box at the image's borders; nothing is left of one beyond them."""
    height, width = frame.image_size
    (x0, x1), (y0, y1) = sorted((box.x0, box.x1)), sorted((box.y0, box.y1))
    cut = (max(x0, 0.0), max(y0, 0.0), min(x1, float(width)), min(y1, float(height)))
    return [cut] if cut[0] < cut[2] and cut[1] < cut[3] else []


def _around(boxes: Sequence[Box], frame: InputFrame) -> Box | None:
    if not boxes:
        return None
    corners = frame.boxes_to_input(boxes)
    x0, y0 = corners[:, :2].min(0).tolist()
    x1, y1 = corners[:, 2:].max(0).tolist()
    return x0, y0, x1, y1


def _read_mask(mask: NDArray[np.bool_] | NDArray[np.float32], frame: InputFrame, side: int) -> NDArray[np.float32]:
    """Turn a mask of the image's size, or logits of the whole image in any size, into logits `(side, side)`."""
    if mask.ndim != 2 or not mask.size:
        raise UnsupportedPrompt(f"A mask prompt has rows and columns; this one has the shape {mask.shape}.")
    if mask.dtype == np.bool_:
        if mask.shape != frame.image_size:
            raise UnsupportedPrompt(f"A mask prompt must have the image's size {frame.image_size}, not {mask.shape}.")
        levels = _resized(torch.from_numpy(mask.astype(np.uint8) * 255), side).float() / 255
        return ((levels * 2 - 1) * CERTAIN_LOGIT).numpy()
    logits = torch.from_numpy(np.array(mask, np.float32))
    if logits.isnan().any():
        raise UnsupportedPrompt("A mask prompt holds what is no number.")
    return _resized(logits, side).clamp(-LARGEST_LOGIT, LARGEST_LOGIT).numpy()


def _resized(values: Tensor, side: int) -> Tensor:
    if values.shape == (side, side):
        return values
    return F.interpolate(values[None, None], (side, side), mode="bilinear", antialias=True, align_corners=False)[0, 0]


@dataclass(frozen=True, slots=True, eq=False)
class AskedConcept:
    """A phrase, and exemplars as the network takes them: `boxes_cxcywh` `(1, n, 4)` in 0..1, `labels` `(1, n)` bool.

    Both are None where the phrase says everything.
    """

    phrase: str
    boxes_cxcywh: Tensor | None = None
    labels: Tensor | None = None


def read_concept(concept: ConceptPrompt, frame: InputFrame) -> AskedConcept:
    """Read a concept; exemplars are cut at the image's borders.

    Raises `UnsupportedPrompt` if it says nothing of what to look for.
    """
    phrase = " ".join(concept.phrase.split())
    if not phrase and not any(exemplar.positive for exemplar in concept.exemplars):
        raise UnsupportedPrompt("Name what to look for, or draw a box around an example of it.")
    exemplars = [(box, exemplar.positive) for exemplar in concept.exemplars for box in _clipped(exemplar, frame)]
    if len(exemplars) < len(concept.exemplars):
        raise UnsupportedPrompt("An exemplar lies outside the image or has no area; draw its box again.")
    if not exemplars:
        return AskedConcept(phrase)
    boxes = frame.cxcywh_from_boxes([box for box, _ in exemplars])
    labels = torch.tensor([[is_positive for _, is_positive in exemplars]])
    return AskedConcept(phrase or VISUAL, torch.from_numpy(boxes)[None].float(), labels)
