"""A tiny SAM 3 of `transformers` with the weights of a tiny one of ours."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType, SimpleNamespace

import pytest
import torch
from torch import Tensor, nn

from sam3_annotator.model.network.builder import build_sam3_image_model
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.roi_align import roi_align
from sam3_annotator.model.network.sam3_image import Sam3Image

TEXT = "text_encoder.text_model"

VISION_AND_TEXT = {
    r"vision_backbone\.pos_embed": "vision_encoder.backbone.embeddings.position_embeddings",
    r"vision_backbone\.patch_embed\.(.*)": r"vision_encoder.backbone.embeddings.patch_embeddings.projection.\1",
    r"vision_backbone\.ln_pre\.(.*)": r"vision_encoder.backbone.layer_norm.\1",
    r"vision_backbone\.blocks\.(\d+)\.norm(\d)\.(.*)": r"vision_encoder.backbone.layers.\1.layer_norm\2.\3",
    r"vision_backbone\.blocks\.(\d+)\.attn\.qkv\.(.*)": r"vision_encoder.backbone.layers.\1.attention.{q,k,v}_proj.\2",
    r"vision_backbone\.blocks\.(\d+)\.attn\.proj\.(.*)": r"vision_encoder.backbone.layers.\1.attention.o_proj.\2",
    r"vision_backbone\.blocks\.(\d+)\.mlp\.(.*)": r"vision_encoder.backbone.layers.\1.mlp.\2",
    r"neck\.detector\.(\d)\.dconv_2x2(?:_0)?\.(.*)": r"vision_encoder.neck.fpn_layers.\1.scale_layers.0.\2",
    r"neck\.detector\.(\d)\.dconv_2x2_1\.(.*)": r"vision_encoder.neck.fpn_layers.\1.scale_layers.2.\2",
    r"neck\.detector\.(\d)\.conv_1x1\.(.*)": r"vision_encoder.neck.fpn_layers.\1.proj1.\2",
    r"neck\.detector\.(\d)\.conv_3x3\.(.*)": r"vision_encoder.neck.fpn_layers.\1.proj2.\2",
    r"text_encoder\.token_embedding\.(.*)": rf"{TEXT}.embeddings.token_embedding.\1",
    r"text_encoder\.positional_embedding": f"{TEXT}.embeddings.position_embedding.weight",
    r"text_encoder\.blocks\.(\d+)\.ln_(\d)\.(.*)": rf"{TEXT}.encoder.layers.\1.layer_norm\2.\3",
    r"text_encoder\.blocks\.(\d+)\.attn\.in_proj\.(.*)": rf"{TEXT}.encoder.layers.\1.self_attn.{{q,k,v}}_proj.\2",
    r"text_encoder\.blocks\.(\d+)\.attn\.out_proj\.(.*)": rf"{TEXT}.encoder.layers.\1.self_attn.out_proj.\2",
    r"text_encoder\.blocks\.(\d+)\.mlp\.c_fc\.(.*)": rf"{TEXT}.encoder.layers.\1.mlp.fc1.\2",
    r"text_encoder\.blocks\.(\d+)\.mlp\.c_proj\.(.*)": rf"{TEXT}.encoder.layers.\1.mlp.fc2.\2",
    r"text_encoder\.ln_final\.(.*)": rf"{TEXT}.final_layer_norm.\1",
    r"text_encoder\.resizer\.(.*)": r"text_projection.\1",
}
PROMPT_AND_IMAGE = {
    rf"{ours}_encoder\.layers\.(\d+)\.{part}": rf"{theirs}_encoder.layers.\1.{other}"
    for ours, theirs in (("geometry", "geometry"), ("fusion", "detr"))
    for part, other in {
        r"self_attn\.out_proj\.(.*)": r"self_attn.o_proj.\2",
        r"self_attn\.(.*)": r"self_attn.\2",
        r"cross_attn_image\.out_proj\.(.*)": r"cross_attn.o_proj.\2",
        r"cross_attn_image\.(.*)": r"cross_attn.\2",
        r"linear(\d)\.(.*)": r"mlp.fc\2.\3",
        r"norm(\d)\.(.*)": r"layer_norm\2.\3",
    }.items()
} | {
    r"geometry_encoder\.img_pre_norm\.(.*)": r"geometry_encoder.vision_layer_norm.\1",
    r"geometry_encoder\.norm\.(.*)": r"geometry_encoder.prompt_layer_norm.\1",
    r"geometry_encoder\.encode_norm\.(.*)": r"geometry_encoder.output_layer_norm.\1",
    r"(geometry_encoder\..*)": r"\1",
}
DECODER = {
    rf"decoder\.{part}": rf"detr_decoder.{other}"
    for part, other in {
        r"(query_embed|reference_points|presence_token)\.(.*)": r"\1.\2",
        r"layers\.(\d+)\.self_attn\.out_proj\.(.*)": r"layers.\1.self_attn.o_proj.\2",
        r"layers\.(\d+)\.self_attn\.(.*)": r"layers.\1.self_attn.\2",
        r"layers\.(\d+)\.text_attn\.out_proj\.(.*)": r"layers.\1.text_cross_attn.o_proj.\2",
        r"layers\.(\d+)\.text_attn\.(.*)": r"layers.\1.text_cross_attn.\2",
        r"layers\.(\d+)\.image_attn\.out_proj\.(.*)": r"layers.\1.vision_cross_attn.o_proj.\2",
        r"layers\.(\d+)\.image_attn\.(.*)": r"layers.\1.vision_cross_attn.\2",
        r"layers\.(\d+)\.linear(\d)\.(.*)": r"layers.\1.mlp.fc\2.\3",
        r"layers\.(\d+)\.self_norm\.(.*)": r"layers.\1.self_attn_layer_norm.\2",
        r"layers\.(\d+)\.text_norm\.(.*)": r"layers.\1.text_cross_attn_layer_norm.\2",
        r"layers\.(\d+)\.image_norm\.(.*)": r"layers.\1.vision_cross_attn_layer_norm.\2",
        r"layers\.(\d+)\.mlp_norm\.(.*)": r"layers.\1.mlp_layer_norm.\2",
        r"norm\.(.*)": r"output_layer_norm.\1",
        r"presence_token_out_norm\.(.*)": r"presence_layer_norm.\1",
        r"presence_token_head\.layers\.(.*)": r"presence_head.layers.\1",
        r"bbox_embed\.layers\.(.*)": r"box_head.layers.\1",
        r"box_bias_([xy])\.layers\.(.*)": r"box_rpb_embed_\1.layers.\2",
        r"ref_point_head\.layers\.(.*)": r"ref_point_head.layers.\1",
    }.items()
}
HEADS = {
    r"scoring\.prompt_mlp\.(.*)": r"dot_product_scoring.text_mlp.\1",
    r"scoring\.out_norm\.(.*)": r"dot_product_scoring.text_mlp_out_norm.\1",
    r"scoring\.prompt_proj\.(.*)": r"dot_product_scoring.text_proj.\1",
    r"scoring\.hs_proj\.(.*)": r"dot_product_scoring.query_proj.\1",
    r"segmentation_head\.cross_attn_norm\.(.*)": r"mask_decoder.prompt_cross_attn_norm.\1",
    r"segmentation_head\.cross_attend_prompt\.out_proj\.(.*)": r"mask_decoder.prompt_cross_attn.o_proj.\1",
    r"segmentation_head\.cross_attend_prompt\.(.*)": r"mask_decoder.prompt_cross_attn.\1",
    r"segmentation_head\.pixel_decoder\.(.*)": r"mask_decoder.pixel_decoder.\1",
    r"segmentation_head\.instance_seg_head\.(.*)": r"mask_decoder.instance_projection.\1",
    r"segmentation_head\.semantic_seg_head\.(.*)": r"mask_decoder.semantic_projection.\1",
    r"segmentation_head\.mask_embed\.(.*)": r"mask_decoder.mask_embedder.\1",
}
TABLE = VISION_AND_TEXT | PROMPT_AND_IMAGE | DECODER | HEADS
# They serve clicks, which the other model does not answer.
CLICKS = ("neck.interactive.", "prompt_encoder.", "mask_decoder.", "no_memory_embedding")
# What the other model stores and does not use: a third merge, the lowest scale, CLIP's projection.
UNUSED = (
    r"mask_decoder\.pixel_decoder\.\w+\.2\..*|vision_encoder\.neck\.fpn_layers\.3\..*|text_encoder\.text_projection\..*"
)


@pytest.fixture(scope="session")
def tiny_config() -> Sam3Config:
    config = Sam3Config.tiny()
    return replace(config, detector=replace(config.detector, norm_groups=8))  # the other one's are always 8


@pytest.fixture(scope="session", params=[0, 1, 2])
def model(request: pytest.FixtureRequest, tiny_config: Sam3Config, randomise: Callable[..., None]) -> Sam3Image:
    model = build_sam3_image_model(tiny_config)
    randomise(model, request.param)
    for part in model.decoder.modules():
        if isinstance(part, nn.Linear):
            part.weight *= 0.6  # else a change of 1e-7 in a pixel moves masks by more than 1e-3
    return model


@pytest.fixture
def assert_same() -> Callable[[Tensor, Tensor], None]:
    """Compare an answer of ours with the other model's: `assert_same(ours, theirs)`; within 1e-4 of its spread."""

    def compare(ours: Tensor, theirs: Tensor) -> None:
        spread = float(theirs.std())
        assert spread > 0.01, "An answer that hardly varies says little."
        torch.testing.assert_close(ours, theirs, atol=1e-4 * spread + 1e-5, rtol=0)

    return compare


@pytest.fixture(scope="session")
def untrained(sam3_reference: ModuleType) -> nn.Module:
    """Make the other model, with the official behaviour where its own is another."""
    reference = sam3_reference.Sam3Model(_reference_config(sam3_reference)).eval().requires_grad_(False)
    # The official clamp of the presence logit is without effect.
    reference.detr_decoder.clamp_presence_logit_max_val = float("inf")
    if not hasattr(sam3_reference, "torchvision"):  # it would pool boxes; ours has tests of its own
        sam3_reference.torchvision = SimpleNamespace(ops=SimpleNamespace(roi_align=_roi_align_of_torchvision))
    return reference


@pytest.fixture(scope="session")
def reference(untrained: nn.Module, model: Sam3Image, rename: Callable[..., dict[str, Tensor]]) -> nn.Module:
    """Give the other model, with the weights of `model`."""
    ours = {name: value for name, value in model.state_dict().items() if not name.startswith(CLICKS)}
    ours["vision_backbone.pos_embed"] = ours["vision_backbone.pos_embed"][:, 1:]  # it has no row of a class token
    theirs = {_count_from_one(name): value for name, value in rename(ours, TABLE).items()}
    missing, unexpected = untrained.load_state_dict(theirs, strict=False)
    assert unexpected == []
    assert [name for name in missing if not re.fullmatch(UNUSED, name)] == []
    return untrained


def _count_from_one(name: str) -> str:
    """Name the layers of an MLP in decoder and scoring as the other model does."""
    mlp = r"(detr_decoder\.\w+|dot_product_scoring\.text_mlp)\.layers\.(\d)\."
    return re.sub(mlp, lambda found: f"{found[1]}.layer{int(found[2]) + 1}.", name)


def _roi_align_of_torchvision(features: Tensor, boxes: list[Tensor], side: int) -> Tensor:
    return torch.cat([roi_align(features[i : i + 1], boxes[i][None], side)[0] for i in range(len(boxes))])


def _reference_config(sam3_reference: ModuleType) -> object:
    """Give the sizes of `Sam3Config.tiny` under the other model's names."""
    transformer = {"hidden_size": 32, "intermediate_size": 48, "num_attention_heads": 4, "num_layers": 2}
    backbone = {
        "model_type": "sam3_vit_model",
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 4,
        "num_attention_heads": 2,
        "image_size": 112,
        "patch_size": 14,
        "pretrain_image_size": 56,
        "window_size": 4,
        "global_attn_indexes": [1, 3],
        "layer_norm_eps": 1e-5,  # as the released weights were trained; its default is 1e-6
    }
    return sam3_reference.Sam3Config(
        vision_config={
            "backbone_config": backbone,
            "fpn_hidden_size": 32,
            "backbone_feature_sizes": [[32, 32], [16, 16], [8, 8]],
        },
        text_config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_attention_heads": 2,
            "num_hidden_layers": 2,
            "projection_dim": 32,
            "max_position_embeddings": 32,
            "hidden_act": "gelu",
        },
        geometry_encoder_config=transformer,
        detr_encoder_config=transformer,
        detr_decoder_config={**transformer, "num_queries": 10},
        mask_decoder_config={"hidden_size": 32, "num_attention_heads": 4},
    )
