"""Messages: a few at a time, each with its way out, never in the way."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from sam3_annotator.ui.sentence_label import SentenceLabel
from sam3_annotator.ui.window.message_bar import MAX_SHOWN, MessageAction, MessageBar, MessageRow, Severity


@pytest.fixture
def bar(qtbot: Any) -> MessageBar:
    created = MessageBar(info_seconds=0)
    qtbot.addWidget(created)
    return created


def texts(bar: MessageBar) -> list[str]:
    return [message.text for message in bar.messages]


def rows(bar: MessageBar) -> list[MessageRow]:
    return [bar.layout().itemAt(position).widget() for position in range(bar.layout().count())]


def button(row: MessageRow, text: str) -> QPushButton:
    return next(button for button in row.findChildren(QPushButton) if button.text() == text)


def place(row: MessageRow, text: str) -> QRect:
    """Give where a button is in its row."""
    found = button(row, text)
    return QRect(found.mapTo(row, found.rect().topLeft()), found.size())


def close(row: MessageRow) -> None:
    row.findChildren(QToolButton)[0].click()


def test_empty_bar_takes_no_room(bar: MessageBar) -> None:
    assert bar.isHidden()


def test_message_is_shown_as_plain_words(bar: MessageBar) -> None:
    bar.show_message("The file <b>a&b.png</b> is gone.")

    label = next(label for label in bar.findChildren(QLabel) if label.text())
    assert label.text() == "The file <b>a&b.png</b> is gone."
    assert label.textFormat().name == "PlainText"
    assert not bar.isHidden()


def test_long_path_is_neither_cut_off_nor_wider_than_the_bar(bar: MessageBar, qtbot: Any) -> None:
    bar.resize(400, 100)
    with qtbot.waitExposed(bar):
        bar.show()
    bar.show_message(f"/{60 * 'path'}.pt is damaged.")
    qtbot.waitUntil(lambda: any("…" in label.text() for label in bar.findChildren(QLabel)))

    assert bar.width() == 400
    assert bar.messages[0].text == f"/{60 * 'path'}.pt is damaged."


def test_closing_the_last_message_gives_the_room_back(bar: MessageBar) -> None:
    bar.show_message("Something is wrong.")

    close(rows(bar)[0])

    assert bar.messages == ()
    assert bar.isHidden()


def test_the_latest_of_more_than_three_is_shown_and_an_earlier_one_waits(bar: MessageBar) -> None:
    for number in range(MAX_SHOWN + 2):
        bar.show_message(f"Message {number}.")

    assert texts(bar) == ["Message 2.", "Message 3.", "Message 4."]
    assert bar.waiting_count == 2

    close(rows(bar)[0])

    assert texts(bar) == ["Message 1.", "Message 3.", "Message 4."]


def test_information_gives_way_first_and_what_would_pass_does_not_come_back(bar: MessageBar) -> None:
    bar.show_message("The disk is full.")
    bar.show_message("8 instances found.", Severity.INFO, stays=True)
    bar.show_message("Saved.", Severity.INFO)
    bar.show_message("A draft is not accepted yet.", Severity.WARNING)
    assert texts(bar) == ["The disk is full.", "Saved.", "A draft is not accepted yet."]

    bar.show_message("A polygon is not closed yet.", Severity.WARNING, key="polygon")
    assert texts(bar) == ["The disk is full.", "A draft is not accepted yet.", "A polygon is not closed yet."]

    bar.dismiss("polygon")
    assert texts(bar) == ["8 instances found.", "The disk is full.", "A draft is not accepted yet."]


def test_same_message_twice_is_shown_once(bar: MessageBar) -> None:
    bar.show_message("The disk is full.")
    bar.show_message("The disk is full.")

    assert texts(bar) == ["The disk is full."]


def test_key_replaces_the_message_shown_and_the_one_waiting(bar: MessageBar) -> None:
    bar.show_message("Reading 1.", key="reading")
    for number in range(MAX_SHOWN):
        bar.show_message(f"Message {number}.")
    bar.show_message("Reading 2.", key="reading")

    assert texts(bar) == ["Message 1.", "Message 2.", "Reading 2."]
    assert bar.waiting_count == 1


def test_dismiss_takes_away_what_is_no_longer_so(bar: MessageBar) -> None:
    bar.show_message("The model is not available.", key="model")
    bar.show_message("The disk is full.")

    bar.dismiss("model")

    assert texts(bar) == ["The disk is full."]


def test_action_runs_and_closes_the_message(bar: MessageBar) -> None:
    ran: list[str] = []
    bar.show_message("Exported.", Severity.INFO, actions=[MessageAction("Show folder", lambda: ran.append("shown"))])

    button(rows(bar)[0], "Show folder").click()

    assert ran == ["shown"]
    assert bar.messages == ()


def test_details_go_to_the_clipboard_and_the_message_stays(bar: MessageBar) -> None:
    bar.show_message("Something went wrong.", details="Traceback: boom")

    button(rows(bar)[0], "Copy details").click()

    assert QGuiApplication.clipboard().text() == "Something went wrong.\n\nTraceback: boom"
    assert texts(bar) == ["Something went wrong."]


def test_information_goes_by_itself(qtbot: Any) -> None:
    bar = MessageBar(info_seconds=0.01)
    qtbot.addWidget(bar)
    bar.show_message("Saved.", Severity.INFO)
    bar.show_message("Not saved.", Severity.ERROR)

    qtbot.waitUntil(lambda: texts(bar) == ["Not saved."])


def test_information_that_stays_is_left_when_other_has_gone(qtbot: Any) -> None:
    bar = MessageBar(info_seconds=0.01)
    qtbot.addWidget(bar)
    bar.show_message("1,000 images looked through.", Severity.INFO, stays=True)
    bar.show_message("Saved.", Severity.INFO)

    qtbot.waitUntil(lambda: texts(bar) == ["1,000 images looked through."])


def test_long_sentence_does_not_widen_the_window(bar: MessageBar) -> None:
    bar.show_message("very " * 400 + "long.")

    assert bar.minimumSizeHint().width() < 300


def test_buttons_stand_beside_their_sentence_where_there_is_room_and_below_it_where_not(
    bar: MessageBar, qtbot: Any
) -> None:
    sentence = "The model stopped on an unexpected error. Your prompts are still there; add another to try again."
    bar.show_message(sentence, actions=[MessageAction("Choose a model…", lambda: None)], details="Traceback")
    bar.resize(1200, 40)
    with qtbot.waitExposed(bar):
        bar.show()
    row = rows(bar)[0]
    words = row.findChild(SentenceLabel)
    assert place(row, "Copy details").left() > words.geometry().right()
    assert place(row, "Copy details").top() < words.geometry().bottom()

    bar.resize(320, 200)

    qtbot.waitUntil(lambda: place(row, "Copy details").top() > words.geometry().bottom())
    assert words.width() > 200
    assert place(row, "Copy details").right() < row.width()
    assert all(each.width() >= each.sizeHint().width() for each in row.findChildren(QPushButton))

    bar.resize(1200, 40)

    qtbot.waitUntil(lambda: place(row, "Copy details").left() > words.geometry().right())


def test_a_short_sentence_has_its_button_beside_it_in_a_narrow_bar(bar: MessageBar, qtbot: Any) -> None:
    bar.show_message("Exported.", actions=[MessageAction("Show folder", lambda: None)])
    bar.resize(320, 40)
    with qtbot.waitExposed(bar):
        bar.show()
    row = rows(bar)[0]

    assert place(row, "Show folder").left() > row.findChild(SentenceLabel).geometry().right()


def test_messages_are_closed_one_by_one_from_the_last(bar: MessageBar) -> None:
    for text in ("one", "two"):
        bar.show_message(text, Severity.WARNING)

    bar.close_latest()
    assert texts(bar) == ["one"]
    bar.close_latest()
    bar.close_latest()

    assert bar.isHidden()


def test_a_click_closes_a_message_that_passes_and_no_other(bar: MessageBar, qtbot: Any) -> None:
    bar.show_message("It failed.", Severity.ERROR)
    bar.show_message("It is done.", Severity.INFO)

    for row in rows(bar):
        qtbot.mouseClick(row, Qt.MouseButton.LeftButton)

    assert texts(bar) == ["It failed."]
