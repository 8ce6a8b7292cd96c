"""Nested maps: the transposed convolutions and their order, without moving values."""

from __future__ import annotations

import torch
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.network.upscaling import Upscaling, nest, unnest


def test_unnesting_undoes_nesting() -> None:
    maps = torch.arange(2 * 3 * 16 * 16.0).view(2, 3, 16, 16)

    for levels in (0, 1, 2):
        assert torch.equal(unnest(nest(maps, levels).transpose(1, 2), levels), maps)


def test_nested_places_lie_beside_those_of_the_same_cell() -> None:
    numbered = torch.arange(16.0).view(1, 1, 4, 4)

    assert nest(numbered, 1).flatten().tolist() == [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]


def test_growing_is_transposed_convolution_norm_and_gelu() -> None:
    torch.manual_seed(0)
    upscaling = Upscaling(32).requires_grad_(False)
    for parameter in upscaling.parameters():
        parameter += 0.1 * torch.randn_like(parameter)
    image, s1, s0 = torch.randn(2, 32, 8, 8), torch.randn(1, 8, 16, 16), torch.randn(1, 4, 32, 32)
    double, norm, _, quadruple, _ = upscaling

    grown = upscaling(nest(image, 0), *upscaling.prepare(s1, s0))

    expected = F.gelu(quadruple(F.gelu(norm(double(image) + s1))) + s0)
    torch.testing.assert_close(unnest(grown.transpose(1, 2), 2), expected, atol=1e-5, rtol=1e-5)
