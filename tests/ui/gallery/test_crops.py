"""Crops: the right part of the image, its outline in the same pixels, read no larger than needed."""

from __future__ import annotations

from math import inf
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor

from sam3_annotator.project import ImageUnreadable, InstanceId, Region, no_progress, rectangle
from sam3_annotator.ui.gallery import crops
from sam3_annotator.ui.gallery.crops import Crop, cut, read_crops
from tests.made_images import corners, save

pytestmark = pytest.mark.usefixtures("qapp")
ONE = InstanceId(1)


def color(crop: Crop, x: int, y: int) -> tuple[int, int, int]:
    found: QColor = crop.picture.pixelColor(x, y)
    return found.red(), found.green(), found.blue()


def test_an_instance_is_shown_with_its_surroundings_dimmed() -> None:
    pixels = np.full((300, 400, 3), 200, dtype=np.uint8)
    pixels[100:200, 100:200] = (0, 255, 0)

    crop = cut(pixels, 1.0, rectangle(100, 100, 200, 200), 140)

    assert crop.side == 140
    assert color(crop, 70, 70) == (0, 255, 0)
    assert 100 < color(crop, 5, 5)[0] < 180
    box = crop.outline.boundingRect()
    assert (box.left(), box.top(), box.right(), box.bottom()) == (20, 20, 120, 120)


def test_pixels_read_smaller_give_the_same_crop() -> None:
    pixels = np.zeros((300, 400, 3), dtype=np.uint8)
    pixels[100:200, 100:200] = (0, 255, 0)

    whole, half = (cut(pixels[::step, ::step], 1 / step, rectangle(100, 100, 200, 200), 70) for step in (1, 2))

    assert whole.outline == half.outline
    assert color(whole, 35, 35) == color(half, 35, 35) == (0, 255, 0)
    assert color(whole, 4, 4) == color(half, 4, 4) == (0, 0, 0)


def test_what_sticks_out_of_the_image_is_black() -> None:
    crop = cut(np.full((100, 400, 3), 250, dtype=np.uint8), 1.0, rectangle(0, 0, 400, 100), 200)

    assert color(crop, 100, 100) == (250, 250, 250)
    assert color(crop, 100, 10) == color(crop, 100, 190) == (0, 0, 0)


@pytest.mark.parametrize(
    "region", [rectangle(-50, -50, -10, -10), rectangle(500, 20, 520, 40), rectangle(-200, -200, 900, 900)]
)
def test_a_region_outside_its_image_has_a_crop_too(region: Region) -> None:
    assert cut(np.zeros((100, 100, 3), dtype=np.uint8), 1.0, region, 64).side == 64


@pytest.mark.parametrize(
    ("regions", "scale"),
    [
        pytest.param([rectangle(0, 0, 1400, 1000)], 0.125, id="a large one"),
        pytest.param([rectangle(100, 100, 150, 150)], 1.0, id="a small one"),
        pytest.param([rectangle(0, 0, 1400, 1000), rectangle(9, 9, 50, 50)], 1.0, id="as the smallest needs it"),
    ],
)
def test_a_jpeg_is_read_no_larger_than_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, regions: list[Region], scale: float
) -> None:
    path = save(tmp_path / "a.jpg", corners(1600, 1200))
    read: list[float] = []

    def record(pixels: np.ndarray, of_scale: float, region: Region, side: int) -> Crop:
        read.append(of_scale)
        return cut(pixels, of_scale, region, side)

    monkeypatch.setattr(crops, "cut", record)

    made = read_crops(path, {InstanceId(n): each for n, each in enumerate(regions)}, 128, 1600, no_progress)

    assert len(made) == len(regions)
    assert set(read) == {scale}


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ImageUnreadable, match="missing"):
        read_crops(tmp_path / "a.png", {ONE: rectangle(0, 0, 9, 9)}, 64, inf, no_progress)
