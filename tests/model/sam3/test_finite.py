"""Numbers that grow too large, or are none, are told of in place of an answer."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sam3_annotator.model import ConceptPrompt, ModelUnavailable, PointPrompt
from sam3_annotator.model.network.builder import build_sam3_image_model
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.sam3.session import Sam3Session

Image = NDArray[np.uint8]
CLICK = PointPrompt(80, 60)


def test_numbers_too_large_for_float16_are_told_and_not_answered_from(image: Image) -> None:
    torch.manual_seed(0)
    network = build_sam3_image_model(Sam3Config.tiny())
    last = len(network.vision_backbone.blocks) - 1
    with torch.no_grad():
        network.state_dict()[f"vision_backbone.blocks.{last}.mlp.fc2.weight"].mul_(1e7)
    wide = Sam3Session(network).embed(image)
    assert wide.encoded.isfinite().all()
    narrow = Sam3Session(network.to(torch.float16))

    with pytest.raises(ModelUnavailable, match=r"in float16: .*; choose --dtype float32 or bfloat16\.$"):
        narrow.embed(image)


def test_weights_that_are_no_numbers_are_told_of_in_any_dtype(image: Image) -> None:
    network = build_sam3_image_model(Sam3Config.tiny())
    network.state_dict()["vision_backbone.ln_pre.weight"].fill_(torch.nan)

    with pytest.raises(ModelUnavailable, match="weights must be damaged"):
        Sam3Session(network).embed(image)


def test_prompts_that_lead_to_numbers_too_large_are_told_and_not_answered(image: Image) -> None:
    torch.manual_seed(0)
    network = build_sam3_image_model(Sam3Config.tiny()).to(torch.float16)
    for part in ("mask_decoder.transformer.layers.1.mlp.layers.1", "fusion_encoder.layers.1.linear2"):
        network.state_dict()[f"{part}.weight"].fill_(6e4)
    session = Sam3Session(network)
    embedding = session.embed(image)

    with pytest.raises(ModelUnavailable, match="numbers grow too large"):
        session.segment(embedding, [CLICK])
    with pytest.raises(ModelUnavailable, match="numbers grow too large"):
        session.detect(embedding, ConceptPrompt("cat"))
