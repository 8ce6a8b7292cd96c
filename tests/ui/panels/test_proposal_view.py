"""The list of proposals: whose keys are whose, and a current row that is the one in focus whatever the mouse does."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from sam3_annotator.project import Polygon, Region
from sam3_annotator.ui.canvas.proposals import Proposal
from sam3_annotator.ui.item_delegates.proposal_delegate import ProposalDelegate
from sam3_annotator.ui.item_delegates.proposal_thumbnails import ProposalThumbnails
from sam3_annotator.ui.item_models.proposal_model import ProposalModel
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.panels.proposal_view import ProposalView

LEFT = Qt.MouseButton.LeftButton
NO_MODIFIER, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
Key = Qt.Key
REGION = Region((Polygon([(0, 0), (8, 0), (8, 10)]),))
FOUND = [Proposal((float(number), 0.0, 8.0, 10.0), REGION, 0.9, 0.98) for number in range(4)]


@pytest.fixture
def view(window: QMainWindow) -> ProposalView:
    """Show four proposals, the second in focus, with the keyboard in the list."""
    model = ProposalModel(window)
    model.show(FOUND)
    made = ProposalView(model, KeyMap())
    made.setItemDelegate(ProposalDelegate(ProposalThumbnails(), KeyMap(), made))
    window.setCentralWidget(made)
    made.turn_to(FOUND[1].box_xyxy)
    made.setFocus()
    return made


@pytest.fixture
def told(view: ProposalView) -> list[str]:
    """Collect what the list tells."""
    heard: list[str] = []
    view.accept_wanted.connect(lambda: heard.append("accept"))
    view.reject_wanted.connect(lambda: heard.append("reject"))
    view.focus_left.connect(lambda: heard.append("leave"))
    view.row_chosen.connect(lambda index: heard.append(f"row {index.row()}"))
    return heard


def place(view: ProposalView, row: int) -> QPoint:
    return view.visualRect(view.model().index(row, 0)).center()


def selected(view: ProposalView) -> list[int]:
    return [index.row() for index in view.selectionModel().selectedRows()]


def test_keys_mean_the_list_and_not_the_actions_of_the_window(
    qtbot: QtBot, window: QMainWindow, view: ProposalView, told: list[str]
) -> None:
    for key in ("Return", "Enter", "Backspace", "Del", "Esc", "Shift+Return", "D"):
        action = QAction(window)
        action.setShortcut(key)
        action.triggered.connect(lambda _checked, key=key: told.append(f"action {key}"))
        window.addAction(action)

    for pressed in (Key.Key_Return, Key.Key_Enter, Key.Key_Backspace, Key.Key_Delete, Key.Key_Escape):
        qtbot.keyClick(view, pressed)
    assert told == ["accept", "accept", "reject", "reject", "leave"]

    told.clear()
    qtbot.keyClick(view, Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(view, Key.Key_D)
    assert told == ["action Shift+Return", "action D"]


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Backspace])
def test_key_held_down_decides_about_one_only(view: ProposalView, told: list[str], key: Qt.Key) -> None:
    for is_repeat in (False, True, True):
        QApplication.sendEvent(view, QKeyEvent(QKeyEvent.Type.KeyPress, key, NO_MODIFIER, "", is_repeat))

    assert len(told) == 1


def test_letter_that_qt_has_no_name_for_means_nothing(view: ProposalView, told: list[str]) -> None:
    for kind in (QKeyEvent.Type.ShortcutOverride, QKeyEvent.Type.KeyPress):
        QApplication.sendEvent(view, QKeyEvent(kind, ord("\N{CYRILLIC CAPITAL LETTER ZHE}"), NO_MODIFIER))

    assert told == []


def test_keys_decide_nothing_while_no_row_is_current(qtbot: QtBot, view: ProposalView, told: list[str]) -> None:
    view.turn_to(None)

    qtbot.keyClick(view, Key.Key_Return)
    qtbot.keyClick(view, Key.Key_Delete)

    assert told == []


def test_tab_turns_to_the_next_proposal_as_on_the_canvas(qtbot: QtBot, view: ProposalView, told: list[str]) -> None:
    for _ in range(3):
        qtbot.keyClick(view, Key.Key_Tab)
    qtbot.keyClick(view, Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)

    assert told == ["row 2", "row 3", "row 0", "row 3"]
    assert view.hasFocus()


def test_dragging_turns_to_no_other_row(qtbot: QtBot, view: ProposalView, told: list[str]) -> None:
    viewport = view.viewport()
    qtbot.mousePress(viewport, LEFT, pos=place(view, 2))
    there = place(view, 3)
    drag = QMouseEvent(QMouseEvent.Type.MouseMove, there, viewport.mapToGlobal(there), LEFT, LEFT, NO_MODIFIER)
    QApplication.sendEvent(viewport, drag)
    qtbot.mouseRelease(viewport, LEFT, pos=there)

    assert (selected(view), view.currentIndex().row()) == ([2], 2)
    assert told == ["row 2"]


def test_click_with_ctrl_or_beside_the_rows_leaves_the_current_one_selected(
    qtbot: QtBot, view: ProposalView, told: list[str]
) -> None:
    qtbot.mouseClick(view.viewport(), LEFT, CONTROL, place(view, 1))
    assert selected(view) == [1]

    qtbot.mouseClick(view.viewport(), LEFT, pos=view.viewport().rect().bottomLeft() + QPoint(20, -20))
    assert selected(view) == [1]
    assert told == []
