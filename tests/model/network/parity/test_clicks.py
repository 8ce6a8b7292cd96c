"""Clicks, boxes and masks, against `transformers` with the same weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from sam3_annotator.model.network.sam3_image import Sam3Image

AssertSame = Callable[[Tensor, Tensor], None]

POINTS = torch.tensor([[[30.0, 71.0], [80.5, 20.0]], [[5.0, 5.0], [100.0, 90.0]], [[60.0, 60.0], [61.0, 30.0]]])
LABELS = torch.tensor([[1, 0], [1, 1], [0, 1]])
BOXES = torch.tensor([[5.0, 6.0, 60.0, 70.0], [20.0, 20.0, 100.0, 50.0], [0.0, 0.0, 30.0, 30.5]])
MASK = 4 * torch.randn(1, 1, 32, 32, generator=torch.Generator().manual_seed(4))


def make_pixels() -> Tensor:
    return torch.rand(1, 3, 112, 112, generator=torch.Generator().manual_seed(3)) * 2 - 1


@pytest.fixture
def their_features(clicks_reference: Any) -> list[Tensor]:
    """Encode the image with the other model: fine, middle and coarse map."""
    fine, middle, coarse = clicks_reference.get_image_embeddings(make_pixels())
    # It adds this to the level below, which nothing reads; the official code to the one that clicks look at.
    return [fine, middle, coarse + clicks_reference.no_memory_embedding.view(1, -1, 1, 1)]


def test_the_image_is_encoded_the_same(model: Sam3Image, their_features: list[Tensor], assert_same: AssertSame) -> None:
    ours = model.prepare_clicks(model.encode_pixels(make_pixels()))

    fine, middle, coarse = their_features
    assert_same(ours.embedding, coarse.flatten(2).transpose(1, 2))
    # Ours lie in the order in which they are added, and hold what is added with them.
    s1, s0 = model.mask_decoder.output_upscaling.prepare(middle, fine)
    assert_same(ours.s1, s1)
    assert_same(ours.s0, s0)


@pytest.mark.parametrize("multimask", [True, False])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param(
            {"points_xy": POINTS, "point_labels": LABELS},
            {"input_points": POINTS[None], "input_labels": LABELS[None]},
            id="points of three objects",
        ),
        pytest.param({"boxes_xyxy": BOXES}, {"input_boxes": BOXES[None]}, id="boxes of three objects"),
        pytest.param(
            {"points_xy": POINTS, "point_labels": LABELS, "boxes_xyxy": BOXES},
            {"input_points": POINTS[None], "input_labels": LABELS[None], "input_boxes": BOXES[None]},
            id="boxes and points",
        ),
        pytest.param(
            {"points_xy": POINTS[:1], "point_labels": LABELS[:1], "mask_logits": MASK},
            {"input_points": POINTS[None, :1], "input_labels": LABELS[None, :1], "input_masks": MASK},
            id="mask and points",
        ),
        pytest.param(
            # Without a point the other model makes up one that is none; the official code has no tokens then.
            {"points_xy": POINTS[:1, :1], "point_labels": torch.tensor([[-1]]), "mask_logits": MASK},
            {"input_masks": MASK},
            id="mask",
        ),
    ],
)
def test_prompts_are_answered_the_same(
    model: Sam3Image,
    clicks_reference: Any,
    their_features: list[Tensor],
    assert_same: AssertSame,
    ours: dict[str, Tensor],
    theirs: dict[str, Tensor],
    multimask: bool,
) -> None:
    image = model.prepare_clicks(model.encode_pixels(make_pixels()))

    mine = model.segment(image, **ours, multimask=multimask)
    other = clicks_reference(image_embeddings=their_features, **theirs, multimask_output=multimask)

    assert_same(mine.logits, other.pred_masks[0])
    torch.testing.assert_close(mine.iou, other.iou_scores[0], atol=1e-4, rtol=0)
    torch.testing.assert_close(mine.object_logit, other.object_score_logits[0], atol=1e-4, rtol=1e-4)
