"""The image at halved sizes."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from sam3_annotator.ui.canvas.pyramid import ImagePyramid


def painted(
    pyramid: ImagePyramid, box: tuple[float, float, float, float], scale: float, *, is_smooth: bool
) -> np.ndarray:
    """Paint a box of the image so that it begins at the upper left corner."""
    width, height = (max(round((box[axis + 2] - box[axis]) * scale), 1) for axis in (0, 1))
    image = QImage(width, height, QImage.Format.Format_RGB888)
    image.fill(0)
    painter = QPainter(image)
    painter.scale(scale, scale)
    painter.translate(-box[0], -box[1])
    pyramid.paint(painter, box, scale, is_smooth=is_smooth)
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, -1)
    return rows[:, : width * 3].reshape(height, width, 3).copy()


@pytest.fixture
def noise() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (150, 211, 3), dtype=np.uint8)


def test_at_full_size_every_pixel_is_its_own(noise: np.ndarray) -> None:
    shown = painted(ImagePyramid(noise), (20, 30, 120, 130), 1.0, is_smooth=False)

    assert (shown == noise[30:130, 20:120]).all()


def test_enlarged_pixels_are_crisp_squares(noise: np.ndarray) -> None:
    shown = painted(ImagePyramid(noise), (20, 30, 40, 50), 8.0, is_smooth=False)

    assert (shown == noise[30:50, 20:40].repeat(8, axis=0).repeat(8, axis=1)).all()


def test_reduced_pixels_are_means_once_prepared() -> None:
    halves = np.zeros((64, 64, 3), dtype=np.uint8)
    halves[:, ::2] = 200
    pyramid = ImagePyramid(halves)
    pyramid.prepare()

    shown = painted(pyramid, (0, 0, 64, 64), 0.25, is_smooth=True)

    assert pyramid.is_prepared
    assert np.abs(shown.astype(int) - 100).max() <= 2


def test_an_unprepared_image_is_shown_from_single_pixels(noise: np.ndarray) -> None:
    shown = painted(ImagePyramid(noise[:128, :128]), (0, 0, 128, 128), 0.25, is_smooth=False)

    assert (shown == noise[:128:4, :128:4]).all()


@pytest.mark.parametrize("shape", [(3, 70_001), (70_001, 3), (1, 1), (2049, 5)])
def test_any_shape_can_be_shown_at_any_scale(shape: tuple[int, int]) -> None:
    height, width = shape
    pixels = np.full((height, width, 3), 90, dtype=np.uint8)
    pixels[-1, -1] = 250
    pyramid = ImagePyramid(pixels)
    pyramid.prepare()

    corner = painted(pyramid, (width - 1, height - 1, width, height), 8.0, is_smooth=False)
    assert (corner == 250).all()
    box = (max(width - 400, 0), max(height - 400, 0), width, height)
    for scale in (1.0, 1.5):
        first = painted(pyramid, box, scale, is_smooth=True)[0, 0, 0]
        assert first == (250 if shape == (1, 1) else 90)
    painted(pyramid, (0, 0, width, height), 0.5 if max(shape) < 9000 else 0.01, is_smooth=True)


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((4, 4), dtype=np.uint8),
        np.zeros((4, 4, 4), dtype=np.uint8),
        np.zeros((4, 4, 3), dtype=np.uint16),
        np.zeros((0, 4, 3), dtype=np.uint8),
    ],
)
def test_other_arrays_are_refused(pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="uint8 arrays"):
        ImagePyramid(pixels)
