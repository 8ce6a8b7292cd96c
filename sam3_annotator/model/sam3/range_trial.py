"""Tries whether weights keep within the range of float16, before anybody's image depends on it."""

from __future__ import annotations

import torch

from sam3_annotator.model.network.sam3_image import Sam3Image

PHRASE = "thing"


def stays_finite(network: Sam3Image) -> bool:
    """Answer a phrase and a click on noise, and tell whether every number on the way out is finite.

    What grows large in a vision transformer are a few channels that do so on every picture.
    """
    side = network.config.vision.image_side
    like = network.no_memory_embedding
    noise = torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(0)).to(like)
    with torch.inference_mode():
        image = network.encode_image(noise)
        found = network.detect(image, network.encode_text([PHRASE]))
        middle = torch.full((1, 1, 2), side / 2, device=like.device)
        label = torch.ones(1, 1, dtype=torch.int64, device=like.device)
        drawn = network.segment(image.interactive, points_xy=middle, point_labels=label, multimask=True)
        values = (found.pred_logits, found.pred_boxes, found.pred_masks, drawn.logits, drawn.iou)
        return bool(torch.stack([value.isfinite().all() for value in values]).all())
