"""The input is what the network was trained on, and coordinates survive the way there and back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image

from sam3_annotator.model.network.preprocessing import InputFrame, resize_in_float, to_model_input

image_sizes = st.tuples(st.integers(1, 20_000), st.integers(1, 20_000))
coordinates = st.floats(-1e5, 1e5, width=32)
boxes = arrays(np.float64, st.tuples(st.integers(0, 5), st.just(4)), elements=coordinates)


def _noise(height: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def _levels(pixels: torch.Tensor) -> NDArray[np.float32]:
    """Undo the normalisation: `(side, side, 3)` grey levels."""
    return ((pixels[0].permute(1, 2, 0).numpy() * 0.5 + 0.5) * 255).astype(np.float32)


def test_an_image_of_the_input_s_size_is_only_normalised() -> None:
    image = _noise(1008, 1008)

    pixels = to_model_input(image)

    assert pixels.shape == (1, 3, 1008, 1008)
    assert pixels.dtype == torch.float32
    expected = (torch.from_numpy(image).permute(2, 0, 1)[None].float() / 255 - 0.5) / 0.5
    assert torch.equal(pixels, expected)


def test_black_is_minus_one_and_white_is_one() -> None:
    image = np.zeros((30, 50, 3), np.uint8)
    image[..., 1] = 255

    pixels = to_model_input(image, side=56)

    assert pixels[0, 0].unique().tolist() == [-1.0]
    assert pixels[0, 1].unique().tolist() == [1.0]


@pytest.mark.parametrize("size", [(480, 640), (1500, 2000), (100, 3000), (1, 1), (7, 1200)])
def test_levels_resized_in_float_are_whole_and_at_most_one_from_those_resized_in_integers(
    size: tuple[int, int],
) -> None:
    image = _noise(*size)

    levels = resize_in_float(torch.from_numpy(image).permute(2, 0, 1)[None], 1008)

    assert torch.equal(levels, levels.round().clamp(0, 255))
    np.testing.assert_allclose(levels[0].permute(1, 2, 0).numpy(), _levels(to_model_input(image)), atol=1 + 1e-3)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="There is no CUDA device.")
@pytest.mark.parametrize("size", [(480, 640), (1500, 2000), (100, 3000), (1008, 1008)])
def test_a_card_s_input_is_at_most_one_level_from_the_cpu_s(size: tuple[int, int]) -> None:
    image, card = _noise(*size), torch.device("cuda")

    found = to_model_input(image, device=card)

    assert found.device.type == "cuda"
    np.testing.assert_allclose(_levels(found.cpu()), _levels(to_model_input(image)), atol=1 + 1e-3)


@pytest.mark.parametrize("size", [(480, 640), (1500, 2000), (100, 3000), (1, 1), (7, 1200)])
def test_resized_levels_are_whole_and_those_of_pillow_but_for_rounding(size: tuple[int, int]) -> None:
    image = _noise(*size)

    levels = _levels(to_model_input(image))

    np.testing.assert_allclose(levels, np.round(levels), atol=1e-3)
    pillow = np.asarray(Image.fromarray(image).resize((1008, 1008), Image.Resampling.BILINEAR), np.float32)
    difference = np.abs(np.round(levels) - pillow)
    assert difference.max() <= 2
    assert (difference > 1).mean() < 1e-4


def test_shrinking_averages_instead_of_skipping_pixels() -> None:
    stripes = np.zeros((560, 560, 3), np.uint8)
    stripes[:, ::10] = 250

    levels = _levels(to_model_input(stripes, side=56))

    assert np.abs(levels[:, 3:-3] - 25).max() <= 1


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image[::-1],
        lambda image: image[:, ::-1],
        lambda image: np.asfortranarray(image),
        lambda image: image[::2, 1::3],
    ],
)
def test_how_an_array_lies_in_memory_does_not_matter(
    change: Callable[[NDArray[np.uint8]], NDArray[np.uint8]],
) -> None:
    view = change(_noise(90, 120))

    assert torch.equal(to_model_input(view, side=56), to_model_input(view.copy(), side=56))


def test_a_read_only_image_is_taken_and_left_alone() -> None:
    image = _noise(40, 30)
    before = image.copy()
    image.flags.writeable = False

    to_model_input(image, side=56)

    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((9, 9), np.uint8),
        np.zeros((9, 9, 4), np.uint8),
        np.zeros((3, 9, 9), np.uint8),
        np.zeros((9, 9, 3), np.float32),
        np.zeros((0, 9, 3), np.uint8),
    ],
)
def test_pixels_of_another_kind_are_refused(wrong: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="uint8 RGB"):
        to_model_input(wrong)


@given(image_size=image_sizes, boxes_xyxy=boxes)
def test_boxes_go_to_the_input_corner_by_corner(image_size: tuple[int, int], boxes_xyxy: NDArray[np.float64]) -> None:
    frame = InputFrame(image_size, side=112)

    placed = frame.boxes_to_input(boxes_xyxy)

    corners = frame.points_to_input(boxes_xyxy.reshape(-1, 2))
    np.testing.assert_allclose(placed.reshape(-1, 2), corners, rtol=1e-12, atol=1e-9)


@given(image_size=image_sizes, boxes_xyxy=boxes)
def test_boxes_come_back_from_centre_and_size(image_size: tuple[int, int], boxes_xyxy: NDArray[np.float64]) -> None:
    frame = InputFrame(image_size)

    there_and_back = frame.boxes_from_cxcywh(frame.cxcywh_from_boxes(boxes_xyxy))

    np.testing.assert_allclose(there_and_back, boxes_xyxy, rtol=1e-9, atol=1e-6)


def test_coordinates_scale_with_width_and_height_apart() -> None:
    frame = InputFrame((300, 600), side=1008)

    assert frame.points_to_input([[600, 300], [300, 75]]).tolist() == [[1008, 1008], [504, 252]]
    assert frame.boxes_to_input([150, 75, 300, 150]).tolist() == [252, 252, 504, 504]
    assert frame.cxcywh_from_boxes([[60, 30, 180, 90]]).tolist() == [[0.2, 0.2, 0.2, 0.2]]
    assert frame.boxes_from_cxcywh([0.5, 0.5, 1.0, 0.5]).tolist() == [0, 75, 600, 225]
