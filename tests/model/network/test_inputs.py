"""What a caller may give in place of tensors."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from sam3_annotator.model.network.inputs import as_exemplars, as_phrases, as_pixels


def make_image() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (40, 60, 3)).astype(np.uint8)


def test_an_array_becomes_normalised_pixels_of_the_model_s_size() -> None:
    pixels = as_pixels(make_image(), 28)

    assert pixels.shape == (1, 3, 28, 28)
    assert -1 <= pixels.min() < -0.5 < 0.5 < pixels.max() <= 1


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L"])
def test_a_pil_image_of_8_bits_is_taken_as_its_colours(mode: str) -> None:
    image = Image.fromarray(make_image()).convert(mode)

    assert torch.equal(as_pixels(image, 28), as_pixels(np.asarray(image.convert("RGB")), 28))


@pytest.mark.parametrize("kind", [np.uint16, np.int32, np.float32])
def test_a_pil_image_of_more_bits_is_refused_rather_than_cut_off(kind: type) -> None:
    image = Image.fromarray(np.full((40, 60), 40_000, kind))

    with pytest.raises(ValueError, match="more than 8 bits a channel"):
        as_pixels(image, 28)


def test_pixels_stay_as_they_are() -> None:
    pixels = torch.randn(2, 3, 28, 28)

    assert as_pixels(pixels, 28) is pixels


def test_levels_in_a_tensor_are_not_taken_for_normalised_pixels() -> None:
    with pytest.raises(ValueError, match=r"in -1\.\.1, not torch\.uint8"):
        as_pixels(torch.zeros(1, 3, 28, 28, dtype=torch.uint8), 28)


def test_one_phrase_serves_all_images() -> None:
    assert as_phrases("cat", 2, has_boxes=False) == ["cat", "cat"]
    assert as_phrases(["cat", "dog"], 2, has_boxes=False) == ["cat", "dog"]


def test_boxes_without_a_phrase_are_asked_for_as_visual() -> None:
    assert as_phrases(None, 2, has_boxes=True) == ["visual", "visual"]


def test_nothing_to_look_for_is_refused() -> None:
    with pytest.raises(ValueError, match="give a text, or boxes"):
        as_phrases(None, 1, has_boxes=False)


def test_texts_of_another_number_than_the_images_are_refused() -> None:
    with pytest.raises(ValueError, match="The texts are 3, the images 2: give one text for each"):
        as_phrases(["a", "b", "c"], 2, has_boxes=False)


def test_boxes_of_one_image_need_no_batch() -> None:
    boxes, labels = as_exemplars([[0.5, 0.5, 0.2, 0.2], [0.1, 0.1, 0.1, 0.1]], [True, False], 1)

    assert boxes.shape == (1, 2, 4)
    assert labels.tolist() == [[True, False]]


def test_boxes_of_no_batch_serve_all_images() -> None:
    boxes, labels = as_exemplars([[0.5, 0.5, 0.2, 0.2], [0.1, 0.1, 0.1, 0.1]], [True, False], 3)

    assert boxes.shape == (3, 2, 4)
    assert boxes[2].tolist() == boxes[0].tolist()
    assert labels.tolist() == [[True, False]] * 3


def test_boxes_without_labels_are_positive() -> None:
    _, labels = as_exemplars(torch.zeros(2, 3, 4), None, 2)

    assert labels.tolist() == [[True] * 3] * 2


@pytest.mark.parametrize("none", [None, [], torch.zeros(0, 4)])
def test_there_may_be_no_boxes(none: object) -> None:
    boxes, labels = as_exemplars(none, None, 1)  # type: ignore[arg-type]  # all of them are allowed

    assert boxes.shape == (1, 0, 4)
    assert labels.shape == (1, 0)


@pytest.mark.parametrize(
    ("boxes", "count"),
    [(torch.zeros(3, 5), 1), (torch.zeros(3, 2, 4), 2), (torch.zeros(4), 1), (torch.zeros(1, 2, 4, 3), 1)],
)
def test_boxes_of_another_shape_are_refused(boxes: torch.Tensor, count: int) -> None:
    with pytest.raises(ValueError, match=r"Boxes are \(N, 4\)"):
        as_exemplars(boxes, None, count)


def test_each_box_needs_a_label() -> None:
    with pytest.raises(ValueError, match="give each box a label"):
        as_exemplars([[0.5, 0.5, 0.2, 0.2], [0.1, 0.1, 0.1, 0.1]], [True], 1)


def test_labels_of_more_images_than_there_are_boxes_of_are_refused() -> None:
    with pytest.raises(ValueError, match="give each box a label"):
        as_exemplars(torch.zeros(2, 3, 4), torch.ones(5, 3), 2)
