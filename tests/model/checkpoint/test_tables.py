"""The rename tables against the lists of all names of the released files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from sam3_annotator.model.checkpoint.filling import plan
from sam3_annotator.model.checkpoint.naming import recognise
from sam3_annotator.model.checkpoint.rename_official import OFFICIAL
from sam3_annotator.model.network.builder import build_sam3_image_model
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.sam3_image import Sam3Image

Tensors = dict[str, Tensor]
OfficialKeys = list[tuple[str, list[int], bool]]


@pytest.fixture(scope="module")
def full_model() -> Sam3Image:
    return build_sam3_image_model(Sam3Config(), device="meta")


@pytest.fixture(scope="module")
def shapes(official_keys: OfficialKeys) -> Tensors:
    """Give the official file without its contents."""
    return {name: torch.empty(shape, device="meta") for name, shape, _ in official_keys}


def test_every_official_tensor_fills_the_model_or_is_known_to_be_of_no_use(
    full_model: Sam3Image, shapes: Tensors, official_keys: OfficialKeys
) -> None:
    naming = recognise(shapes)

    assert naming is not None
    pieces = plan(Path("sam3.pt"), shapes, naming, full_model)  # raises unless all of the model is filled

    assert {piece.theirs for piece in pieces} == {name for name, _, needed in official_keys if needed}


def test_every_tensor_of_hugging_face_fills_the_model_or_is_known_to_be_of_no_use(
    full_model: Sam3Image, shapes: Tensors, to_huggingface: Callable[[Tensors], Tensors]
) -> None:
    theirs = to_huggingface(shapes)
    naming = recognise(theirs)

    assert len(theirs) == 1797
    assert naming is not None
    pieces = plan(Path("model.safetensors"), theirs, naming, full_model)

    wanted = full_model.state_dict()
    filled = sum(piece.place(wanted[piece.ours]).numel() for piece in pieces)
    assert filled == sum(value.numel() for value in wanted.values()) - 1024  # less the class row


def test_the_model_has_the_parameters_of_the_released_one(full_model: Sam3Image) -> None:
    assert sum(value.numel() for value in full_model.state_dict().values()) == 849_581_511


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("detector.transformer.decoder.layers.4.norm2.bias", "decoder.layers.4.self_norm.bias"),
        ("detector.transformer.decoder.layers.4.catext_norm.bias", "decoder.layers.4.text_norm.bias"),
        ("detector.transformer.decoder.layers.4.norm1.bias", "decoder.layers.4.image_norm.bias"),
        ("detector.transformer.decoder.layers.4.norm3.bias", "decoder.layers.4.mlp_norm.bias"),
        ("detector.transformer.decoder.layers.4.cross_attn.out_proj.bias", "decoder.layers.4.image_attn.out_proj.bias"),
        ("detector.transformer.decoder.layers.4.ca_text.out_proj.bias", "decoder.layers.4.text_attn.out_proj.bias"),
        ("detector.transformer.decoder.boxRPB_embed_y.layers.1.bias", "decoder.box_bias_y.layers.1.bias"),
        ("detector.geometry_encoder.norm.weight", "geometry_encoder.norm.weight"),
        ("detector.geometry_encoder.encode_norm.weight", "geometry_encoder.encode_norm.weight"),
        ("detector.geometry_encoder.encode.2.norm2.weight", "geometry_encoder.layers.2.norm2.weight"),
        ("detector.backbone.vision_backbone.convs.1.dconv_2x2.bias", "neck.detector.1.dconv_2x2.bias"),
        ("detector.backbone.vision_backbone.sam2_convs.1.dconv_2x2.bias", "neck.interactive.1.dconv_2x2.bias"),
        ("tracker.sam_mask_decoder.transformer.norm_final_attn.bias", "mask_decoder.transformer.norm_final_attn.bias"),
        ("tracker.sam_mask_decoder.output_upscaling.3.bias", "mask_decoder.output_upscaling.3.bias"),
    ],
)  # fmt: skip
def test_names_that_are_easily_mixed_up_keep_their_place(theirs: str, ours: str) -> None:
    assert [piece.ours for piece in OFFICIAL.pieces_of(theirs)] == [ours]
