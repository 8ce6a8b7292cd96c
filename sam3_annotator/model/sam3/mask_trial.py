"""Tries whether weights draw the same masks in fewer bits, on a picture small enough to take seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.network.builder import build_sam3_image_model
from sam3_annotator.model.network.sam3_image import Sam3Image
from sam3_annotator.model.prompts import BoxPrompt, ConceptPrompt, PointPrompt
from sam3_annotator.model.sam3.session import Sam3Session
from sam3_annotator.model.session import Check

Masks = NDArray[np.bool_]
"""`(N, H, W)`: all that was answered to one prompt."""

PHRASE = "circle"

# Two discs and a rectangle, as parts of the picture's side: x0, y0, x1, y1, and the colour of each.
SHAPES = (
    ("disc", (0.12, 0.17, 0.48, 0.53), (220, 60, 40)),
    ("disc", (0.56, 0.52, 0.88, 0.84), (240, 200, 60)),
    ("rectangle", (0.60, 0.14, 0.88, 0.36), (40, 90, 220)),
)


def draw_masks(network: Sam3Image, check: Check) -> dict[str, list[Masks]]:
    """Answer clicks on the shapes of a drawn picture, boxes around them and a phrase: by kind, an entry a prompt.

    What the network has no half for is left out.
    """
    session = Sam3Session(_narrow_view(network), get_recorder=lambda _device: None)  # asked too little for that
    picture = _draw_picture(_side_of_a_window(network))
    side = len(picture)
    embedding = session.embed(picture, check=check)
    corners = [tuple(side * place for place in box) for _, box, _ in SHAPES]
    clicks = [PointPrompt((x0 + x1) / 2, (y0 + y1) / 2) for x0, y0, x1, y1 in corners]
    drawn: dict[str, list[Masks]] = {}
    if network.config.has_clicks:
        boxes = [BoxPrompt(*box) for box in corners]
        drawn["clicks"] = [session.segment(embedding, [click], check=check).masks for click in clicks]
        drawn["boxes"] = [session.segment(embedding, [box], multimask=False, check=check).masks for box in boxes]
    if network.config.has_concepts:
        drawn["phrase"] = [session.detect(embedding, ConceptPrompt(PHRASE), check=check).masks]
    return drawn


def measure_likeness(drawn: Mapping[str, Sequence[Masks]], expected: Mapping[str, Sequence[Masks]]) -> float:
    """Give the mean IoU of the kind of prompts with the least, each expected mask with the one most like it.

    A kind that is expected to give no masks does not count; 0 if none does, since nothing is known then.
    """
    ious = {kind: _ious(drawn[kind], wanted) for kind, wanted in expected.items()}
    return min((sum(each) / len(each) for each in ious.values() if each), default=0.0)


def _ious(drawn: Sequence[Masks], expected: Sequence[Masks]) -> list[float]:
    return [
        max((_iou(mask, wanted) for mask in found), default=0.0)
        for found, all_wanted in zip(drawn, expected, strict=True)
        for wanted in all_wanted
    ]


def _iou(mask: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    union = np.count_nonzero(mask | other)
    return np.count_nonzero(mask & other) / union if union else 1.0


def _side_of_a_window(network: Sam3Image) -> int:
    vision = network.config.vision
    return vision.window_side * vision.patch_side


def _narrow_view(network: Sam3Image) -> Sam3Image:
    """Give a network with the same weights, in the same memory, for pictures of a single attention window."""
    config = network.config
    vision = replace(config.vision, image_side=_side_of_a_window(network))
    narrow = build_sam3_image_model(replace(config, vision=vision), device="meta")
    narrow.load_state_dict(network.state_dict(), assign=True)
    return narrow


def _draw_picture(side: int) -> NDArray[np.uint8]:
    """Draw the shapes on a soft pattern, all a little grainy as photographs are: `(side, side, 3)`."""
    rows, columns = (np.mgrid[:side, :side] + 0.5) / side
    channels = np.arange(3)
    picture = 90 + 30 * np.sin(9 * columns[..., None] + channels) * np.cos(7 * rows[..., None] - channels)
    for kind, (x0, y0, x1, y1), color in SHAPES:
        across = np.abs(2 * columns - x0 - x1) / (x1 - x0)  # 1 at the edge
        down = np.abs(2 * rows - y0 - y1) / (y1 - y0)
        inside = across**2 + down**2 < 1 if kind == "disc" else np.maximum(across, down) < 1
        picture[inside] = color
    picture += np.random.default_rng(0).normal(0, 4, picture.shape)
    drawn: NDArray[np.uint8] = picture.clip(0, 255).astype(np.uint8)
    return drawn
