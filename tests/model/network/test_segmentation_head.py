"""Masks as products of queries and pixels."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.pixel_decoder import join_corners, split_corners
from sam3_annotator.model.network.segmentation_head import UniversalSegmentationHead


@pytest.fixture
def head(tiny_config: Sam3Config, randomise: Callable[..., None]) -> UniversalSegmentationHead:
    head = UniversalSegmentationHead(tiny_config)
    randomise(head, 0)
    return head.requires_grad_(False)


def draw(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def draw_pixels(head: UniversalSegmentationHead, memory: Tensor, prompt: Tensor, valid: Tensor) -> Tensor:
    finer = (draw(2, 32, 6, 10, seed=1), draw(2, 32, 12, 20, seed=2))
    prepared = head.pixel_decoder.prepare([level[: len(memory)] for level in finer])
    return head.pixels(memory, prepared, prompt, valid)


def test_pixels_have_the_resolution_of_the_finest_map(head: UniversalSegmentationHead) -> None:
    valid = torch.ones(2, 4, dtype=torch.bool)

    pixels = draw_pixels(head, draw(2, 32, 3, 5, seed=3), draw(2, 4, 32, seed=4), valid)

    assert join_corners(pixels).shape == (2, 32, 12, 20)
    assert head.masks(draw(2, 7, 32, seed=5), pixels).shape == (2, 7, 12, 20)
    assert head.semantic(pixels).shape == (2, 1, 12, 20)


def test_pixels_depend_on_memory_and_prompt_but_not_on_padding(head: UniversalSegmentationHead) -> None:
    memory, prompt = draw(2, 32, 3, 5, seed=3), draw(2, 4, 32, seed=4)
    valid = torch.tensor([[True, True, False, False]]).expand(2, -1)

    pixels = draw_pixels(head, memory, prompt, valid)

    assert (pixels - draw_pixels(head, memory.flip(3), prompt, valid)).abs().max() > 0.1
    assert (pixels - draw_pixels(head, memory, prompt.flip(1), valid)).abs().max() > 0.1
    torch.testing.assert_close(pixels, draw_pixels(head, memory, prompt[:, :2], valid[:, :2]), atol=1e-5, rtol=1e-5)


def test_a_mask_is_the_product_of_query_and_projected_pixels(head: UniversalSegmentationHead) -> None:
    queries, pixels = draw(2, 7, 32, seed=5), draw(2, 32, 12, 20, seed=6)

    masks = head.masks(queries, split_corners(pixels))

    written_out = torch.einsum("bqc,bchw->bqhw", head.mask_embed(queries), head.instance_seg_head(pixels))
    torch.testing.assert_close(masks, written_out, atol=1e-4, rtol=1e-4)


def test_a_mask_depends_on_its_own_query_alone(head: UniversalSegmentationHead) -> None:
    queries, pixels = draw(1, 7, 32, seed=5), split_corners(draw(1, 32, 12, 20, seed=6))
    kept = [5, 2]

    torch.testing.assert_close(
        head.masks(queries[:, kept], pixels), head.masks(queries, pixels)[:, kept], atol=1e-4, rtol=1e-4
    )
