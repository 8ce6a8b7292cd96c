"""The status line: numbers in image pixels, what keys do, what is under way."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QLabel, QProgressBar, QToolButton, QWidget

from sam3_annotator.ui.keyboard.key_hint_bar import KeyHintBar
from sam3_annotator.ui.keyboard.key_hints import KeyHint
from sam3_annotator.ui.window.status_line import StatusLine


@pytest.fixture
def line(qtbot: Any) -> StatusLine:
    created = StatusLine()
    qtbot.addWidget(created)
    created.resize(1000, 28)
    with qtbot.waitExposed(created):
        created.show()
    return created


def words(line: StatusLine) -> list[str]:
    return [label.text() for label in line.findChildren(QLabel) if label.isVisible() and label.text()]


def test_cursor_is_the_pixel_it_is_in(line: StatusLine) -> None:
    line.set_cursor(QPointF(1042.9, 0.2))

    assert "x 1042  y 0" in words(line)


def test_cursor_off_the_image_has_no_place(line: StatusLine) -> None:
    line.set_cursor(QPointF(3, 4))
    line.set_cursor(None)

    assert "x \N{EN DASH}  y \N{EN DASH}" in words(line)


@pytest.mark.parametrize(("zoom", "text"), [(1.0, "100 %"), (0.644, "64 %"), (0.034, "3.4 %"), (32.0, "3200 %")])
def test_zoom_is_in_percent(line: StatusLine, zoom: float, text: str) -> None:
    line.set_zoom(zoom)

    assert text in words(line)


@pytest.mark.parametrize(("seconds", "text"), [(0.0123, "12 ms"), (0.9994, "999 ms"), (2.34, "2.3 s")])
def test_latency_has_a_unit(line: StatusLine, seconds: float, text: str) -> None:
    line.set_latency(seconds, "CPU")

    assert words(line)[-2:] == [text, "CPU"]


def test_activity_shows_how_far_it_is_and_can_be_stopped(line: StatusLine) -> None:
    stopped: list[bool] = []
    line.set_activity("Exporting, 3 of 12", 0.25, lambda: stopped.append(True))

    bar = line.findChildren(QProgressBar)[0]
    assert bar.isVisible()
    assert bar.value() / bar.maximum() == pytest.approx(0.25)
    assert "Exporting, 3 of 12" in words(line)

    next(each for each in line.findChildren(QToolButton) if each.accessibleName() == "Stop").click()

    assert stopped == [True]


def test_activity_that_is_over_leaves_nothing(line: StatusLine) -> None:
    line.set_activity("Exporting", 0.25, lambda: None)
    line.set_activity("")

    assert "Exporting" not in words(line)
    assert not line.findChildren(QProgressBar)[0].isVisible()
    assert not line.findChildren(QToolButton)[0].isVisible()


def test_an_image_left_out_is_called_so_and_no_other(line: StatusLine) -> None:
    assert "Left out" not in words(line)

    line.set_left_out(is_left_out=True)
    assert "Left out" in words(line)

    line.set_left_out(is_left_out=False)
    assert "Left out" not in words(line)


def test_key_hints_are_told_to_screen_readers(line: StatusLine) -> None:
    line.set_key_hints([KeyHint("Enter", "accept"), KeyHint("Esc", "discard")])

    assert line.findChildren(KeyHintBar)[0].accessibleName() == "Enter: accept, Esc: discard"


def test_hints_that_do_not_fit_make_nothing_wider(line: StatusLine) -> None:
    before = line.minimumSizeHint().width()

    line.set_key_hints([KeyHint("Enter", "accept " * 20)] * 20)

    assert line.minimumSizeHint().width() == before


def test_captions_keep_their_size_when_put_into_a_window(qtbot: Any) -> None:
    from PySide6.QtWidgets import QApplication, QMainWindow

    from sam3_annotator.ui.theme import FONT_CAPTION_PX, apply_theme

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    apply_theme(app, "dark")
    window = QMainWindow()
    qtbot.addWidget(window)
    line = StatusLine()
    window.setStatusBar(line)
    line.set_latency(0.01, "CPU")
    line.set_hint("2 clicks")
    with qtbot.waitExposed(window):
        window.show()

    assert {label.font().pixelSize() for label in line.findChildren(QLabel) if label.text()} == {FONT_CAPTION_PX}


def test_everything_stays_within_a_narrow_window(line: StatusLine, qtbot: Any) -> None:
    line.resize(880, line.height())
    line.set_cursor(QPointF(12345, 12345))
    line.set_left_out(is_left_out=True)
    line.set_hint("Draft: 12 prompts, predicted IoU 0.56, candidate 1 of 6, no answer to the last prompt")
    line.set_latency(12.7, "NVIDIA GeForce RTX 4090 Laptop GPU")
    line.set_activity("Reading images, 1,200 of 12,000", 0.1, lambda: None)
    qtbot.waitUntil(lambda: bool(line._hint.toolTip()))

    shown = [widget for widget in line.findChildren(QWidget) if widget.isVisible()]
    rights = [widget.mapTo(line, QPoint(widget.width(), 0)).x() for widget in shown]
    assert line.width() == 880
    assert max(rights) <= 880


def test_an_image_in_another_light_is_said_to_be_so(line: StatusLine) -> None:
    assert not line.adjusted.isVisible()

    line.set_adjusted(is_adjusted=True)
    assert line.adjusted.isVisible()
    assert line.adjusted.text() == "Brightness adjusted"

    line.set_adjusted(is_adjusted=False)
    assert not line.adjusted.isVisible()
