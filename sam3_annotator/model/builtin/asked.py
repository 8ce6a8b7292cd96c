"""Sorts what the user asked into what the network takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sam3_annotator.model.builtin.prompt_maps import Point
from sam3_annotator.model.builtin.zoom import Belief, Box, ViewWindow
from sam3_annotator.model.errors import UnsupportedPrompt
from sam3_annotator.model.prompts import BoxPrompt, MaskPrompt, PointPrompt, Prompt

BELIEF_SIDE = 256


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Points in image pixels, one box around all boxes, and the last mask."""

    points: tuple[Point, ...]
    box: Box | None
    belief: Belief | None

    @property
    def positives(self) -> list[tuple[float, float]]:
        """The points on the object."""
        return [(x, y) for x, y, positive in self.points if positive]

    def points_in(self, window: ViewWindow, side: int) -> list[Point]:
        """Give the points that lie in a window, in pixels of its view."""
        placed = [(*window.place(x, y, side), positive) for x, y, positive in self.points]
        return [point for point in placed if 0 <= point[0] <= side and 0 <= point[1] <= side]

    def widened(self, box: Box | None) -> Box | None:
        """Widen a box (or the prompts' own) until it holds all positive points and the prompts' box."""
        corners = [(x, y, x, y) for x, y in self.positives]
        boxes = [one for one in (box, self.box) if one is not None] + corners
        if not boxes:
            return None
        lows, highs = [one[:2] for one in boxes], [one[2:] for one in boxes]
        return (
            min(x for x, _ in lows),
            min(y for _, y in lows),
            max(x for x, _ in highs),
            max(y for _, y in highs),
        )


def read_prompts(prompts: Sequence[Prompt], image_size: tuple[int, int]) -> Asked:
    """Sort prompts; points and boxes are cut at the image's borders.

    Raises `UnsupportedPrompt` if they say nothing of where the object is, or a mask has the wrong size.
    """
    height, width = image_size
    points: list[Point] = []
    boxes: list[Box] = []
    belief: Belief | None = None
    for prompt in prompts:
        if isinstance(prompt, PointPrompt):
            inside = (min(max(prompt.x, 0.0), width - 0.01), min(max(prompt.y, 0.0), height - 0.01))
            points.append((*inside, prompt.positive))
        elif isinstance(prompt, BoxPrompt):
            boxes.append((max(prompt.x0, 0.0), max(prompt.y0, 0.0), min(prompt.x1, width), min(prompt.y1, height)))
        elif isinstance(prompt, MaskPrompt):
            belief = _read_mask(prompt, image_size)
        else:
            raise UnsupportedPrompt(f"The built-in model takes points, boxes and masks, not {type(prompt).__name__}.")
    boxes = [box for box in boxes if box[0] < box[2] and box[1] < box[3]]
    asked = Asked(tuple(points), None, belief)
    for box in boxes:
        asked = Asked(asked.points, Asked((), box, None).widened(asked.box), belief)
    if not asked.positives and asked.box is None and belief is None:
        raise UnsupportedPrompt("Click on the object, or draw a box around it: nothing says yet where it is.")
    return asked


def _read_mask(prompt: MaskPrompt, image_size: tuple[int, int]) -> Belief | None:
    if prompt.mask.ndim != 2:
        raise UnsupportedPrompt(f"A mask prompt has two dimensions; this one has {prompt.mask.ndim}.")
    if prompt.mask.dtype != np.bool_:
        belief = Belief.from_logits(np.asarray(prompt.mask, np.float32), image_size)
        return belief if belief.box() is not None else None
    if prompt.mask.shape != image_size:
        raise UnsupportedPrompt(f"A mask prompt must have the image's size {image_size}, not {prompt.mask.shape}.")
    return Belief.from_mask(np.asarray(prompt.mask, np.bool_), BELIEF_SIDE)
