"""The part of an image that is shown of a region."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect

from sam3_annotator.ui.images.cutout import square_around


@pytest.mark.parametrize(
    ("box_xyxy", "window"),
    [
        pytest.param((100, 100, 200, 150), QRect(80, 55, 140, 140), id="margin around the longer side"),
        pytest.param((0, 0, 100, 100), QRect(0, 0, 140, 140), id="moved into the image"),
        pytest.param((390, 290, 400, 300), QRect(376, 276, 24, 24), id="surroundings of a speck"),
        pytest.param((0, 100, 400, 200), QRect(0, -50, 400, 400), id="wider than the image is high"),
    ],
)
def test_window_is_a_square_in_the_image_if_it_fits(box_xyxy: tuple[int, int, int, int], window: QRect) -> None:
    assert square_around(box_xyxy, 400, 300) == window
