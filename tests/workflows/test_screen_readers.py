"""Somebody who hears the window instead of seeing it: everything has a name, and what changes is said."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QScrollBar,
    QWidget,
)

from sam3_annotator.project import rectangle
from sam3_annotator.ui.start.start_page import StartPage
from sam3_annotator.ui.window.message_bar import Severity

NAMED = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
)
# Parts of Qt's own, which go by what they belong to.
PARTS = (QHeaderView, QScrollBar)
OPENING = (
    "settings",
    "shortcuts",
    "about",
    "choose_model",
    "new_project",
    "import",
    "export",
    "propagate_through",
    "gallery",
    "statistics",
)


def nameless(window: QWidget) -> list[str]:
    """Tell which controls that can be seen have neither a name nor a text."""
    return [
        f"{type(each).__name__} in {type(each.parent()).__name__}"
        for each in window.findChildren(QWidget)
        if isinstance(each, NAMED)
        and not isinstance(each, PARTS)
        and not each.objectName().startswith("qt_")
        and each.isVisible()
        and not QAccessible.queryAccessibleInterface(each).text(QAccessible.Text.Name)
    ]


@pytest.fixture
def said(monkeypatch):
    """Turn a screen reader on that writes down what it is to say, and whether that is urgent."""
    heard: list[tuple[str, bool]] = []
    assertive = QAccessible.AnnouncementPoliteness.Assertive

    def hear(event) -> None:
        if event.type() == QAccessible.Event.Announcement:
            heard.append((event.message(), event.politeness() == assertive))

    monkeypatch.setattr("sam3_annotator.ui.screen_readers.QAccessible.isActive", lambda: True)
    monkeypatch.setattr("sam3_annotator.ui.screen_readers.QAccessible.updateAccessibility", hear)
    return heard


def test_every_control_of_the_window_has_a_name(user):
    user.add_category("cat")
    with user.window.store.edit("Label") as edit:
        image, category = user.window.store.images()[0].id, user.window.store.categories()[0].id
        made = edit.add_instance(
            image, category, rectangle(2, 2, 20, 20), attributes={"occluded": True, "colour": "red"}
        )
    user.window.workspace.select([made])
    for panel in ("check_project", "history", "light"):
        user.window.window_actions.trigger(panel)
    user.settle()
    user.window.show_problem("Something went wrong.")

    assert not nameless(user.window)


@pytest.mark.parametrize("action", OPENING)
def test_every_control_of_what_opens_has_a_name(user, qtbot, action):
    user.add_category("cat")
    with user.window.store.edit("Label") as edit:
        image, category = user.window.store.images()[0].id, user.window.store.categories()[0].id
        edit.add_instance(image, category, rectangle(2, 2, 20, 20))
    user.window.window_actions.trigger(action)

    def opened() -> list[QWidget]:
        return [each for each in QApplication.topLevelWidgets() if each.isVisible() and each is not user.window]

    qtbot.waitUntil(lambda: bool(opened()))
    assert not nameless(opened()[0])
    if isinstance(opened()[0], QDialog):
        opened()[0].reject()


def test_the_cross_that_clears_a_field_has_a_name(user):
    user.window.image_panel.filter_bar.findChild(QLineEdit).setText("cat")

    assert not nameless(user.window)


def test_every_control_of_the_start_page_has_a_name(user, qtbot):
    page = StartPage(user.window.settings)
    qtbot.addWidget(page)
    page.show()

    assert not nameless(page)


def test_image_and_selection_are_said(user, said):
    user.add_category("cat")
    with user.window.store.edit("Label") as edit:
        image, category = user.window.store.images()[1].id, user.window.store.categories()[0].id
        made = [edit.add_instance(image, category, rectangle(left, 2, left + 8, 10)) for left in (2, 12)]

    user.press(Qt.Key.Key_D)
    user.settle()
    name = user.window.store.images()[1].name
    assert (f"{name}, 2 instances", False) in said

    user.window.workspace.select(made[:1])
    assert said[-1] == ("Selected: cat, 64 px²", False)
    assert user.window.canvas.accessibleName() == f"Canvas: {name}, 2 instances. Selected: cat, 64 px²"
    user.window.workspace.select(made)
    assert said[-1] == ("2 instances selected", False)


def test_messages_are_said_and_problems_are_urgent(user, said):
    user.window.show_problem("The file is damaged.")
    user.window.messages.show_message("3 instances copied.", Severity.INFO)

    assert said[-2:] == [("The file is damaged.", True), ("3 instances copied.", False)]


def test_draft_is_said_once_it_is_there(user, said):
    user.add_category("cat")
    user.press(Qt.Key.Key_S)
    user.click(20, 15)
    user.settle()

    words = [words for words, _ in said if words.startswith("Draft")]
    assert words
    assert words[-1].startswith("Draft: 1 prompt, predicted IoU")
    assert not any(each.endswith("…") for each in words)


def test_nothing_is_said_where_nobody_listens(user, said, monkeypatch):
    monkeypatch.setattr("sam3_annotator.ui.screen_readers.QAccessible.isActive", lambda: False)

    user.window.show_problem("The file is damaged.")

    assert not said
