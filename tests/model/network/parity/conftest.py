"""A tiny SAM 3 of `transformers` with random weights, and the same weights under our names."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor, nn

from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.roi_align import roi_align

if TYPE_CHECKING:
    from transformers import Sam3Model

SEEDS = (0, 1, 2)

# From the names of `transformers` to ours; each line is applied to what the lines before it left.
RENAMES = (
    (r"\.o_proj\.", ".out_proj."),
    (r"\.layer([123])\.", lambda found: f".layers.{int(found[1]) - 1}."),
    (r"^detr_encoder\.", "fusion_encoder."),
    (r"^detr_decoder\.", "decoder."),
    (r"^dot_product_scoring\.", "scoring."),
    (r"^mask_decoder\.", "segmentation_head."),
    (r"^text_projection\.", "text_encoder.resizer."),
    (r"^(geometry_encoder|fusion_encoder)(\.layers\.\d+)\.cross_attn\.", r"\1\2.cross_attn_image."),
    (r"^(geometry_encoder|fusion_encoder)(\.layers\.\d+)\.layer_norm", r"\1\2.norm"),
    (r"^(geometry_encoder|fusion_encoder|decoder)(\.layers\.\d+)\.mlp\.fc", r"\1\2.linear"),
    (r"^geometry_encoder\.vision_layer_norm\.", "geometry_encoder.img_pre_norm."),
    (r"^geometry_encoder\.prompt_layer_norm\.", "geometry_encoder.norm."),
    (r"^geometry_encoder\.output_layer_norm\.", "geometry_encoder.encode_norm."),
    (r"^(decoder\.layers\.\d+)\.(self|text|mlp|vision)(?:_cross)?(?:_attn)?_layer_norm\.", r"\1.\2_norm."),
    (r"^(decoder\.layers\.\d+)\.(text|vision)_cross_attn\.", r"\1.\2_attn."),
    (r"^(decoder\.layers\.\d+)\.vision_", r"\1.image_"),
    (r"^decoder\.box_head\.", "decoder.bbox_embed."),
    (r"^decoder\.box_rpb_embed_", "decoder.box_bias_"),
    (r"^decoder\.presence_head\.", "decoder.presence_token_head."),
    (r"^decoder\.presence_layer_norm\.", "decoder.presence_token_out_norm."),
    (r"^decoder\.output_layer_norm\.", "decoder.norm."),
    (r"^scoring\.text_mlp\.", "scoring.prompt_mlp."),
    (r"^scoring\.text_mlp_out_norm\.", "scoring.out_norm."),
    (r"^scoring\.text_proj\.", "scoring.prompt_proj."),
    (r"^scoring\.query_proj\.", "scoring.hs_proj."),
    (r"^segmentation_head\.mask_embedder\.", "segmentation_head.mask_embed."),
    (r"^segmentation_head\.(instance|semantic)_projection\.", r"segmentation_head.\1_seg_head."),
    (r"^segmentation_head\.prompt_cross_attn_norm\.", "segmentation_head.cross_attn_norm."),
    (r"^segmentation_head\.prompt_cross_attn\.", "segmentation_head.cross_attend_prompt."),
)
# Stored, but read by nothing: three feature maps are merged in two steps.
UNUSED = re.compile(r"segmentation_head\.pixel_decoder\.(conv_layers|norms)\.2\.")


@pytest.fixture
def tiny_config() -> Sam3Config:
    config = Sam3Config.tiny()
    return replace(config, detector=replace(config.detector, norm_groups=8))  # the other one has 8 whatever its width


@pytest.fixture(scope="module")
def untrained() -> Sam3Model:
    """Build the other model once; it is slow to import and quick to fill anew."""
    pytest.importorskip("transformers", minversion="5.5")
    from transformers import Sam3Config as OtherConfig, Sam3Model
    from transformers.models.sam3 import modeling_sam3

    if not hasattr(modeling_sam3, "torchvision"):  # it has RoIAlign from there; ours has tests of its own
        modeling_sam3.torchvision = SimpleNamespace(ops=SimpleNamespace(roi_align=_roi_align_of_torchvision))
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
        "layer_norm_eps": 1e-5,  # the published weights were trained with this; the default here is another
    }
    config = OtherConfig(
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
        },
        geometry_encoder_config=transformer,
        detr_encoder_config=transformer,
        detr_decoder_config={**transformer, "num_queries": 10},
        mask_decoder_config={"hidden_size": 32, "num_attention_heads": 4},
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = Sam3Model(config).eval().requires_grad_(False)
    model.detr_decoder.clamp_presence_logit_max_val = float("inf")  # the official clamp is without effect
    return model


def _roi_align_of_torchvision(features: Tensor, boxes: list[Tensor], side: int) -> Tensor:
    return torch.cat([roi_align(features[i : i + 1], boxes[i][None], side)[0] for i in range(len(boxes))])


@pytest.fixture(params=SEEDS)
def oracle(request: pytest.FixtureRequest, untrained: Sam3Model) -> Sam3Model:
    """Fill the other model with weights that let nothing vanish: biases and norms too differ from their beginning."""
    generator = torch.Generator().manual_seed(request.param)
    for module in untrained.modules():
        for name, parameter in module.named_parameters(recurse=False):
            noise = torch.randn(parameter.shape, generator=generator)
            if parameter.dim() < 2:
                parameter.copy_(noise * 0.3 + (1.0 if name == "weight" else 0.0))
            elif isinstance(module, nn.Embedding):
                parameter.copy_(noise)
            else:
                parameter.copy_(noise * 1.4 / parameter[0].numel() ** 0.5)
    return untrained


@pytest.fixture
def weights(oracle: Sam3Model) -> dict[str, dict[str, Tensor]]:
    """Give the weights of each of our parts, under our names."""
    parts: dict[str, dict[str, Tensor]] = {}
    for name, value in oracle.state_dict().items():
        for pattern, ours in RENAMES:
            name = re.sub(pattern, ours, name)
        if not UNUSED.match(name):
            part, _, rest = name.partition(".")
            parts.setdefault(part, {})[rest] = value
    return parts
