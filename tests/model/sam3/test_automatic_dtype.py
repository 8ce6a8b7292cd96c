"""Sixteen bits are taken where they lose nothing, and more where they do."""

from __future__ import annotations

import weakref
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sam3_annotator.model import Cancelled, OutOfMemory
from sam3_annotator.model.network.builder import build_sam3_image_model
from sam3_annotator.model.network.config import Sam3Config, VisionConfig
from sam3_annotator.model.network.sam3_image import Sam3Image
from sam3_annotator.model.progress import untold
from sam3_annotator.model.sam3.automatic_dtype import load_in_good_dtype
from sam3_annotator.model.sam3.mask_trial import draw_masks, measure_likeness


class Shelf:
    """Loads the same weights in any dtype, as often as asked."""

    def __init__(self, vision: VisionConfig) -> None:
        self.asked: list[torch.dtype] = []
        self._config = replace(Sam3Config.tiny(), vision=vision)

    def load(self, dtype: torch.dtype) -> Sam3Image:
        self.asked.append(dtype)
        torch.manual_seed(0)
        network = build_sam3_image_model(self._config)
        for parameter in network.parameters():
            parameter.data = parameter.data.to(dtype)
        return network


@pytest.fixture
def robust() -> Shelf:
    """Weights under which every mask is all of the picture, however they are rounded."""
    return Shelf(Sam3Config.tiny().vision)


@pytest.fixture
def delicate() -> Shelf:
    """Weights under which masks are ragged: rounding moves much of their borders."""
    return Shelf(replace(Sam3Config.tiny().vision, image_side=336, window_side=12, pretrained_side=12))


def dtype_of(network: Sam3Image) -> torch.dtype:
    (dtype,) = {parameter.dtype for parameter in network.parameters()}
    return dtype


def test_weights_that_draw_the_same_in_bfloat16_are_rounded_to_it(robust: Shelf) -> None:
    network = load_in_good_dtype(robust.load, torch.bfloat16, untold)

    assert robust.asked == [torch.float32]  # read once
    expected = robust.load(torch.bfloat16).state_dict()
    for name, value in network.state_dict().items():
        assert value.dtype == expected[name].dtype, name
        assert torch.equal(value, expected[name]), name


def test_weights_that_draw_otherwise_in_bfloat16_are_loaded_in_float32(delicate: Shelf) -> None:
    network = load_in_good_dtype(delicate.load, torch.bfloat16, untold)

    assert dtype_of(network) == torch.float32
    expected = delicate.load(torch.float32).state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in network.state_dict().items())


def test_weights_that_overflow_in_float16_are_tried_in_bfloat16(robust: Shelf) -> None:
    def load(dtype: torch.dtype) -> Sam3Image:
        network = robust.load(dtype)
        network.vision_backbone.blocks[0].mlp.fc2.weight.data.fill_(60000)  # near the end of float16
        return network

    network = load_in_good_dtype(load, torch.float16, untold)

    assert robust.asked == [torch.float16, torch.float32]
    assert dtype_of(network) == torch.bfloat16


def test_float32_is_loaded_without_a_trial(delicate: Shelf) -> None:
    network = load_in_good_dtype(delicate.load, torch.float32, untold)

    assert delicate.asked == [torch.float32]
    assert dtype_of(network) == torch.float32


def test_where_float32_does_not_fit_bfloat16_is_taken_as_it_is(delicate: Shelf) -> None:
    def load(dtype: torch.dtype) -> Sam3Image:
        if dtype is torch.float32:
            raise OutOfMemory("There is not enough memory.")
        return delicate.load(dtype)

    assert dtype_of(load_in_good_dtype(load, torch.bfloat16, untold)) == torch.bfloat16


def test_where_only_the_trial_does_not_fit_float32_is_gone_before_bfloat16_is_loaded(delicate: Shelf) -> None:
    loaded: list[weakref.ref[Sam3Image]] = []

    def load(dtype: torch.dtype) -> Sam3Image:
        assert all(earlier() is None for earlier in loaded)
        network = delicate.load(dtype)
        loaded.append(weakref.ref(network))
        return network

    def run_out(*_: object) -> None:
        raise OutOfMemory("There is not enough memory.")

    assert dtype_of(load_in_good_dtype(load, torch.bfloat16, run_out)) == torch.bfloat16
    assert delicate.asked == [torch.float32, torch.bfloat16]


def test_the_trial_is_told_of_and_can_be_cancelled(robust: Shelf) -> None:
    told: list[str] = []

    def cancel_later(done: int, total: int, activity: str = "", /) -> None:
        told.append(activity)
        if len(told) == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        load_in_good_dtype(robust.load, torch.bfloat16, cancel_later)
    assert set(told) == {"Comparing bfloat16 with float32"}


def test_a_trial_leaves_the_weights_and_their_sizes_alone(delicate: Shelf) -> None:
    network = delicate.load(torch.float32)
    before = {name: value.clone() for name, value in network.state_dict().items()}

    draw_masks(network, lambda: None)

    assert network.config.vision.image_side == 336
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


@pytest.fixture
def masks() -> NDArray[np.bool_]:
    """`(2, 10, 10)`: the upper 5 rows, the left 5 columns."""
    both = np.zeros((2, 10, 10), dtype=bool)
    both[0, :5] = both[1, :, :5] = True
    return both


def test_the_same_masks_in_another_order_are_alike(masks: NDArray[np.bool_]) -> None:
    assert measure_likeness({"phrase": [masks[::-1]]}, {"phrase": [masks]}) == 1


def test_the_kind_of_prompts_that_differs_most_counts(masks: NDArray[np.bool_]) -> None:
    less = masks[:1].copy()
    less[0, 4] = False  # 40 of 50 pixels

    drawn = {"clicks": [masks, less], "boxes": [less]}
    expected = {"clicks": [masks, masks[:1]], "boxes": [masks[:1]]}

    assert measure_likeness(drawn, expected) == pytest.approx(0.8)


def test_a_mask_that_is_not_found_again_counts_as_nothing(masks: NDArray[np.bool_]) -> None:
    assert measure_likeness({"phrase": [masks[:0]]}, {"phrase": [masks]}) == 0


def test_a_phrase_that_finds_nothing_in_float32_tells_nothing(masks: NDArray[np.bool_]) -> None:
    drawn = {"phrase": [masks], "clicks": [masks]}

    assert measure_likeness(drawn, {"phrase": [masks[:0]], "clicks": [masks]}) == 1


def test_weights_of_which_nothing_is_known_are_not_taken_for_alike(masks: NDArray[np.bool_]) -> None:
    assert measure_likeness({"phrase": [masks[:0]]}, {"phrase": [masks[:0]]}) == 0
