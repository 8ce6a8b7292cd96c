"""Tries whether weights keep within the range of float16, before anybody's image depends on it."""

from __future__ import annotations

import torch
from torch import Tensor

from sam3_annotator.model.network.sam3_image import Sam3Image

PHRASE = "thing"


def stays_finite(network: Sam3Image) -> bool:
    """Answer a phrase and a click on noise, as far as the network answers such; tells whether all numbers are finite.

    What grows large in a vision transformer are a few channels that do so on every picture.
    """
    side = network.config.vision.image_side
    noise = torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(0)).to(network.device, network.dtype)
    values: list[Tensor] = []
    with torch.inference_mode():
        encoded = network.encode_pixels(noise)
        if network.config.has_concepts:
            found = network.detect(network.prepare_concepts(encoded), network.encode_text([PHRASE]))
            values += (found.pred_logits, found.pred_boxes, found.pred_masks)
        if network.config.has_clicks:
            middle = torch.full((1, 1, 2), side / 2, device=network.device)
            label = torch.ones(1, 1, dtype=torch.int64, device=network.device)
            image = network.prepare_clicks(encoded)
            drawn = network.segment(image, points_xy=middle, point_labels=label, multimask=True)
            values += (drawn.logits, drawn.iou)
        return bool(torch.stack([value.isfinite().all() for value in values]).all())
