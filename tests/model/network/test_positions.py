"""Sinusoidal encodings, against values worked out from their formula."""

from __future__ import annotations

import torch

from sam3_annotator.model.network.positions import PositionEmbeddingSine, encode_coordinate, encode_scalar

CHANNELS = [0, 1, 2, 127, 128, 129, 255]


def test_map_of_the_released_model_has_its_known_values() -> None:
    positions = PositionEmbeddingSine(256)(72, 72)

    assert positions.shape == (256, 72, 72)
    first = torch.tensor([0.0871557, 0.9961947, 0.0754977, 1, 0.0871557, 0.9961947, 1])
    torch.testing.assert_close(positions[CHANNELS, 0, 0], first, atol=1e-6, rtol=0)
    later = torch.tensor([0.8191521, 0.5735763, 0.7387853, 1, -0.9659259, -0.2588190, 0.9999999])
    torch.testing.assert_close(positions[CHANNELS, 10, 50], later, atol=1e-6, rtol=0)


def test_map_tells_rows_in_its_first_half_and_columns_in_its_second() -> None:
    positions = PositionEmbeddingSine(8)(3, 5)

    assert positions.shape == (8, 3, 5)
    assert torch.equal(positions[:4], positions[:4, :, :1].expand(-1, -1, 5))
    assert torch.equal(positions[4:], positions[4:, :1].expand(-1, 3, -1))
    assert len(positions[:4, :, 0].unique(dim=1)[0]) == 3
    assert len(positions[4:, 0].unique(dim=1)[0]) == 5


def test_coordinate_of_a_quarter_has_its_known_encoding() -> None:
    encoded = encode_coordinate(torch.tensor(0.25), 128)

    expected = torch.tensor([1, 0, 0.9779177, 0.2089906, 1])
    torch.testing.assert_close(encoded[[0, 1, 2, 3, 127]], expected, atol=1e-6, rtol=0)


def test_scalars_of_any_shape_are_encoded_one_by_one_in_float32() -> None:
    values = torch.tensor([[0.5, 1.0], [2.0, 3.0]], dtype=torch.bfloat16)

    encoded = encode_scalar(values, 6)

    assert encoded.shape == (2, 2, 6)
    assert encoded.dtype == torch.float32
    assert torch.equal(encoded[1, 0], encode_scalar(torch.tensor(2.0), 6))
