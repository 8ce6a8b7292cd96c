"""Box formats and the inverse sigmoid."""

from __future__ import annotations

import torch

from sam3_annotator.model.network.boxes import inverse_sigmoid, xyxy_from_cxcywh


def test_corners_lie_half_a_size_from_the_centre_and_are_not_clipped() -> None:
    corners = xyxy_from_cxcywh(torch.tensor([[0.5, 0.25, 0.5, 0.25], [0.0, 1.0, 0.5, 0.5]]))

    assert torch.equal(corners, torch.tensor([[0.25, 0.125, 0.75, 0.375], [-0.25, 0.75, 0.25, 1.25]]))


def test_inverse_sigmoid_has_its_known_values() -> None:
    logits = inverse_sigmoid(torch.tensor([0.0, 0.01, 0.5, 0.99, 1.0, 1.5]))

    expected = torch.tensor([-6.907755, -4.595120, 0, 4.595120, 6.907755, 6.907755])
    torch.testing.assert_close(logits, expected, atol=1e-5, rtol=0)


def test_inverse_sigmoid_computes_in_float32() -> None:
    assert inverse_sigmoid(torch.tensor([0.5], dtype=torch.bfloat16)).dtype == torch.float32
