"""The panel of proposals: keys, marks and menu that decide about the one in focus, and a face for every state."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QColor, QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QMenu, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from sam3_annotator.model import ConceptPrompt, Exemplar
from sam3_annotator.project import ImageId, Polygon, Region
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.proposals import PropagatedFrom, Proposal, Proposals
from sam3_annotator.ui.item_delegates.proposal_delegate import accept_rect, reject_rect
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.panels.proposal_list import ProposalPanel

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
Key = Qt.Key
PIXELS = np.full((300, 400, 3), 128, dtype=np.uint8)
COLOR = QColor("#e69f00")
ASKED = Proposals(ImageId(1), ConceptPrompt("coin"))
PROPAGATED = ASKED.with_propagated(PropagatedFrom(ImageId(7), "7.png", 3)).waiting()


def found(count: int) -> tuple[Proposal, ...]:
    made = []
    for number in range(count):
        x, y = 10.0 * (number % 38), 12.0 * (number // 38)
        region = Region((Polygon([(x, y), (x + 8, y), (x + 8, y + 10), (x, y + 10)]),))
        made.append(Proposal((x, y, x + 8, y + 10), region, 1 - number / count / 2, 0.98))
    return tuple(made)


class Review:
    """Does with the proposals what the panel asks for, and shows it the rest."""

    def __init__(self, panel: ProposalPanel, proposals: Proposals) -> None:
        self.panel = panel
        self.accepted: list[BoxXyxy] = []
        self.rejected: list[BoxXyxy] = []
        self.turned_to: list[BoxXyxy] = []
        self.all_accepted = 0
        panel.focused.connect(self.turn_to)
        panel.accept_wanted.connect(lambda: self.settle(self.accepted))
        panel.reject_wanted.connect(lambda: self.settle(self.rejected))
        panel.accept_all_wanted.connect(self.count_accept_all)
        self.show(proposals)

    def show(self, proposals: Proposals) -> None:
        self.proposals = proposals
        self.panel.show_proposals(proposals, PIXELS, COLOR)

    def turn_to(self, box_xyxy: BoxXyxy) -> None:
        self.turned_to.append(box_xyxy)
        self.show(self.proposals.with_focus(box_xyxy))

    def settle(self, boxes: list[BoxXyxy]) -> None:
        assert self.proposals.focused is not None
        boxes.append(self.proposals.focused.box_xyxy)
        self.show(self.proposals.with_rejected([boxes[-1]]))

    def count_accept_all(self) -> None:
        self.all_accepted += 1


@pytest.fixture
def panel(window: QMainWindow) -> ProposalPanel:
    made = ProposalPanel(KeyMap())
    window.setCentralWidget(made)
    return made


@pytest.fixture
def boxes() -> list[BoxXyxy]:
    return [each.box_xyxy for each in found(200)]


@pytest.fixture
def review(panel: ProposalPanel) -> Review:
    """Show 200 proposals, with the keyboard in the list."""
    made = Review(panel, ASKED.with_found(found(200)))
    panel.view.setFocus()
    return made


def current(panel: ProposalPanel) -> BoxXyxy | None:
    selected = panel.view.selectionModel().selectedRows()
    assert selected == ([panel.view.currentIndex()] if panel.view.currentIndex().isValid() else [])
    return panel.model.proposal_at(selected[0].row()).box_xyxy if selected else None


def place(panel: ProposalPanel, row: int) -> QPoint:
    return panel.view.visualRect(panel.model.index(row)).center()


def words(panel: ProposalPanel) -> str:
    return "\n".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())


def button(panel: ProposalPanel) -> QToolButton:
    made = panel.findChild(QToolButton)
    assert isinstance(made, QToolButton)
    return made


def entry(menu: QMenu, text: str) -> QAction:
    return next(action for action in menu.actions() if action.text() == text)


def test_best_one_is_current_first(panel: ProposalPanel, review: Review, boxes: list[BoxXyxy]) -> None:
    assert current(panel) == boxes[0]
    assert review.turned_to == []  # the user has not turned to it


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter])
def test_enter_accepts_one_after_the_other(
    qtbot: QtBot, panel: ProposalPanel, review: Review, boxes: list[BoxXyxy], key: Qt.Key
) -> None:
    for _ in range(3):
        qtbot.keyClick(panel.view, key)

    assert review.accepted == boxes[:3]
    assert current(panel) == boxes[3]
    assert panel.model.rowCount() == 197
    assert "197 of 200 left" in words(panel)


@pytest.mark.parametrize("key", [Key.Key_Backspace, Key.Key_Delete])
def test_backspace_and_del_reject(
    qtbot: QtBot, panel: ProposalPanel, review: Review, boxes: list[BoxXyxy], key: Qt.Key
) -> None:
    qtbot.keyClick(panel.view, Key.Key_Down)
    qtbot.keyClick(panel.view, key)

    assert (review.rejected, review.accepted) == ([boxes[1]], [])
    assert current(panel) == boxes[2]


def test_last_one_gives_the_keys_to_the_one_before_it(
    qtbot: QtBot, panel: ProposalPanel, review: Review, boxes: list[BoxXyxy]
) -> None:
    qtbot.keyClick(panel.view, Key.Key_End)
    qtbot.keyClick(panel.view, Key.Key_Return)

    assert review.accepted == [boxes[199]]
    assert current(panel) == boxes[198]


def test_arrows_turn_to_another_and_tell_once(
    qtbot: QtBot, panel: ProposalPanel, review: Review, boxes: list[BoxXyxy]
) -> None:
    for key in (Key.Key_Down, Key.Key_Down, Key.Key_Up):
        qtbot.keyClick(panel.view, key)

    assert review.turned_to == [boxes[1], boxes[2], boxes[1]]


def test_esc_gives_the_focus_back(qtbot: QtBot, panel: ProposalPanel, review: Review) -> None:
    with qtbot.waitSignal(panel.focus_left):
        qtbot.keyClick(panel.view, Key.Key_Escape)


def test_focus_is_given_back_once_nothing_is_left(qtbot: QtBot, panel: ProposalPanel) -> None:
    Review(panel, ASKED.with_found(found(1)))
    panel.view.setFocus()

    with qtbot.waitSignal(panel.focus_left):
        qtbot.keyClick(panel.view, Key.Key_Return)

    assert "All looked through" in words(panel)


def test_click_turns_to_a_row_and_double_click_accepts_it(
    qtbot: QtBot, panel: ProposalPanel, review: Review, boxes: list[BoxXyxy]
) -> None:
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=place(panel, 2))
    assert review.turned_to == [boxes[2]]
    assert review.accepted == []

    qtbot.mouseDClick(panel.view.viewport(), LEFT, pos=place(panel, 2))
    assert review.accepted == [boxes[2]]
    assert current(panel) == boxes[3]


def test_marks_decide_about_the_row_they_are_on(
    qtbot: QtBot, panel: ProposalPanel, review: Review, boxes: list[BoxXyxy]
) -> None:
    row = panel.view.visualRect(panel.model.index(3))
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=accept_rect(row).center())
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=reject_rect(row).center())
    qtbot.mouseDClick(panel.view.viewport(), LEFT, pos=reject_rect(row).center())

    assert review.accepted == [boxes[3]]
    assert review.rejected == [boxes[4], boxes[5]]


def test_button_accepts_all(qtbot: QtBot, panel: ProposalPanel, review: Review) -> None:
    qtbot.mouseClick(button(panel), LEFT)

    assert review.all_accepted == 1
    assert review.accepted == []


def test_focus_moved_on_the_canvas_is_followed_and_scrolled_to(
    panel: ProposalPanel, review: Review, boxes: list[BoxXyxy]
) -> None:
    review.show(review.proposals.with_focus(boxes[150]))

    assert current(panel) == boxes[150]
    assert panel.view.viewport().rect().contains(place(panel, 150))
    assert review.turned_to == []


def test_list_stays_where_it_was_scrolled_to_while_the_focus_stays(panel: ProposalPanel, review: Review) -> None:
    bar = panel.view.verticalScrollBar()
    bar.setValue(bar.maximum())

    review.show(replace(review.proposals, is_waiting=True))

    assert bar.value() == bar.maximum()


def test_menu_names_the_keys_and_asks_with_the_box_of_the_current_one(
    panel: ProposalPanel, review: Review, boxes: list[BoxXyxy]
) -> None:
    wishes: list[tuple[str, BoxXyxy]] = []
    panel.like_this_wanted.connect(lambda box: wishes.append(("like", box)))
    panel.reject_as_exemplar_wanted.connect(lambda box: wishes.append(("not", box)))
    review.show(review.proposals.with_focus(boxes[4]))

    entry(panel.context_menu(), "Find more like this").trigger()
    entry(panel.context_menu(), "Find without it").trigger()
    assert wishes == [("like", boxes[4]), ("not", boxes[4])]

    menu = panel.context_menu()
    assert [entry(menu, text).shortcut().toString() for text in ("Accept", "Reject")] == ["Enter", "Backspace"]
    entry(menu, "Reject").trigger()
    entry(panel.context_menu(), "Accept").trigger()
    assert (review.rejected, review.accepted) == ([boxes[4]], [boxes[5]])


def test_right_click_turns_to_the_row_and_opens_its_menu(
    qtbot: QtBot, panel: ProposalPanel, review: Review, boxes: list[BoxXyxy]
) -> None:
    viewport, at = panel.view.viewport(), place(panel, 2)
    qtbot.mouseClick(viewport, RIGHT, pos=at)
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(viewport, QContextMenuEvent(reason, at, viewport.mapToGlobal(at)))

    menu = panel.findChild(QMenu)
    assert isinstance(menu, QMenu)
    assert menu.isVisible()
    assert review.turned_to == [boxes[2]]
    menu.close()


def test_menu_key_opens_the_menu_of_the_current_row_wherever_the_mouse_is(panel: ProposalPanel, review: Review) -> None:
    viewport, elsewhere = panel.view.viewport(), place(panel, 3)
    reason = QContextMenuEvent.Reason.Keyboard
    QApplication.sendEvent(viewport, QContextMenuEvent(reason, elsewhere, viewport.mapToGlobal(elsewhere)))

    menu = panel.findChild(QMenu)
    assert isinstance(menu, QMenu)
    assert menu.pos() == viewport.mapToGlobal(place(panel, 0))
    menu.close()


@pytest.mark.parametrize(
    ("proposals", "title"),
    [
        pytest.param(None, "Nothing looked for yet", id="nothing asked"),
        pytest.param(ASKED.waiting(), "Finding…", id="waiting"),
        pytest.param(ASKED.with_found(()), "Nothing new found", id="none found"),
        pytest.param(ASKED.with_failure(), "The search failed", id="failed"),
        pytest.param(
            ASKED.with_found(found(3)).with_rejected(each.box_xyxy for each in found(3)),
            "All looked through",
            id="all settled",
        ),
        pytest.param(
            replace(ASKED, concept=ConceptPrompt("", (Exemplar(10, 10, 30, 30, positive=False),))),
            "What should be found?",
            id="only what it is not",
        ),
        pytest.param(PROPAGATED.with_found(()), "None found again", id="all lost"),
        pytest.param(PROPAGATED.with_found(found(3)).with_threshold(1.1), "None scores enough", id="unlike"),
    ],
)
def test_empty_panel_says_why_and_what_to_do(panel: ProposalPanel, proposals: Proposals | None, title: str) -> None:
    panel.show_proposals(ASKED.with_found(found(2)), PIXELS, COLOR)
    assert title not in words(panel)

    panel.show_proposals(proposals, None, COLOR)

    assert title in words(panel)
    assert not panel.view.isVisible()
    assert not button(panel).isVisible()


def test_where_nothing_is_found_on_a_large_image_a_closer_look_is_offered(panel: ProposalPanel) -> None:
    large = np.zeros((10, 2400, 3), dtype=np.uint8)

    panel.show_proposals(ASKED.with_found(()), PIXELS, COLOR)
    assert "zoom in" not in words(panel)

    panel.show_proposals(ASKED.with_found(()), large, COLOR)
    assert "or zoom in and press W if it is small" in words(panel)


def test_header_says_how_many_and_whether_the_model_is_still_at_it(panel: ProposalPanel) -> None:
    answered = ASKED.with_found(found(23))
    for proposals, summary in (
        (answered, "23 found"),
        (answered.with_rejected([found(23)[0].box_xyxy]), "22 of 23 left"),
        (answered.waiting(), "23 so far, finding…"),
        (answered.with_failure(), "23 from before"),
    ):
        panel.show_proposals(proposals, PIXELS, COLOR)
        assert words(panel) == summary


def test_keyboard_arrives_in_the_list_and_all_that_takes_it_has_a_name(panel: ProposalPanel, review: Review) -> None:
    takes_keys = [
        widget
        for widget in panel.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible()
    ]

    assert [widget.accessibleName() for widget in takes_keys] == ["Proposals", "Accept all proposals"]


@pytest.mark.parametrize(
    "proposals",
    [
        pytest.param(None, id="nothing asked"),
        pytest.param(ASKED.with_found(()), id="none found"),
        pytest.param(
            replace(ASKED, concept=ConceptPrompt("", (Exemplar(10, 10, 30, 30, positive=False),))),
            id="only what it is not",
        ),
    ],
)
def test_empty_panel_speaks_of_phrases_only_where_the_model_takes_them(
    panel: ProposalPanel, proposals: Proposals | None
) -> None:
    panel.show_proposals(proposals, None, COLOR)
    assert any(word in words(panel) for word in ("type", "phrase"))

    panel.set_takes(phrases=False, exemplars=True)

    assert not any(word in words(panel) for word in ("type", "words"))
    assert "box" in words(panel).lower()


def test_empty_panel_says_where_the_model_finds_nothing_by_words_or_examples(panel: ProposalPanel) -> None:
    panel.set_takes(phrases=False, exemplars=False)

    assert "outlines one object at a time" in words(panel)


def test_what_comes_from_an_image_before_has_its_own_category_and_is_no_counterexample(panel: ProposalPanel) -> None:
    panel.show_proposals(PROPAGATED.with_found(found(2)), PIXELS, COLOR)
    menu = panel.context_menu()

    assert "their own categories" in button(panel).toolTip()
    assert [action.text() for action in menu.actions() if action.text()] == ["Accept", "Reject", "Find more like this"]
    menu.close()

    panel.show_proposals(ASKED.with_found(found(2)), PIXELS, COLOR)
    assert "the current category" in button(panel).toolTip()
