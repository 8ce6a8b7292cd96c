"""A user at the real window: mouse and keys in, what is on screen and in the project out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from sam3_annotator.app import build_window
from sam3_annotator.model import Session
from sam3_annotator.project import FindingKind, Instance, rectangle
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.canvas.draft import Draft
from sam3_annotator.ui.window.main_window import MainWindow
from tests.workflows.sequences import CAT_BOX, DOG_BOX, Follower, put

NO_MODIFIER = Qt.KeyboardModifier.NoModifier
PATIENCE_MS = 20_000


class _PressedFrame(QCloseEvent):
    """What the window system sends, which a program cannot."""

    def spontaneous(self) -> bool:
        """Say that it is not of the program."""
        return True


class User:
    """Works on one window at a time."""

    def __init__(self, qtbot: QtBot, make_session: Callable[[], Session], project: Path) -> None:
        self._qtbot = qtbot
        self._make_session = make_session
        self._project = project
        self.window = self._open()

    def _open(self) -> MainWindow:
        window = build_window(self._project, session_factory=self._make_session)
        window.resize(1200, 760)
        window.show()
        self._qtbot.waitExposed(window)
        self.window = window
        self.settle()
        return window

    def restart(self) -> None:
        """Close the window and open the project in a new one."""
        self.close()
        self._open()

    def close(self) -> None:
        """Close the window; its threads end."""
        self.window.close()

    def leave(self) -> None:
        """Close the window, whatever is lost by that."""
        if self.window.isVisible():
            self.close()
        while self.window.isVisible():
            self.press_message_button("Close ")

    def close_by_frame(self) -> None:
        """Close the window as the system does for a person who presses the button of its frame."""
        event = _PressedFrame()
        QApplication.sendEvent(self.window, event)
        if event.isAccepted():
            self.window.hide()

    def press_message_button(self, beginning: str) -> None:
        """Press a button of the messages above the canvas, by the beginning of its words."""
        buttons = self.window.messages.findChildren(QPushButton)
        QTest.mouseClick(next(each for each in buttons if each.text().startswith(beginning)), Qt.MouseButton.LeftButton)

    def settle(self) -> None:
        """Wait until nothing is under way."""
        self._qtbot.waitUntil(self.window.is_idle, timeout=PATIENCE_MS)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NO_MODIFIER) -> None:
        """Press a key with the focus on the canvas."""
        QTest.keyClick(self.window.canvas, key, modifier)

    def click(self, x: float, y: float, button=Qt.MouseButton.LeftButton, modifier=NO_MODIFIER) -> None:
        """Click at a place of the image."""
        place = self.window.canvas.viewport_from_image(QPointF(x, y)).toPoint()
        QTest.mouseClick(self.window.canvas.viewport(), button, modifier, place)

    def drag(self, x0: float, y0: float, x1: float, y1: float, button=Qt.MouseButton.LeftButton) -> None:
        """Drag from one place of the image to another."""
        viewport = self.window.canvas.viewport()
        start = self.window.canvas.viewport_from_image(QPointF(x0, y0)).toPoint()
        end = self.window.canvas.viewport_from_image(QPointF(x1, y1)).toPoint()
        QTest.mousePress(viewport, button, NO_MODIFIER, start)
        QTest.mouseMove(viewport, (start + end) / 2)
        QTest.mouseMove(viewport, end)
        QTest.mouseRelease(viewport, button, NO_MODIFIER, end)

    def type_phrase(self, phrase: str) -> None:
        """Type what to find and press Enter."""
        self.press(Qt.Key.Key_Slash)
        field = QApplication.focusWidget()
        QTest.keyClicks(field, phrase)
        QTest.keyClick(field, Qt.Key.Key_Return)

    def add_category(self, name: str) -> None:
        """Type a category into its panel and go back to the canvas."""
        field = self.window.category_panel.field
        field.setFocus()
        QTest.keyClicks(field, name)
        QTest.keyClick(field, Qt.Key.Key_Return)
        self.window.focus_canvas()

    def check(self, kind: FindingKind) -> None:
        """Have the project checked, and just the findings of a kind listed."""
        self.press(Qt.Key.Key_F7)
        self._qtbot.waitUntil(lambda: not self.window.checking.is_running)
        self.list_findings(kind)

    def list_findings(self, kind: FindingKind) -> None:
        """Choose the kind of findings that is listed."""
        kinds = self.window.finding_panel.kinds
        kinds.setCurrentIndex(kinds.findData(kind))
        kinds.activated.emit(kinds.currentIndex())

    @property
    def draft(self) -> Draft | None:
        """The draft on the canvas."""
        return self.window.findChild(Assist).draft

    @property
    def proposals(self) -> list[tuple[float, ...]]:
        """The boxes of the open proposals, best first."""
        found = self.window.findChild(Finder).proposals
        return [proposal.box_xyxy for proposal in found.open] if found is not None else []

    def instances(self, position: int) -> tuple[Instance, ...]:
        """Read the instances of an image, by its place in the list."""
        return self.window.store.instances(self.window.store.images()[position].id)

    def image_position(self) -> int:
        """Say which image is shown, by its place in the list."""
        return [image.id for image in self.window.store.images()].index(self.window.workspace.image_id)


@pytest.fixture(autouse=True)
def _no_window_is_left(qapp: QApplication) -> Iterator[None]:
    """Delete all windows, as the program does: each that is left makes every later one slower to build."""
    yield
    for widget in qapp.topLevelWidgets():
        if widget.parent() is None:
            widget.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def open_project(qtbot: QtBot) -> Iterator[Callable[[Callable[[], Session], Path], User]]:
    """Sit a user down at a window with a model of the test's choice."""
    people: list[User] = []

    def sit_down(make_session: Callable[[], Session], project: Path) -> User:
        people.append(User(qtbot, make_session, project))
        return people[-1]

    yield sit_down
    for person in people:
        person.leave()


@pytest.fixture
def user(qtbot: QtBot, fake_session, store) -> Iterator[User]:
    """Sit a user down at a window with four small images."""
    project = store.path
    store.close()
    person = User(qtbot, lambda: fake_session, project)
    yield person
    fake_session.release()
    person.leave()


@pytest.fixture
def tell(user: User) -> Callable[[], list[str]]:
    """Read the messages above the canvas."""
    return lambda: [message.text for message in user.window.messages.messages]


@pytest.fixture
def follower(monkeypatch) -> Follower:
    """Have what is propagated found a little further right."""
    made = Follower()
    monkeypatch.setattr("sam3_annotator.ui.verbs.instance_search.propagate", made.follow)
    return made


@pytest.fixture
def sequence(user, follower):
    """Label a cat and a dog on the first of four frames, and turn to the second."""
    user.add_category("cat")
    user.add_category("dog")
    put(user, 0, "cat", rectangle(*CAT_BOX))
    put(user, 0, "dog", rectangle(*DOG_BOX))
    user.press(Qt.Key.Key_D)
    user.settle()
    return user
