"""The image encoder, against an independent implementation and against what it promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest
import torch
from torch import Tensor

from sam3_annotator.model.network.config import Sam3Config, VisionConfig
from sam3_annotator.model.network.vision_backbone import ViT

MakeReference = Callable[[ViT], torch.nn.Module]

TABLE = {
    r"pos_embed": "embeddings.position_embeddings",
    r"patch_embed\.weight": "embeddings.patch_embeddings.projection.weight",
    r"ln_pre\.(.*)": r"layer_norm.\1",
    r"blocks\.(\d+)\.norm(\d)\.(.*)": r"layers.\1.layer_norm\2.\3",
    r"blocks\.(\d+)\.attn\.qkv\.(.*)": r"layers.\1.attention.{q,k,v}_proj.\2",
    r"blocks\.(\d+)\.attn\.proj\.(.*)": r"layers.\1.attention.o_proj.\2",
    r"blocks\.(\d+)\.mlp\.(.*)": r"layers.\1.mlp.\2",
}


@pytest.fixture
def vit(tiny_config: Sam3Config, randomise: Callable[..., None]) -> ViT:
    vit = ViT(tiny_config.vision)
    randomise(vit, 0)
    return vit


@pytest.fixture
def make_reference(sam3_reference: ModuleType, rename: Callable[..., dict[str, Tensor]]) -> MakeReference:
    """Make the reference's encoder with the same sizes and weights."""

    def make(vit: ViT) -> torch.nn.Module:
        sizes = vit.config
        config = sam3_reference.Sam3ViTConfig(
            image_size=sizes.image_side,
            patch_size=sizes.patch_side,
            hidden_size=sizes.width,
            num_hidden_layers=sizes.depth,
            num_attention_heads=sizes.heads,
            intermediate_size=sizes.mlp_width,
            window_size=sizes.window_side,
            pretrain_image_size=sizes.pretrained_side * sizes.patch_side,
            global_attn_indexes=list(sizes.global_blocks),
            layer_norm_eps=1e-5,  # the released model's; the reference's own default, 1e-6, departs from it
        )
        reference = sam3_reference.Sam3ViTModel(config).eval()
        weights = dict(vit.state_dict())
        weights["pos_embed"] = weights["pos_embed"][:, 1:]
        reference.load_state_dict(rename(weights, TABLE))
        return reference

    return make


def make_pixels(config: VisionConfig, batch: int = 1, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(batch, 3, config.image_side, config.image_side, generator=generator) * 2 - 1


def as_map(tokens: Tensor, side: int) -> Tensor:
    return tokens.transpose(1, 2).unflatten(2, (side, side))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_features_equal_those_of_the_reference(
    seed: int, tiny_config: Sam3Config, randomise: Callable[..., None], make_reference: MakeReference
) -> None:
    vit = ViT(tiny_config.vision)
    randomise(vit, seed)
    pixels = make_pixels(vit.config, batch=2, seed=seed)

    with torch.no_grad():
        ours, theirs = vit(pixels), make_reference(vit)(pixels).last_hidden_state

    assert ours.shape == (2, 32, 8, 8)
    assert ours.std() > 0.5
    torch.testing.assert_close(ours, as_map(theirs, 8), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(("grid", "window"), [(6, 4), (5, 3), (3, 4)])
def test_grid_that_windows_do_not_fit_is_filled_up_as_the_reference_does(
    grid: int, window: int, tiny_config: Sam3Config, randomise: Callable[..., None], make_reference: MakeReference
) -> None:
    vit = ViT(replace(tiny_config.vision, image_side=14 * grid, window_side=window))
    randomise(vit, 4)
    pixels = make_pixels(vit.config)

    with torch.no_grad():
        ours, theirs = vit(pixels), make_reference(vit)(pixels).last_hidden_state

    torch.testing.assert_close(ours, as_map(theirs, grid), atol=1e-4, rtol=1e-4)


def test_a_batch_of_two_is_encoded_as_two_singles(vit: ViT) -> None:
    pixels = make_pixels(vit.config, batch=2)

    with torch.no_grad():
        both, singles = vit(pixels), torch.cat([vit(pixels[:1]), vit(pixels[1:])])

    torch.testing.assert_close(both, singles, atol=1e-4, rtol=1e-4)


def test_pictures_are_told_apart_at_every_place(vit: ViT) -> None:
    with torch.no_grad():
        one, other = vit(make_pixels(vit.config, batch=2))

    assert ((one - other).abs().amax(0) > 0.1).all()


def test_windowed_blocks_keep_a_change_inside_its_window(
    tiny_config: Sam3Config, randomise: Callable[..., None]
) -> None:
    vit = ViT(replace(tiny_config.vision, global_blocks=()))
    randomise(vit, 0)
    pixels = make_pixels(vit.config)
    changed = pixels.clone()
    changed[..., 60:70, 60:70] *= -1  # in the window of rows and columns 4 to 7

    with torch.no_grad():
        difference = (vit(pixels) - vit(changed)).abs().amax((0, 1))

    assert (difference[4:, 4:] > 1e-3).all()
    assert difference[:4].max() == 0
    assert difference[:, :4].max() == 0


def test_global_blocks_let_a_change_reach_every_place(vit: ViT) -> None:
    pixels = make_pixels(vit.config)
    changed = pixels.clone()
    changed[..., 60:70, 60:70] *= -1

    with torch.no_grad():
        difference = (vit(pixels) - vit(changed)).abs().amax((0, 1))

    assert (difference > 1e-4).all()


def test_row_of_the_class_token_is_never_read(vit: ViT) -> None:
    pixels = make_pixels(vit.config)

    with torch.no_grad():
        before = vit(pixels)
        vit.pos_embed[:, 0] = torch.nan
        after = vit(pixels)

    assert torch.equal(before, after)


def test_picture_of_another_size_is_refused_with_both_sizes(vit: ViT) -> None:
    with pytest.raises(ValueError, match=r"takes pictures \(B, 3, 112, 112\); these are \(1, 3, 112, 98\)"):
        vit(torch.zeros(1, 3, 112, 98))


def test_computing_in_bfloat16_adds_little_to_what_rounding_the_weights_does(tiny_config: Sam3Config) -> None:
    torch.manual_seed(0)
    vit = ViT(replace(tiny_config.vision, depth=16)).eval().requires_grad_(False)
    pixels = make_pixels(vit.config).bfloat16()

    exact = vit(pixels.float())
    found = vit.bfloat16()(pixels)
    rounded = vit.float()(pixels.float())

    assert found.dtype == torch.bfloat16
    by_weights = (rounded - exact).std()
    assert by_weights < 0.01 * exact.std()
    assert (found - rounded).std() < 2 * by_weights  # three times as much if the sums of the blocks are rounded too


def test_released_sizes_have_their_known_number_of_weights() -> None:
    with torch.device("meta"):
        vit = ViT(VisionConfig())

    assert sum(parameter.numel() for parameter in vit.parameters()) == 446_237_696
