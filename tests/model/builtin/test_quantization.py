"""Weights in int8 stand for those that they were, together with the batch norm after them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from sam3_annotator.model.builtin.quantization import Plan, RoundedConvolution, quantize

CONVOLUTION = RoundedConvolution("convs.0.weight", "convs.0.bias", "convs.1", 0)
PLAN = Plan(2, (CONVOLUTION,))
RANGES = np.array([[-1.0, 1.5], [0.0, 6.0]], np.float32)


@pytest.fixture
def layers() -> nn.Sequential:
    torch.manual_seed(0)
    made = nn.Sequential(nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5)).eval().requires_grad_(False)
    for name, buffer in made[1].named_buffers():
        if buffer.is_floating_point():
            buffer.copy_(torch.rand(5) + (0.5 if name == "running_var" else 0))
    return made


def named(layers: nn.Sequential) -> dict[str, NDArray[np.float32]]:
    return {f"convs.{name}": value.numpy() for name, value in layers.state_dict().items() if value.is_floating_point()}


def test_int8_times_their_steps_are_the_weights_with_the_norm(layers: nn.Sequential) -> None:
    pixels = torch.rand(1, 3, 8, 8)
    values = quantize(named(layers), RANGES, PLAN)

    step = values["convs.0.weight.scale"]
    weight = values["convs.0.weight"] * step[:, None, None, None]
    bias = values["convs.0.weight.bias"] * step * values["tensor.0.scale"]
    found = nn.functional.conv2d(pixels, torch.from_numpy(weight), torch.from_numpy(bias.astype(np.float32)))

    assert values["convs.0.weight"].dtype == np.int8
    assert np.abs(values["convs.0.weight"]).reshape(5, -1).max(1).tolist() == [127] * 5
    # Half a step at most for each of 27 weights.
    np.testing.assert_allclose(found, layers(pixels), atol=27 * step.max() / 2)


def test_what_is_not_rounded_stays_and_what_became_part_of_it_goes(layers: nn.Sequential) -> None:
    other = np.arange(4, dtype=np.float32)

    values = quantize(named(layers) | {"masks.weight": other}, RANGES, PLAN)

    assert values["masks.weight"] is other
    assert not any("convs.1" in name or name == "convs.0.bias" for name in values)


@pytest.mark.parametrize(
    ("low", "high", "zero_point"), [(0, 6, 0), (-1, 1.55, 100), (0.5, 2, 0), (-3, -1, 255), (0, 0, 0)]
)
def test_nothing_is_exactly_a_step_of_each_range(low: float, high: float, zero_point: int) -> None:
    values = quantize({}, np.array([[low, high]], np.float32), Plan(1, ()))

    assert values["tensor.0.zero_point"] == zero_point
    assert values["tensor.0.scale"] > 0


def test_a_channel_without_weights_gives_its_bias_as_far_as_it_fits(layers: nn.Sequential) -> None:
    layers[0].weight[2] = 0

    values = quantize(named(layers), RANGES, PLAN)

    assert not values["convs.0.weight"][2].any()
    assert np.isfinite(values["convs.0.weight.scale"]).all()
    assert abs(int(values["convs.0.weight.bias"][2])) <= np.iinfo(np.int32).max
