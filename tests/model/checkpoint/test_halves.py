"""A file that holds one half of SAM 3 gives that half; a part of a half is no model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from sam3_annotator.model import ModelUnavailable
from sam3_annotator.model.checkpoint import load_model
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.sam3_image import Sam3Image
from tests.half_network import cut_half

Tensors = dict[str, Tensor]
AssertSame = Callable[[Sam3Image, Sam3Image], None]

VISION = "detector.backbone.vision_backbone."
CLICK_NECK = f"{VISION}sam2_convs."


def without(tensors: Tensors, *beginnings: str) -> Tensors:
    return {name: value for name, value in tensors.items() if not name.startswith(beginnings)}


def with_prefix(tensors: Tensors, old: str, new: str) -> Tensors:
    return {new + name.removeprefix(old): value for name, value in tensors.items() if name.startswith(old)}


def hugging_face_backbone(tensors: Tensors) -> Tensors:
    return with_prefix(tensors, "detector_model.vision_encoder.backbone.", "vision_encoder.backbone.")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda whole: without(whole, "tracker.", CLICK_NECK), id="detector"),
        pytest.param(lambda whole: without(whole, "tracker."), id="with both necks"),
        pytest.param(
            lambda whole: {"model": with_prefix(without(whole, CLICK_NECK), "detector.", "")}, id="of the trainer"
        ),
    ],
)
def test_the_detector_alone_is_loaded_from_official_names(
    official: Tensors,
    change: Callable[[Tensors], object],
    tiny_model: Sam3Image,
    tiny_config: Sam3Config,
    tmp_path: Path,
    assert_same: AssertSame,
) -> None:
    torch.save(change(official), tmp_path / "sam3.pt")

    model = load_model(tmp_path / "sam3.pt", config=tiny_config)

    assert_same(model, cut_half(tiny_model, has_concepts=True))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda whole: with_prefix(whole, "detector_model.", ""), id="saved alone"),
        pytest.param(lambda whole: with_prefix(whole, "detector_model.", "detector_model."), id="taken from the whole"),
        pytest.param(lambda whole: without(whole, "tracker_model."), id="with both necks"),
    ],
)
def test_the_detector_alone_is_loaded_from_names_of_hugging_face(
    huggingface: Tensors,
    change: Callable[[Tensors], Tensors],
    tiny_model: Sam3Image,
    tiny_config: Sam3Config,
    tmp_path: Path,
    assert_same: AssertSame,
) -> None:
    save_file(change(huggingface), tmp_path / "model.safetensors")

    model = load_model(tmp_path, config=tiny_config)

    assert_same(model, cut_half(tiny_model, has_concepts=True))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda whole: {
                **hugging_face_backbone(whole),
                **with_prefix(whole, "tracker_neck.", "vision_encoder.neck."),
                **with_prefix(whole, "tracker_model.", ""),
            },
            id="saved alone without prefixes",
        ),
        pytest.param(
            lambda whole: {
                **with_prefix(hugging_face_backbone(whole), "", "tracker_model.detector_model."),
                **with_prefix(whole, "tracker_neck.", "tracker_model.tracker_neck."),
                **with_prefix(whole, "tracker_model.", "tracker_model."),
            },
            id="saved alone with prefixes",
        ),
        pytest.param(
            lambda whole: {
                **with_prefix(whole, "detector_model.vision_encoder.", "detector_model.vision_encoder."),
                **with_prefix(whole, "tracker_", "tracker_"),
            },
            id="taken from the whole, with both necks",
        ),
    ],
)
def test_the_click_model_alone_is_loaded_from_names_of_hugging_face(
    huggingface: Tensors,
    change: Callable[[Tensors], Tensors],
    tiny_model: Sam3Image,
    tiny_config: Sam3Config,
    tmp_path: Path,
    assert_same: AssertSame,
) -> None:
    save_file(change(huggingface), tmp_path / "model.safetensors")

    model = load_model(tmp_path, config=tiny_config)

    assert_same(model, cut_half(tiny_model, has_clicks=True))


def test_a_click_model_alone_of_sam_3_1_keeps_how_it_predicts_iou(
    official: Tensors, tiny_model: Sam3Image, tiny_config: Sam3Config, tmp_path: Path, assert_same: AssertSame
) -> None:
    heads = with_prefix(official, "tracker.sam_", "tracker.model.interactive_sam_")
    memory = {"tracker.model.interactivity_no_mem_embed": official["tracker.no_mem_embed"]}
    neck = with_prefix(official, CLICK_NECK, f"{VISION}interactive_convs.")
    trunk = with_prefix(official, f"{VISION}trunk.", f"{VISION}trunk.")
    torch.save({**trunk, **neck, **heads, **memory}, tmp_path / "sam3.1.pt")

    model = load_model(tmp_path / "sam3.1.pt", config=tiny_config)

    assert_same(model, cut_half(tiny_model, has_clicks=True))
    assert model.mask_decoder.has_raw_iou


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param(
            lambda whole: without(whole, "tracker.", "detector.segmentation_head."),
            "is the detector of SAM 3 alone as Meta names things, but not the whole of it; there is nothing for "
            r"“segmentation_head\.",
            id="detector without its masks",
        ),
        pytest.param(
            lambda whole: without(whole, "tracker.", f"{VISION}convs."),
            r"is the detector of SAM 3 alone .* nothing for “neck\.detector\.",
            id="detector without its neck",
        ),
        pytest.param(
            lambda whole: without(whole, "tracker.sam_mask_decoder."),
            r"is a file of SAM 3 as Meta names things, but not the whole of it; there is nothing for “mask_decoder\.",
            id="detector and a part of the click model",
        ),
        pytest.param(
            lambda whole: with_prefix(whole, "tracker.", "tracker."),
            r"is the click model of SAM 3 alone .* nothing for “vision_backbone\.",
            id="click model without its image encoder",
        ),
        pytest.param(
            lambda whole: with_prefix(whole, VISION, VISION),
            r"is a file of SAM 3 as Meta names things, but not the whole of it; there is nothing for “no_memory",
            id="neither",
        ),
    ],
)
def test_a_part_of_a_half_is_refused_with_what_is_missing(
    official: Tensors, change: Callable[[Tensors], Tensors], sentence: str, tiny_config: Sam3Config, tmp_path: Path
) -> None:
    torch.save(change(official), tmp_path / "sam3.pt")

    with pytest.raises(ModelUnavailable, match=sentence):
        load_model(tmp_path / "sam3.pt", config=tiny_config)
