"""Merging on small maps gives what merging on doubled maps gives."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.network.pixel_decoder import PixelDecoder, join_corners, split_corners


def draw(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("size", [(3, 5), (1, 1), (8, 8)])
def test_the_map_is_that_of_convolving_the_sum_of_doubled_and_finer(size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    decoder = PixelDecoder(16, 2, 4).requires_grad_(False)
    height, width = size
    coarse = draw(2, 16, height, width, seed=1)
    finer = [draw(2, 16, scale * height, scale * width, seed=scale) for scale in (2, 4)]

    merged = join_corners(decoder(coarse, decoder.prepare(finer)))

    expected = coarse
    for conv, norm, fine in zip(decoder.conv_layers, decoder.norms, finer, strict=True):
        expected = F.relu(norm(conv(fine + F.interpolate(expected, size=fine.shape[-2:], mode="nearest"))))
    torch.testing.assert_close(merged, expected, atol=1e-5, rtol=1e-5)


def test_what_was_prepared_serves_again() -> None:
    torch.manual_seed(0)
    decoder = PixelDecoder(16, 2, 4).requires_grad_(False)
    prepared = decoder.prepare([draw(1, 16, 6, 6, seed=2), draw(1, 16, 12, 12, seed=4)])
    coarse = draw(1, 16, 3, 3, seed=1)
    first = decoder(coarse, prepared)

    decoder(-coarse, prepared)

    assert torch.equal(decoder(coarse, prepared), first)


def test_corners_are_every_second_row_and_column() -> None:
    grown = draw(2, 3, 6, 8, seed=0)

    corners = split_corners(grown)

    assert torch.equal(corners[:, :, 1, 0], grown[:, :, 1::2, ::2])
    assert torch.equal(join_corners(corners), grown)
