"""The cells of the gallery: each says what it shows, or why it does not."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from sam3_annotator.project import ImageUnreadable, InstanceId, ListedInstance, no_progress, rectangle
from sam3_annotator.ui.gallery.crop_loader import CropLoader
from sam3_annotator.ui.gallery.crops import read_crops
from sam3_annotator.ui.gallery.gallery_delegate import GalleryDelegate, absence_words, cell_size, crop_rect
from sam3_annotator.ui.gallery.gallery_model import GalleryModel
from sam3_annotator.ui.theme import theme

SIDE = 128
Draw = Callable[..., QImage]


@pytest.fixture
def cell(qapp: object) -> QRect:
    """Give a cell with a crop of 128 points."""
    return QRect(QPoint(), cell_size(SIDE))


@pytest.fixture
def draw(model: GalleryModel, loader: CropLoader, cell: QRect) -> Draw:
    """Paint the first cell, selected if so wanted."""

    def paint(*, is_selected: bool = False) -> QImage:
        picture = QImage(cell.size(), QImage.Format.Format_RGB32)
        picture.fill(theme().color("panel"))
        option = QStyleOptionViewItem()
        option.rect = cell
        option.state = QStyle.StateFlag.State_Enabled
        if is_selected:
            option.state |= QStyle.StateFlag.State_Selected
        painter = QPainter(picture)
        GalleryDelegate(loader).paint(painter, option, model.index(0))
        painter.end()
        return picture

    return paint


def first_entry(model: GalleryModel) -> list[ListedInstance]:
    return [model.entry_at(0)]


def test_a_crop_takes_its_place_once_it_is_there(
    qtbot: QtBot, model: GalleryModel, loader: CropLoader, draw: Draw, cell: QRect
) -> None:
    place = crop_rect(cell)
    before = draw()
    assert before.pixelColor(place.left() + SIDE // 4, place.center().y()) == theme().color("canvas")

    loader.want(first_entry(model), SIDE)
    qtbot.waitUntil(lambda: loader.is_idle)

    assert place.size() == QSize(SIDE, SIDE)
    after = draw()
    assert after.copy(place) != before.copy(place)
    below = cell.adjusted(0, place.bottom() + 1, 0, 0)
    assert after.copy(below) == before.copy(below)


def test_a_selected_cell_stands_out(draw: Draw) -> None:
    corner = QRect(2, 2, 8, 20)
    colors = {draw(is_selected=True).copy(corner).pixelColor(x, y).name() for x in range(8) for y in range(20)}

    assert {theme().color("accent").name(), theme().color("selection").name()} <= colors
    assert draw().pixelColor(6, 20) == QColor(theme().color("panel"))


@pytest.mark.parametrize(("content", "words"), [(None, "Image is missing"), (b"no image", "Image is unreadable")])
def test_an_absent_image_is_told_in_few_words(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "a.png"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ImageUnreadable) as told:
        read_crops(path, {InstanceId(1): rectangle(0, 0, 9, 9)}, 64, inf, no_progress)

    assert absence_words(str(told.value)) == words


def test_a_missing_image_is_painted_otherwise_than_one_to_come(
    qtbot: QtBot, model: GalleryModel, loader: CropLoader, labelled: Any, draw: Draw
) -> None:
    to_come = draw()
    labelled.store.image_file(labelled.images[0]).unlink()

    loader.want(first_entry(model), SIDE)
    qtbot.waitUntil(lambda: loader.is_idle)

    assert draw() != to_come
