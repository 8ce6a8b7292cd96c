"""A tiny SAM 3 of `transformers` with random weights, and ours with the same, loaded from a file that it wrote."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from sam3_annotator.model.checkpoint import load_model
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.roi_align import roi_align
from sam3_annotator.model.network.sam3_image import Sam3Image


@pytest.fixture(scope="session")
def tiny_config() -> Sam3Config:
    config = Sam3Config.tiny()
    return replace(config, detector=replace(config.detector, norm_groups=8))  # the other one's are always 8


@pytest.fixture
def assert_same() -> Callable[[Tensor, Tensor], None]:
    """Compare an answer of ours with the other model's: `assert_same(ours, theirs)`; within 1e-4 of its spread."""

    def compare(ours: Tensor, theirs: Tensor) -> None:
        spread = float(theirs.std())
        assert spread > 0.01, "An answer that hardly varies says little."
        torch.testing.assert_close(ours, theirs, atol=1e-4 * spread + 1e-5, rtol=0)

    return compare


@pytest.fixture(scope="session")
def untrained() -> nn.Module:
    """Make the other model: that of videos, which has all of SAM 3, with the official behaviour where it differs."""
    video = importlib.import_module("transformers.models.sam3_video.modeling_sam3_video")
    whole = video.Sam3VideoModel(_video_config(video)).eval().requires_grad_(False)
    # The official clamp of the presence logit is without effect.
    whole.detector_model.detr_decoder.clamp_presence_logit_max_val = float("inf")
    images = importlib.import_module("transformers.models.sam3.modeling_sam3")
    if not hasattr(images, "torchvision"):  # it would pool boxes; ours has tests of its own
        images.torchvision = SimpleNamespace(ops=SimpleNamespace(roi_align=_roi_align_of_torchvision))
    return whole


@pytest.fixture(scope="session", params=[0, 1, 2])
def whole(request: pytest.FixtureRequest, untrained: nn.Module, randomise: Callable[..., None]) -> Any:
    """Give the other model random weights."""
    whole: Any = untrained
    randomise(whole, request.param)
    for part in whole.modules():
        if isinstance(part, nn.Linear):
            part.weight *= 0.6  # else a change of 1e-7 in a pixel moves masks by more than 1e-3
    whole.tracker_model.shared_image_embedding.positional_embedding.copy_(
        whole.tracker_model.prompt_encoder.shared_embedding.positional_embedding
    )
    return whole


@pytest.fixture(scope="session")
def model(whole: nn.Module, tiny_config: Sam3Config, tmp_path_factory: pytest.TempPathFactory) -> Sam3Image:
    """Load our model from a file with the other's weights."""
    path = tmp_path_factory.mktemp("huggingface") / "model.safetensors"
    save_file({name: value.clone() for name, value in whole.state_dict().items()}, path, metadata={"format": "pt"})
    return load_model(path, config=tiny_config)


@pytest.fixture(scope="session")
def reference(whole: Any) -> nn.Module:
    """Give the other model's detector, which answers concepts."""
    detector: nn.Module = whole.detector_model
    return detector


@pytest.fixture(scope="session")
def clicks_reference(whole: Any) -> nn.Module:
    """Give the other model's segmenter of images, which answers clicks, with the weights of the whole."""
    tracker = importlib.import_module("transformers.models.sam3_tracker.modeling_sam3_tracker")
    sizes = whole.config.tracker_config
    config = tracker.Sam3TrackerConfig(
        vision_config=sizes.vision_config.to_dict(),
        prompt_encoder_config=sizes.prompt_encoder_config.to_dict(),
        mask_decoder_config=sizes.mask_decoder_config.to_dict(),
    )
    clicks: nn.Module = tracker.Sam3TrackerModel(config).eval().requires_grad_(False)
    weights = {name.removeprefix("tracker_model."): value for name, value in whole.state_dict().items()}
    for name, value in weights.copy().items():
        weights[name.replace("detector_model.vision_encoder.backbone.", "vision_encoder.backbone.")] = value
        weights[name.replace("tracker_neck.", "vision_encoder.neck.")] = value
    clicks.load_state_dict({name: weights[name] for name in clicks.state_dict()})
    return clicks


def _roi_align_of_torchvision(features: Tensor, boxes: list[Tensor], side: int) -> Tensor:
    return torch.cat([roi_align(features[i : i + 1], boxes[i][None], side)[0] for i in range(len(boxes))])


def _video_config(video: Any) -> object:
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
    vision = {
        "backbone_config": backbone,
        "fpn_hidden_size": 32,
        "backbone_feature_sizes": [[32, 32], [16, 16], [8, 8]],
    }
    detector = {
        "vision_config": vision,
        "text_config": {
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_attention_heads": 2,
            "num_hidden_layers": 2,
            "projection_dim": 32,
            "max_position_embeddings": 32,
            "hidden_act": "gelu",
        },
        "geometry_encoder_config": transformer,
        "detr_encoder_config": transformer,
        "detr_decoder_config": {**transformer, "num_queries": 10},
        "mask_decoder_config": {"hidden_size": 32, "num_attention_heads": 4},
    }
    # What is left out serves memory of earlier frames and is not loaded.
    tracker = {
        "vision_config": vision,
        "image_size": 112,
        "prompt_encoder_config": {"hidden_size": 32, "image_size": 112, "patch_size": 14},
        "mask_decoder_config": {
            "hidden_size": 32,
            "mlp_dim": 48,
            "num_attention_heads": 4,
            "iou_head_hidden_dim": 32,
        },
        "memory_attention_hidden_size": 32,
    }
    return video.Sam3VideoConfig(detector_config=detector, tracker_config=tracker)
