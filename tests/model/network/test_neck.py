"""The two necks, against an independent implementation and against what they promise."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest
import torch
from torch import Tensor, nn

from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.neck import Sam3DualViTDetNeck

TABLE = {
    r"(\d)\.dconv_2x2(?:_0)?\.(.*)": r"fpn_layers.\1.scale_layers.0.\2",
    r"(\d)\.dconv_2x2_1\.(.*)": r"fpn_layers.\1.scale_layers.2.\2",
    r"(\d)\.conv_1x1\.(.*)": r"fpn_layers.\1.proj1.\2",
    r"(\d)\.conv_3x3\.(.*)": r"fpn_layers.\1.proj2.\2",
}


@pytest.fixture
def neck(tiny_config: Sam3Config, randomise: Callable[..., None]) -> Sam3DualViTDetNeck:
    neck = Sam3DualViTDetNeck(tiny_config)
    randomise(neck, 0)
    return neck


@pytest.fixture
def make_reference(
    sam3_reference: ModuleType, tiny_config: Sam3Config, rename: Callable[..., dict[str, Tensor]]
) -> Callable[[nn.Module], nn.Module]:
    """Make the reference's neck with the weights of one of ours."""

    def make(levels: nn.Module) -> nn.Module:
        vision = tiny_config.vision
        config = sam3_reference.Sam3VisionConfig(
            backbone_config={"model_type": "sam3_vit_model", "hidden_size": vision.width},
            fpn_hidden_size=tiny_config.width,
            scale_factors=[4.0, 2.0, 1.0],  # the reference also makes a fourth level, which nothing reads
        )
        reference = sam3_reference.Sam3VisionNeck(config).eval()
        reference.load_state_dict(rename(levels.state_dict(), TABLE))
        return reference

    return make


def make_features(config: Sam3Config, batch: int, seed: int) -> Tensor:
    side = config.vision.grid_side
    return torch.randn(batch, config.vision.width, side, side, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("which", ["detector", "interactive"])
def test_maps_equal_those_of_the_reference(
    which: str,
    seed: int,
    tiny_config: Sam3Config,
    randomise: Callable[..., None],
    make_reference: Callable[[nn.Module], nn.Module],
) -> None:
    neck = Sam3DualViTDetNeck(tiny_config)
    randomise(neck, seed)
    features = make_features(tiny_config, batch=2, seed=seed)

    with torch.no_grad():
        ours = getattr(neck(features), which)
        theirs, _positions = make_reference(getattr(neck, which))(features)

    assert [tuple(level.shape) for level in ours] == [(2, 32, 32, 32), (2, 32, 16, 16), (2, 32, 8, 8)]
    for level, expected in zip(ours, theirs, strict=True):
        torch.testing.assert_close(level, expected, atol=1e-4, rtol=1e-4)


def test_maps_made_narrow_at_once_are_those_made_narrow_afterwards(
    neck: Sam3DualViTDetNeck, tiny_config: Sam3Config, randomise: Callable[..., None]
) -> None:
    features = make_features(tiny_config, batch=2, seed=0)
    narrow = nn.Conv2d(tiny_config.width, 4, 1), nn.Conv2d(tiny_config.width, 8, 1)
    for seed, convolution in enumerate(narrow):
        randomise(convolution, seed)

    with torch.no_grad():
        fine, middle, coarse = neck.interactive(features, narrow)
        whole = neck.interactive(features)

        for found, expected in zip((fine, middle), (narrow[0](whole[0]), narrow[1](whole[1])), strict=True):
            torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
    assert torch.equal(coarse, whole[2])


def test_a_batch_of_two_is_scaled_as_two_singles(neck: Sam3DualViTDetNeck, tiny_config: Sam3Config) -> None:
    features = make_features(tiny_config, batch=2, seed=0)

    with torch.no_grad():
        both, first, second = neck(features), neck(features[:1]), neck(features[1:])

    for which in range(2):
        for level in range(3):
            singles = torch.cat([first[which][level], second[which][level]])
            torch.testing.assert_close(both[which][level], singles, atol=1e-5, rtol=1e-5)


def test_features_are_told_apart_at_every_place_of_every_map(neck: Sam3DualViTDetNeck, tiny_config: Sam3Config) -> None:
    with torch.no_grad():
        maps = neck(make_features(tiny_config, batch=2, seed=0))

    for level in [*maps.detector, *maps.interactive]:
        assert ((level[0] - level[1]).abs().amax(0) > 0.1).all()


def test_the_two_necks_have_weights_of_their_own(neck: Sam3DualViTDetNeck, tiny_config: Sam3Config) -> None:
    with torch.no_grad():
        maps = neck(make_features(tiny_config, batch=1, seed=0))

    for detector, interactive in zip(maps.detector, maps.interactive, strict=True):
        assert (detector - interactive).std() > 0.1 * detector.std()


def test_released_sizes_have_their_known_number_of_weights() -> None:
    with torch.device("meta"):
        neck = Sam3DualViTDetNeck(Sam3Config())

    assert sum(parameter.numel() for parameter in neck.detector.parameters()) == 6_949_632
    assert sum(parameter.numel() for parameter in neck.interactive.parameters()) == 6_949_632
