"""Words that do not fit end with an ellipsis."""

from __future__ import annotations

from PySide6.QtGui import QIcon, QPixmap

from sam3_annotator.ui.panels.narrow_box import NarrowBox

WORDS = "Outlines the model disputes (1)"


def test_words_end_with_an_ellipsis_where_they_do_not_fit(qtbot):
    box = NarrowBox()
    qtbot.addWidget(box)
    box.addItem(WORDS)

    box.resize(box.fontMetrics().horizontalAdvance(WORDS) + 80, 30)
    assert box.shown_option().currentText == WORDS
    box.resize(100, 30)
    shown = box.shown_option().currentText
    assert shown.endswith("…")
    assert WORDS.startswith(shown[:-1])


def test_an_icon_takes_room_from_the_words(qtbot):
    plain, marked = NarrowBox(), NarrowBox()
    pixmap = QPixmap(16, 16)
    plain.addItem(WORDS)
    marked.addItem(QIcon(pixmap), WORDS)
    for box in (plain, marked):
        qtbot.addWidget(box)
        box.resize(120, 30)

    assert len(marked.shown_option().currentText) < len(plain.shown_option().currentText)


def test_long_words_ask_for_no_more_room_than_short_ones(qtbot):
    short, long = NarrowBox(), NarrowBox()
    for box, words in ((short, "cat"), (long, WORDS)):
        qtbot.addWidget(box)
        box.addItem(words)

    assert long.sizeHint() == short.sizeHint()
    assert long.minimumSizeHint() == short.minimumSizeHint()


def test_without_a_choice_it_says_what_stands_for_none(qtbot):
    box = NarrowBox()
    qtbot.addWidget(box)
    box.addItem("cat")
    box.setPlaceholderText("Several")
    box.resize(160, 30)

    box.setCurrentIndex(-1)

    assert box.shown_option().currentText == "Several"
