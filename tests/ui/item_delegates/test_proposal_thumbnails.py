"""Thumbnails of proposals: the right part of the image, what is around dimmed, sharp, made once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from sam3_annotator.project import InstanceCopy, Polygon, Region
from sam3_annotator.ui.canvas.proposals import Proposal
from sam3_annotator.ui.item_delegates import proposal_thumbnails
from sam3_annotator.ui.item_delegates.proposal_thumbnails import (
    KEPT,
    THUMBNAIL_SIDE,
    ProposalThumbnails,
    draw_thumbnail,
)

RED = QColor("#ff0000")
MIDDLE = THUMBNAIL_SIDE // 2
pytestmark = pytest.mark.usefixtures("qapp")


def box(x0: float, y0: float, x1: float, y1: float) -> Region:
    return Region((Polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]),))


def proposal(region: Region) -> Proposal:
    return Proposal(region.box_xyxy, region, 0.9, 0.98)


def grey(height: int, width: int, value: int = 200) -> NDArray[np.uint8]:
    return np.full((height, width, 3), value, dtype=np.uint8)


def test_inside_is_as_bright_as_the_image_and_outside_dimmer() -> None:
    picture = draw_thumbnail(grey(400, 400), box(100, 100, 300, 300), RED, 1.0)

    assert picture.pixelColor(MIDDLE, MIDDLE).value() == 200
    assert 60 < picture.pixelColor(MIDDLE, 2).value() < 120


def test_hole_is_dimmed_like_the_surroundings() -> None:
    ring = [(100, 100), (300, 100), (300, 300), (100, 300)]
    hole = [(150, 150), (250, 150), (250, 250), (150, 250)]
    picture = draw_thumbnail(grey(400, 400), Region((Polygon(ring, (hole,)),)), RED, 1.0)

    assert picture.pixelColor(MIDDLE, MIDDLE).value() == picture.pixelColor(MIDDLE, 2).value()


def test_outline_has_the_colour_it_was_given() -> None:
    picture = draw_thumbnail(grey(400, 400), box(100, 100, 300, 300), QColor("#0072b2"), 2.0)
    edge = round((100 - 60) / 280 * picture.width())  # the window is 60..340

    assert picture.pixelColor(edge, MIDDLE * 2).name() == "#0072b2"


def test_screen_with_two_pixels_per_point_gets_twice_the_pixels() -> None:
    pixels = grey(400, 400, 0)
    pixels[:, ::2] = 255  # stripes that only full resolution shows
    picture = draw_thumbnail(pixels, box(110, 110, 167, 167), RED, 2.0)

    assert picture.width() == picture.height() == 2 * THUMBNAIL_SIDE
    assert picture.devicePixelRatio() == 2.0
    middle = [picture.pixelColor(column, THUMBNAIL_SIDE).value() for column in range(30, 50)]
    assert max(middle) - min(middle) > 200


def test_fine_texture_of_a_large_region_gives_its_mean_and_no_moire() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (2000, 2000, 1)).astype(np.uint8).repeat(3, axis=2)
    picture = draw_thumbnail(pixels, box(200, 200, 1800, 1800), RED, 1.0)

    inside = [picture.pixelColor(x, y).value() for x in range(12, 28) for y in range(12, 28)]
    assert abs(np.mean(inside) - 127.5) < 5
    assert np.std(inside) < 25  # single pixels would vary by 74


def test_corners_are_round() -> None:
    assert draw_thumbnail(grey(100, 100), box(20, 20, 60, 60), RED, 1.0).pixelColor(0, 0).alpha() < 64


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Region]:
    """Record which regions are drawn."""
    regions: list[Region] = []
    draw: Callable[..., object] = draw_thumbnail

    def record(pixels: NDArray[np.uint8], region: Region, color: QColor, ratio: float) -> object:
        regions.append(region)
        return draw(pixels, region, color, ratio)

    monkeypatch.setattr(proposal_thumbnails, "draw_thumbnail", record)
    return regions


def test_thumbnail_is_made_once_until_pixels_or_colour_change(drawn: list[Region]) -> None:
    thumbnails, pixels, one = ProposalThumbnails(), grey(50, 50), proposal(box(5, 5, 20, 20))
    assert thumbnails.pixmap(one, 1.0) is None

    for pixels_now, color, times in ((pixels, RED, 1), (pixels, QColor(RED), 1), (pixels, QColor("blue"), 2)):
        thumbnails.show(pixels_now, color)
        assert thumbnails.pixmap(one, 1.0) is not None
        assert len(drawn) == times
    thumbnails.show(grey(50, 50), QColor("blue"))
    thumbnails.pixmap(one, 1.0)
    assert len(drawn) == 3


def test_each_screen_gets_its_own_thumbnail() -> None:
    thumbnails, one = ProposalThumbnails(), proposal(box(5, 5, 20, 20))
    thumbnails.show(grey(50, 50), RED)

    sides = []
    for ratio in (1.0, 2.0, 1.0):
        pixmap = thumbnails.pixmap(one, ratio)
        assert pixmap is not None
        sides.append(pixmap.width())
    assert sides == [THUMBNAIL_SIDE, 2 * THUMBNAIL_SIDE, THUMBNAIL_SIDE]


def test_memory_is_limited_to_those_seen_last(drawn: list[Region]) -> None:
    thumbnails = ProposalThumbnails()
    thumbnails.show(grey(30, 30), RED)
    many = [proposal(box(5, 5, 20, 20)) for _ in range(KEPT + 1)]
    for each in many:
        thumbnails.pixmap(each, 1.0)

    thumbnails.pixmap(many[-1], 1.0)
    assert len(drawn) == KEPT + 1
    thumbnails.pixmap(many[0], 1.0)
    assert len(drawn) == KEPT + 2


def test_what_has_a_category_of_its_own_is_outlined_in_its_colour() -> None:
    thumbnails, plain = ProposalThumbnails(), proposal(box(100, 100, 300, 300))
    own = replace(plain, copy_of=InstanceCopy("dog", "#0072b2", plain.region))
    thumbnails.show(grey(400, 400), RED)

    edge = round((100 - 60) / 280 * 2 * THUMBNAIL_SIDE)  # the window is 60..340
    colors = []
    for each in (plain, own):
        pixmap = thumbnails.pixmap(each, 2.0)
        assert pixmap is not None
        colors.append(pixmap.toImage().pixelColor(edge, MIDDLE * 2).name())
    assert colors == ["#ff0000", "#0072b2"]
