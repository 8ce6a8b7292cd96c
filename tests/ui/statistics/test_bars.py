"""Bars of parts, the legend of states, and how cells are painted."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sam3_annotator.project import CategoryId, rectangle
from sam3_annotator.ui.statistics.figure_delegate import BAR_HEIGHT
from sam3_annotator.ui.statistics.progress_strip import LEGEND_HEIGHT, ProgressStrip
from sam3_annotator.ui.statistics.stacked_bar import paint_stacked_bar
from sam3_annotator.ui.theme import SPACE_S, theme

RED, BLUE, GREEN = QColor("#ff0000"), QColor("#0000ff"), QColor("#00ff00")


def painted(parts: list[tuple[float, QColor]], width: int = 100) -> list[str]:
    """Paint a bar and read the colours along its middle; "" is none."""
    image = QImage(width, 8, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    paint_stacked_bar(painter, QRectF(0, 0, width, 8), parts)
    painter.end()
    colors = [image.pixelColor(x, 4) for x in range(width)]
    return [color.name() if color.alpha() > 200 else "" for color in colors]


def test_parts_are_as_long_as_they_are_large(qapp: QApplication) -> None:
    colors = painted([(75, RED), (25, BLUE)])

    assert colors.count("#ff0000") == pytest.approx(75, abs=3)
    assert colors.count("#0000ff") == pytest.approx(25, abs=3)
    assert colors.index("#0000ff") > colors.index("#ff0000")


def test_the_smallest_part_is_seen(qapp: QApplication) -> None:
    colors = painted([(10_000, RED), (1, GREEN), (10_000, BLUE)])

    assert "#00ff00" in colors


@pytest.mark.parametrize("parts", [[], [(0, RED)]])
def test_nothing_is_no_bar(qapp: QApplication, parts: list[tuple[float, QColor]]) -> None:
    assert set(painted(parts)) == {""}


def test_a_legend_that_is_too_long_goes_on_below(qtbot: QtBot) -> None:
    strip = ProgressStrip()
    qtbot.addWidget(strip)
    strip.show_counts({"done": 1200, "in_progress": 3, "unannotated": 40, "left_out": 7})

    assert strip.heightForWidth(300) == strip.heightForWidth(1000) + LEGEND_HEIGHT
    assert strip.accessibleName() == "Images: Done 1,200, In progress 3, Not annotated 40, Left out 7"


def test_rows_show_the_colours_of_their_categories_and_makings(window: Any, labelled: Any) -> None:
    def colors(row: int, column: int) -> set[str]:
        rect = window.view.visualRect(window.view.order.index(row, column))
        image = window.view.viewport().grab(rect).toImage()
        middle = image.height() // 2
        return {image.pixelColor(x, middle).name() for x in range(image.width())}

    cat = labelled.store.category(labelled.cat).color
    titles = [column.title for column in window.view.table.columns]

    assert cat in colors(1, 0)
    assert cat in colors(1, titles.index("Instances"))
    roles = {role: theme().color(role).name() in colors(1, titles.index("Made")) for role in ("found", "imported")}
    assert roles == {"found": True, "imported": False}


def test_a_short_bar_is_as_high_as_others_and_no_dot(labelled: Any, open_window: Any) -> None:
    with labelled.store.edit("Add many") as edit:
        for _ in range(400):
            edit.add_instance(labelled.images[0], labelled.cat, rectangle(0, 0, 9, 9))
    window = open_window()
    column = [column.title for column in window.view.table.columns].index("Instances")

    def height_at_its_left(row: int, category: CategoryId) -> int:
        rect = window.view.visualRect(window.view.order.index(row, column))
        image = window.view.viewport().grab(rect).toImage()
        left = [image.pixelColor(SPACE_S + 1, y) for y in range(image.height())]
        hue = QColor(labelled.store.category(category).color).hsvHue()
        return sum(abs(pixel.hsvHue() - hue) < 20 and pixel.hsvSaturation() > 60 for pixel in left)

    assert height_at_its_left(2, labelled.dog) >= BAR_HEIGHT - 1


def test_means_of_many_instances_are_written_like_other_large_numbers(labelled: Any, open_window: Any) -> None:
    with labelled.store.edit("Add many") as edit:
        for _ in range(2400):
            edit.add_instance(labelled.images[0], labelled.cat, rectangle(0, 0, 9, 9))

    assert "1,202.5 per image" in open_window().head.words
