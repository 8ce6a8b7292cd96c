"""Packed layers give what layers give, have the same weights once, and are taken only where they are faster."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from sam3_annotator.model.machine.onednn import has_onednn
from sam3_annotator.model.machine.processor import has_bfloat16_units
from sam3_annotator.model.network import packed_linear
from sam3_annotator.model.network.builder import build_sam3_image_model
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.packed_linear import PackedLinear, can_pack, pack_linear_layers
from sam3_annotator.model.network.sam3_image import Sam3Image

ONEDNN = pytest.mark.skipif(not has_onednn(), reason="has no oneDNN")


@pytest.fixture
def network(tiny_config: Sam3Config, randomise: Callable[..., None]) -> Sam3Image:
    network = build_sam3_image_model(tiny_config)
    randomise(network, 0)
    return network


@pytest.fixture
def layer(randomise: Callable[..., None]) -> nn.Linear:
    layer = nn.Linear(48, 72)
    randomise(layer, 1)
    return layer


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(2))


def linear_layers(network: nn.Module) -> int:
    return sum(type(module) is nn.Linear for module in network.modules())


@ONEDNN
@pytest.mark.parametrize(
    "x",
    [draw(1, 100, 48), draw(2, 7, 48), draw(48), draw(48, 100).t(), draw(1, 100, 96)[..., ::2], draw(0, 48)],
    ids=["as many rows", "other rows", "one row", "columns", "every other", "none"],
)
@torch.no_grad()
def test_a_packed_layer_gives_what_the_layer_gives(layer: nn.Linear, x: Tensor) -> None:
    expected = layer(x)

    torch.testing.assert_close(PackedLinear(layer, 100)(x), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.skipif(not (has_onednn() and has_bfloat16_units()), reason="has no units for bfloat16")
@torch.no_grad()
def test_in_bfloat16_it_is_rounded_as_there(layer: nn.Linear) -> None:
    layer, x = layer.to(torch.bfloat16), draw(100, 48).to(torch.bfloat16)

    found, expected = PackedLinear(layer, 100)(x), layer(x)

    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(found, expected, rtol=2**-8, atol=2**-8)


@ONEDNN
@torch.no_grad()
def test_it_does_without_a_bias(randomise: Callable[..., None]) -> None:
    layer = nn.Linear(48, 72, bias=False)
    randomise(layer, 1)

    torch.testing.assert_close(PackedLinear(layer, 100)(draw(100, 48)), layer(draw(100, 48)), rtol=1e-5, atol=1e-5)


@ONEDNN
@torch.no_grad()
def test_a_packed_network_gives_what_the_network_gives(network: Sam3Image) -> None:
    packed = copy.deepcopy(network)
    pack_linear_layers(packed)
    side = network.config.vision.image_side
    pixels = draw(1, 3, side, side)

    for part in ("vision_backbone", "text_encoder", "fusion_encoder", "decoder"):
        assert linear_layers(getattr(packed, part)) == 0
    expected, found = (each(pixels, ["a cat"]) for each in (network, packed))
    for wanted, one in zip(expected, found, strict=True):
        torch.testing.assert_close(one, wanted, rtol=1e-4, atol=1e-4)


@ONEDNN
def test_the_weights_are_there_once_and_are_the_same(network: Sam3Image) -> None:
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    pack_linear_layers(network)

    in_rows = sum(parameter.numel() for parameter in network.vision_backbone.blocks.parameters())
    assert in_rows < sum(t.numel() for name, t in before.items() if name.startswith("vision_backbone.blocks")) / 4
    after = network.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(after[name], tensor) for name, tensor in before.items())


@pytest.mark.parametrize(
    ("is_taken", "dtype", "device", "has_units", "has_library"),
    [
        (True, torch.float32, "cpu", False, True),
        (True, torch.bfloat16, "cpu", True, True),
        (False, torch.bfloat16, "cpu", False, True),
        (False, torch.float16, "cpu", True, True),
        (False, torch.float64, "cpu", True, True),
        (False, torch.float32, "meta", True, True),
        (False, torch.float32, "cpu", True, False),
    ],
)
def test_weights_are_packed_where_that_is_faster(
    is_taken: bool,
    dtype: torch.dtype,
    device: str,
    has_units: bool,
    has_library: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(packed_linear, "has_bfloat16_units", lambda: has_units)
    monkeypatch.setattr(packed_linear, "has_onednn", lambda: has_library)

    assert can_pack(torch.empty(1, dtype=dtype, device=device)) == is_taken


def test_where_it_is_not_faster_a_network_stays_as_it_is(network: Sam3Image, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed_linear, "has_onednn", lambda: False)
    before = linear_layers(network)

    pack_linear_layers(network)

    assert linear_layers(network) == before
