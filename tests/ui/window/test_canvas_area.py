"""The canvas's surroundings: what floats over it keeps its place and takes nothing beside itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from sam3_annotator.model import ConceptPrompt
from sam3_annotator.project import ImageId
from sam3_annotator.ui.canvas.proposals import Proposals
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.phrase_bar.bar import MAX_WIDTH, QUIET_WIDTH
from sam3_annotator.ui.window.canvas_area import CanvasArea
from sam3_annotator.ui.window.message_bar import MAX_SHOWN, MessageRow


@pytest.fixture
def area(qtbot: Any) -> CanvasArea:
    created = CanvasArea(CanvasView(), KeyMap())
    qtbot.addWidget(created)
    created.resize(900, 400)
    created.show()
    created.activateWindow()
    qtbot.waitUntil(created.isActiveWindow)
    return created


def test_phrase_bar_is_shown_only_when_there_is_an_image(area: CanvasArea) -> None:
    assert not area.phrase_bar.isVisible()

    area.set_phrase_bar_shown(True)
    assert area.phrase_bar.isVisible()

    area.set_phrase_bar_shown(False)
    assert not area.phrase_bar.isVisible()


def test_an_image_shown_as_a_whole_begins_below_the_phrase_bar_whatever_is_told_above(area: CanvasArea) -> None:
    area.set_phrase_bar_shown(True)
    area.canvas.show_image(np.zeros((400, 300, 3), np.uint8))
    top = area.canvas.viewport_from_image(QPointF(0, 0))
    assert top.y() > area.phrase_bar.geometry().bottom()

    area.messages.show_message("It was read again.")

    assert area.canvas.viewport_from_image(QPointF(0, 0)) == top


def test_canvas_gets_the_focus_of_a_bar_that_goes(area: CanvasArea) -> None:
    area.set_phrase_bar_shown(True)
    area.phrase_bar.focus_field()

    area.set_phrase_bar_shown(False)

    assert area.canvas.hasFocus()


@pytest.mark.parametrize("width", [900, 600, 300, 160])
def test_phrase_bar_stays_in_the_middle_of_the_top_edge(width: int, area: CanvasArea) -> None:
    area.set_phrase_bar_shown(True)
    area.phrase_bar.show_proposals(Proposals(ImageId(1), ConceptPrompt("coin")).waiting())
    area.resize(width, 400)
    QApplication.processEvents()

    bar = area.phrase_bar.geometry()
    assert bar.width() == min(MAX_WIDTH, width - 24)
    assert abs(bar.left() - (width - 1 - bar.right())) <= 1
    assert bar.top() == 12


def test_phrase_bar_grows_with_what_it_has_to_say(area: CanvasArea, qtbot: Any) -> None:
    area.set_phrase_bar_shown(True)
    assert area.phrase_bar.width() == QUIET_WIDTH

    area.phrase_bar.show_proposals(Proposals(ImageId(1), ConceptPrompt("coin")).waiting())
    qtbot.waitUntil(lambda: area.phrase_bar.width() == MAX_WIDTH)

    area.phrase_bar.show_proposals(None)
    qtbot.waitUntil(lambda: area.phrase_bar.width() == QUIET_WIDTH)


def test_messages_have_room_for_their_words_also_those_that_come_back(area: CanvasArea, qtbot: Any) -> None:
    def have_room(count: int) -> bool:
        rows = [row for row in area.messages.findChildren(MessageRow) if row.isVisible()]
        return len(rows) == count and all(row.height() > row.fontMetrics().height() for row in rows)

    area.messages.show_message("Message 0.")
    qtbot.waitUntil(lambda: have_room(1))

    for number in range(1, MAX_SHOWN + 1):
        area.messages.show_message(f"Message {number}.", key=f"{number}")
    qtbot.waitUntil(lambda: have_room(MAX_SHOWN))
    area.messages.dismiss("3")
    qtbot.waitUntil(lambda: have_room(MAX_SHOWN))
    area.messages.clear()
    area.messages.show_message("Message 5.")
    qtbot.waitUntil(lambda: have_room(1))


def test_click_beside_the_phrase_bar_is_the_canvas_s(area: CanvasArea) -> None:
    area.set_phrase_bar_shown(True)
    bar = area.phrase_bar.geometry()
    top = area.canvas.mapTo(area, QPoint())

    for beside in (bar.bottomLeft() + QPoint(0, 1), bar.topLeft() - QPoint(1, 0), bar.topRight() + QPoint(1, 0)):
        hit = area.childAt(beside + top)
        assert hit is not None
        assert area.canvas.isAncestorOf(hit)


def test_phrase_bar_keeps_clicks_and_the_wheel_from_the_image(area: CanvasArea, qtbot: Any) -> None:
    canvas = area.canvas
    assert isinstance(canvas, CanvasView)
    canvas.show_image(np.zeros((50, 80, 3), np.uint8))
    canvas.set_tool("points")
    area.set_phrase_bar_shown(True)
    prompts: list[object] = []
    canvas.prompt_added.connect(prompts.append)
    zoom, at = canvas.zoom, QPointF(3, 18)
    globally = area.phrase_bar.mapToGlobal(at)
    none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False

    qtbot.mouseClick(area.phrase_bar, Qt.MouseButton.LeftButton, pos=at.toPoint())
    qtbot.mouseClick(area.phrase_bar, Qt.MouseButton.RightButton, pos=at.toPoint())
    QApplication.sendEvent(area.phrase_bar, QWheelEvent(at, globally, QPoint(), QPoint(0, 120), *none))

    assert prompts == []
    assert canvas.zoom == zoom


def test_messages_come_and_go_without_moving_the_image(area: CanvasArea) -> None:
    canvas = area.canvas
    assert isinstance(canvas, CanvasView)
    canvas.show_image(np.zeros((50, 80, 3), np.uint8))
    QApplication.processEvents()
    before = canvas.zoom, canvas.viewport_from_image(QPointF(0, 0)), canvas.mapTo(area, QPoint())

    for text in ("Something was done.", "And another thing."):
        area.messages.show_message(text)
        QApplication.processEvents()
        assert (canvas.zoom, canvas.viewport_from_image(QPointF(0, 0)), canvas.mapTo(area, QPoint())) == before


def test_phrase_bar_makes_room_for_messages(area: CanvasArea) -> None:
    area.set_phrase_bar_shown(True)
    heights = [0]
    for text in ("Something was done.", "What was done now takes many more words to be told. " * 8):
        area.messages.show_message(text)
        QApplication.processEvents()
        heights.append(area.messages.height())
        assert area.messages.geometry().topLeft() == QPoint(0, 0)
        assert area.messages.width() == area.width()
        assert area.phrase_bar.y() == heights[-1] + 12
    assert heights[0] < heights[1] < heights[2] / 2

    area.messages.clear()
    QApplication.processEvents()
    assert area.phrase_bar.y() == 12


def test_messages_take_the_height_their_words_need_in_a_narrow_window(area: CanvasArea) -> None:
    area.messages.show_message("What was done now takes many more words to be told. " * 3)
    QApplication.processEvents()
    wide = area.messages.height()

    area.resize(400, 400)
    QApplication.processEvents()

    assert area.messages.height() > wide
    assert area.messages.height() == area.messages.heightForWidth(400)
