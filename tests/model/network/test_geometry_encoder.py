"""Exemplar boxes as prompt tokens."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.geometry_encoder import GeometryEncoder, PromptTokens
from sam3_annotator.model.network.positions import PositionEmbeddingSine

BOXES = torch.tensor([[[0.4, 0.5, 0.3, 0.25], [0.8, 0.2, 0.1, 0.15]]])
LABELS = torch.tensor([[True, False]])

Encode = Callable[..., PromptTokens]


@pytest.fixture
def image(tiny_config: Sam3Config) -> Tensor:
    return torch.randn(1, tiny_config.width, 8, 8, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def encode(tiny_config: Sam3Config, randomise: Callable[..., None], image: Tensor) -> Encode:
    """Encode boxes on the image: `encode(boxes, labels, valid)`."""
    encoder = GeometryEncoder(tiny_config)
    randomise(encoder, 0)
    positions = PositionEmbeddingSine(tiny_config.width)(8, 8).flatten(1).T

    def run(boxes: Tensor, labels: Tensor, valid: Tensor | None = None, on: Tensor = image) -> PromptTokens:
        with torch.inference_mode():
            return encoder(on.expand(len(boxes), -1, -1, -1), positions, boxes, labels, valid)

    return run


def test_each_box_gives_a_token_and_all_together_one_more(encode: Encode, tiny_config: Sam3Config) -> None:
    found = encode(BOXES, LABELS)

    assert found.tokens.shape == (1, 3, tiny_config.width)
    assert found.valid.tolist() == [[True, True, True]]


def test_without_boxes_one_token_tells_of_the_image(encode: Encode, image: Tensor) -> None:
    none = BOXES[:, :0], LABELS[:, :0]

    here, elsewhere = encode(*none), encode(*none, on=image.flip(3))

    assert here.tokens.shape[:2] == here.valid.shape == (1, 1)
    assert (here.tokens - elsewhere.tokens).abs().max() > 0.1


@pytest.mark.parametrize(
    "moved", [[0.3, 0.5, 0.3, 0.25], [0.4, 0.6, 0.3, 0.25], [0.4, 0.5, 0.2, 0.25], [0.4, 0.5, 0.3, 0.35]]
)
def test_a_token_depends_on_each_number_of_its_box(moved: list[float], encode: Encode) -> None:
    there = encode(torch.tensor([[moved]]), LABELS[:, :1])

    assert (there.tokens - encode(BOXES[:, :1], LABELS[:, :1]).tokens).abs().max() > 0.1


def test_a_token_depends_on_the_label(encode: Encode) -> None:
    assert (encode(BOXES, ~LABELS).tokens - encode(BOXES, LABELS).tokens).abs().max() > 0.1


@pytest.mark.parametrize("grid", [(4, 12), (12, 4)], ids=["wide", "high"])
def test_a_box_is_seen_where_it_lies_on_a_map_that_is_not_square(
    grid: tuple[int, int], tiny_config: Sam3Config, randomise: Callable[..., None]
) -> None:
    encoder = GeometryEncoder(tiny_config)
    randomise(encoder, 0)
    height, width = grid
    low, right = slice(height * 3 // 4, None), slice(width * 3 // 4, None)
    here = torch.randn(1, tiny_config.width, *grid, generator=torch.Generator().manual_seed(1))
    inside, outside = here.clone(), here.flip(1)
    inside[:, :, low, right] = outside[:, :, low, right]
    outside[:, :, low, right] = here[:, :, low, right]

    box = torch.tensor([[[0.875, 0.875, 0.25, 0.25]]])
    with torch.inference_mode():
        before, *after = (encoder._embed_boxes(image, box, LABELS[:, :1]) for image in (here, inside, outside))

    assert (after[0] - before).abs().max() > 0.1
    assert torch.equal(after[1], before)


def test_a_batch_of_two_is_encoded_as_two_singles(encode: Encode) -> None:
    boxes = torch.cat([BOXES, BOXES.flip(2)])
    labels = torch.cat([LABELS, LABELS])

    both = encode(boxes, labels)

    singles = [encode(boxes[i : i + 1], labels[i : i + 1]).tokens for i in range(2)]
    torch.testing.assert_close(both.tokens, torch.cat(singles), atol=1e-5, rtol=1e-5)


def test_padded_places_change_nothing_and_come_last(encode: Encode) -> None:
    padding = torch.tensor([[[0.5, 0.5, 9.0, 9.0]]])
    boxes = torch.cat([BOXES[:, :1], padding, BOXES[:, 1:], padding], 1)
    labels = torch.tensor([[True, True, False, False]])

    padded = encode(boxes, labels, torch.tensor([[True, False, True, False]]))

    assert padded.valid.tolist() == [[True, True, True, False, False]]
    torch.testing.assert_close(padded.tokens[:, :3], encode(BOXES, LABELS).tokens, atol=1e-5, rtol=1e-5)
