"""The line of the note lies over the lower edge of the canvas, however long it is and whatever room there is."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from sam3_annotator.ui.window.note_line import NoteLine


@pytest.fixture
def ground(qtbot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(800, 500)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def line(ground) -> NoteLine:
    return NoteLine(ground)


def test_there_is_no_line_without_a_note(line):
    assert not line.isVisible()

    line.show_note("The tail is missing.")
    assert line.isVisible()

    line.show_note("")
    assert not line.isVisible()


@pytest.mark.parametrize("width", [800, 400, 200])
@pytest.mark.parametrize("note", ["The tail.", "The tail is missing. " * 12])
def test_all_of_a_note_is_seen_at_any_width(line, ground, width, note):
    line.show_note(note.strip())
    ground.resize(width, 500)
    QApplication.processEvents()

    words = line._words
    assert ground.rect().contains(line.geometry())
    assert abs(line.geometry().center().x() - ground.rect().center().x()) <= 1
    assert words.height() >= words.heightForWidth(words.width())


def test_the_field_is_no_wider_than_the_canvas(line, ground):
    line.begin()
    ground.resize(200, 500)
    QApplication.processEvents()

    assert ground.rect().contains(line.geometry())
    assert line.field.isVisible()


def test_another_note_leaves_what_is_being_written(line, qtbot):
    line.show_note("The tail is missing.")
    line.begin()
    line.field.setText("The ear is missing.")

    line.show_note("Both are missing.")
    with qtbot.waitSignal(line.written) as written:
        line.keep()

    assert written.args == ["The ear is missing."]
