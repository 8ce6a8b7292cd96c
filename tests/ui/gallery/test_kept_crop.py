"""A crop in memory: painted in the size and colour it is shown in, once."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from sam3_annotator.project import rectangle
from sam3_annotator.ui.gallery.crops import cut
from sam3_annotator.ui.gallery.kept_crop import KeptCrop

pytestmark = pytest.mark.usefixtures("qapp")
RED, BLUE = "#ff0000", "#0000ff"


@pytest.fixture
def kept() -> KeptCrop:
    """Keep a square of which the outline is 20 pixels from each border of 140."""
    return KeptCrop(cut(np.full((300, 300, 3), 128, dtype=np.uint8), 1.0, rectangle(100, 100, 200, 200), 140))


@pytest.mark.parametrize(("points", "ratio"), [(140, 1.0), (70, 1.0), (70, 2.0), (160, 1.5)])
def test_it_is_as_large_as_it_is_shown(kept: KeptCrop, points: int, ratio: float) -> None:
    pixmap = kept.pixmap(points, ratio, RED)

    assert pixmap.width() == pixmap.height() == round(points * ratio)
    assert pixmap.deviceIndependentSize().width() == points


@pytest.mark.parametrize("points", [140, 70])
def test_its_outline_has_the_colour_of_the_category(kept: KeptCrop, points: int) -> None:
    picture = kept.pixmap(points, 1.0, RED).toImage()

    on_outline = picture.pixelColor(points // 7, points // 2)
    assert on_outline.red() > 150 > 2 * on_outline.blue()
    assert picture.pixelColor(points // 2, points // 2) == QColor(128, 128, 128)


def test_its_corners_are_round(kept: KeptCrop) -> None:
    assert kept.pixmap(140, 1.0, RED).toImage().pixelColor(0, 0).alpha() < 64


def test_it_is_painted_anew_for_another_size_or_colour_only(kept: KeptCrop) -> None:
    first = kept.pixmap(140, 1.0, RED)

    assert kept.pixmap(140, 1.0, RED) is first
    assert kept.pixmap(140, 1.0, BLUE) is not first
    assert kept.pixmap(140, 1.0, BLUE).toImage() != first.toImage()
    assert kept.pixmap(100, 1.0, BLUE).width() == 100
