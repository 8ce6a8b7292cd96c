"""One half of a SAM 3 in memory, as a checkpoint that holds no more than that would give it."""

from __future__ import annotations

from dataclasses import replace

from sam3_annotator.model.network.builder import build_sam3_image_model
from sam3_annotator.model.network.sam3_image import Sam3Image


def cut_half(network: Sam3Image, *, has_concepts: bool = False, has_clicks: bool = False) -> Sam3Image:
    """Give the one half of a whole network, with the same weights in the same memory."""
    config = replace(network.config, has_concepts=has_concepts, has_clicks=has_clicks)
    half = build_sam3_image_model(config, device="meta")
    weights = network.state_dict()
    half.load_state_dict({name: weights[name] for name in half.state_dict()}, assign=True)
    return half
