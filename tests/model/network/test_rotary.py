"""Rotary positions, against values worked out from their formula."""

from __future__ import annotations

import torch
from torch import Tensor

from sam3_annotator.model.network.rotary import grid_angles, rotate_, rotation


def rotate(x: Tensor, angles: Tensor) -> Tensor:
    """Turn `(..., N, 2 P)` by `(N, P)`, leaving it as it is."""
    turned = x.clone()
    rotate_(turned, rotation(angles))
    return turned


def test_angles_inside_a_window_have_their_known_values() -> None:
    angles = grid_angles(24, 32).flatten(0, 1)

    assert angles.shape == (576, 32)
    expected = torch.tensor([1, 0.5623413, 1.778279e-4, 1])
    torch.testing.assert_close(angles[25, [0, 1, 15, 16]], expected, atol=1e-7, rtol=1e-6)
    assert angles[1, [0, 16]].tolist() == [1, 0]
    assert angles[24, [0, 16]].tolist() == [0, 1]


def test_angles_over_the_picture_have_their_known_values() -> None:
    angles = grid_angles(72, 32, scale=24 / 72).flatten(0, 1)

    expected = torch.tensor([0.3333333, 0.1874471, 0.3333333])
    torch.testing.assert_close(angles[73, [0, 1, 16]], expected, atol=1e-7, rtol=0)
    torch.testing.assert_close(angles[5183, [0, 16]], torch.tensor([23.666668, 23.666668]), atol=2e-6, rtol=0)


def test_adjacent_channels_turn_together() -> None:
    turned = rotate(torch.tensor([[1.0, 2.0, 3.0, 4.0]]), torch.tensor([[0.1, 0.2]]))

    expected = torch.tensor([0.7953373, 2.0898418, 2.1455226, 4.5162745])
    torch.testing.assert_close(turned.flatten(), expected, atol=1e-6, rtol=0)


def test_each_token_turns_by_its_own_angles_and_all_its_heads_alike() -> None:
    x = torch.randn(2, 4, 3, 6, generator=torch.Generator().manual_seed(0))
    angles = torch.randn(3, 3, generator=torch.Generator().manual_seed(1))

    turned = rotate(x, angles)

    for token in range(3):
        alone = rotate(x[1, 2, token][None], angles[token : token + 1])
        torch.testing.assert_close(turned[1, 2, token], alone.flatten())


def test_half_precision_is_turned_in_float32_and_given_back_as_it_came() -> None:
    x = torch.randn(1, 2, 5, 8, generator=torch.Generator().manual_seed(0)).bfloat16()
    angles = torch.randn(5, 4, generator=torch.Generator().manual_seed(1)) * 20

    turned = rotate(x, angles)

    assert turned.dtype == torch.bfloat16
    assert torch.equal(turned, rotate(x.float(), angles).bfloat16())
