"""Merged layers give what the layers give one after the other, to the border, in the order that takes less."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from sam3_annotator.model.network.doubling import double_and_smooth

Layers = tuple[nn.ConvTranspose2d, nn.Conv2d, nn.Conv2d, nn.Conv2d]

# With many channels to be doubled it takes less not to merge that with the smoothing.
FEW, MANY = 8, 64
NARROW = 3


def make_layers(channels: int, randomise: Callable[..., None]) -> Layers:
    layers = (
        nn.ConvTranspose2d(channels, 24, 2, stride=2),
        nn.Conv2d(24, 16, 1),
        nn.Conv2d(16, 16, 3, padding=1),
        nn.Conv2d(16, NARROW, 1),
    )
    for seed, layer in enumerate(layers):
        randomise(layer, seed)
    return layers


def one_after_the_other(features: Tensor, layers: Layers, *, is_narrow: bool) -> Tensor:
    double, mix, smooth, narrow = layers
    whole: Tensor = smooth(mix(double(features)))
    return narrow(whole) if is_narrow else whole


@pytest.mark.parametrize("size", [(5, 7), (1, 1), (1, 3), (2, 2)])
@pytest.mark.parametrize("channels", [FEW, MANY])
@pytest.mark.parametrize("is_narrow", [False, True])
def test_the_map_is_that_of_the_layers_one_after_the_other(
    size: tuple[int, int], channels: int, is_narrow: bool, randomise: Callable[..., None]
) -> None:
    layers = make_layers(channels, randomise)
    features = torch.randn(2, channels, *size, generator=torch.Generator().manual_seed(0))

    with torch.no_grad():
        found = double_and_smooth(features, *layers[:3], layers[3] if is_narrow else None)
        expected = one_after_the_other(features, layers, is_narrow=is_narrow)

    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(("channels", "is_narrow"), [(FEW, False), (FEW, True), (MANY, False), (MANY, True)])
def test_it_takes_fewer_products(channels: int, is_narrow: bool, randomise: Callable[..., None]) -> None:
    layers = make_layers(channels, randomise)
    features = torch.randn(1, channels, 40, 40)

    with torch.no_grad(), FlopCounterMode(display=False) as merged:
        double_and_smooth(features, *layers[:3], layers[3] if is_narrow else None)
    with torch.no_grad(), FlopCounterMode(display=False) as apart:
        one_after_the_other(features, layers, is_narrow=is_narrow)

    assert merged.get_total_flops() < 0.8 * apart.get_total_flops()


@pytest.mark.parametrize("is_narrow", [False, True])
def test_in_bfloat16_it_is_about_as_rough_as_one_layer_after_the_other(
    is_narrow: bool, randomise: Callable[..., None]
) -> None:
    layers = make_layers(FEW, randomise)
    rough_layers = make_layers(FEW, randomise)
    for exact, rough in zip(layers, rough_layers, strict=True):
        rough.bfloat16()
        exact.load_state_dict(rough.state_dict())  # rounding weights is not what is asked here
    features = torch.randn(1, FEW, 40, 40, generator=torch.Generator().manual_seed(0)).bfloat16()

    with torch.no_grad():
        exactly = one_after_the_other(features.float(), layers, is_narrow=is_narrow)
        merged = double_and_smooth(features, *rough_layers[:3], rough_layers[3] if is_narrow else None)
        apart = one_after_the_other(features, rough_layers, is_narrow=is_narrow)

    assert merged.dtype == torch.bfloat16
    assert (merged - exactly).std() < 1.25 * (apart - exactly).std()
