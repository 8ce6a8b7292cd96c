"""The fingerprint tells encoders apart by what they compute with."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from sam3_annotator.model.checkpoint import load_model
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.packed_linear import pack_linear_layers
from sam3_annotator.model.network.sam3_image import Sam3Image
from sam3_annotator.model.network.vision_backbone import ViT
from sam3_annotator.model.sam3.fingerprint import fingerprint


@pytest.fixture
def backbone() -> ViT:
    torch.manual_seed(3)
    return ViT(Sam3Config.tiny().vision)


def test_the_same_weights_have_one_fingerprint_wherever_they_come_from(
    tiny_network: Sam3Image, checkpoint: Path
) -> None:
    loaded = load_model(checkpoint, config=Sam3Config.tiny())

    assert fingerprint(loaded.vision_backbone) == fingerprint(tiny_network.vision_backbone)


def test_weights_have_the_same_fingerprint_packed(tiny_network: Sam3Image) -> None:
    packed = copy.deepcopy(tiny_network)
    pack_linear_layers(packed)

    assert fingerprint(packed.vision_backbone) == fingerprint(tiny_network.vision_backbone)


def test_the_row_that_only_some_files_have_does_not_count(backbone: ViT) -> None:
    before = fingerprint(backbone)

    with torch.no_grad():
        backbone.pos_embed[:, 0] = 0

    assert fingerprint(backbone) == before


def test_every_tensor_counts(backbone: ViT) -> None:
    seen = {fingerprint(backbone)}
    with torch.no_grad():
        for parameter in backbone.parameters():
            parameter.mul_(1.001).add_(1e-6)
            seen.add(fingerprint(backbone))

    assert len(seen) == 1 + len(list(backbone.parameters()))


def test_precision_and_sizes_count(backbone: ViT) -> None:
    torch.manual_seed(3)
    other = ViT(replace(Sam3Config.tiny().vision, rope_theta=5000.0))

    assert len({fingerprint(backbone), fingerprint(other), fingerprint(backbone.to(torch.bfloat16))}) == 3
