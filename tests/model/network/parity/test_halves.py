"""What `transformers` saves of its detector and of its click model answers here as it does there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from sam3_annotator.model.checkpoint import load_model
from sam3_annotator.model.network.boxes import xyxy_from_cxcywh
from sam3_annotator.model.network.config import Sam3Config

AssertSame = Callable[[Tensor, Tensor], None]

BOX = torch.tensor([[[0.4, 0.5, 0.3, 0.25]]])


def make_pixels() -> Tensor:
    return torch.rand(1, 3, 112, 112, generator=torch.Generator().manual_seed(3)) * 2 - 1


def test_a_detector_that_was_saved_alone_finds_the_same(
    reference: Any, tiny_config: Sam3Config, assert_same: AssertSame, tmp_path: Path
) -> None:
    reference.save_pretrained(tmp_path)
    model = load_model(tmp_path, config=tiny_config)
    ids = model.tokenizer(["cat"])

    ours = model(make_pixels(), "cat", BOX, [True])
    theirs = reference(
        pixel_values=make_pixels(),
        input_ids=ids,
        attention_mask=(ids != 0).long(),
        input_boxes=BOX,
        input_boxes_labels=torch.ones(1, 1, dtype=torch.int64),
    )

    assert (model.config.has_concepts, model.config.has_clicks) == (True, False)
    assert_same(ours.pred_logits[..., 0], theirs.pred_logits)
    assert_same(xyxy_from_cxcywh(ours.pred_boxes), theirs.pred_boxes)
    assert_same(ours.pred_masks, theirs.pred_masks)
    torch.testing.assert_close(ours.presence_logit, theirs.presence_logits, atol=1e-4, rtol=0)


def test_a_click_model_that_was_saved_alone_segments_the_same(
    clicks_reference: Any, tiny_config: Sam3Config, assert_same: AssertSame, tmp_path: Path
) -> None:
    clicks_reference.save_pretrained(tmp_path)
    model = load_model(tmp_path, config=tiny_config)
    point, label = torch.tensor([[[30.0, 71.0]]]), torch.ones(1, 1, dtype=torch.int64)

    ours = model.segment(
        model.prepare_clicks(model.encode_pixels(make_pixels())), points_xy=point, point_labels=label, multimask=True
    )
    fine, middle, coarse = clicks_reference.get_image_embeddings(make_pixels())
    # It adds this to the level below, which nothing reads; the official code to the one that clicks look at.
    features = [fine, middle, coarse + clicks_reference.no_memory_embedding.view(1, -1, 1, 1)]
    theirs = clicks_reference(image_embeddings=features, input_points=point[None], input_labels=label[None])

    assert (model.config.has_concepts, model.config.has_clicks) == (False, True)
    assert_same(ours.logits, theirs.pred_masks[0])
    torch.testing.assert_close(ours.iou, theirs.iou_scores[0], atol=1e-4, rtol=0)
