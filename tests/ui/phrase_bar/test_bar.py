"""The phrase bar: small until something is asked, true about the answer, and never in the way of canvas or typing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QToolTip, QWidget

from sam3_annotator.model import ConceptPrompt, Exemplar
from sam3_annotator.project import ImageId, Region
from sam3_annotator.ui.canvas.proposals import Proposal, Proposals
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.keyboard.typing_guard import TypingGuard
from sam3_annotator.ui.phrase_bar.bar import MAX_WIDTH, QUIET_WIDTH, PhraseBar
from sam3_annotator.ui.phrase_bar.mark import PhraseMark
from sam3_annotator.ui.theme import Appearance, apply_theme, theme

PLUS, MINUS = Exemplar(0, 0, 9, 9), Exemplar(20, 0, 29, 9, positive=False)
WAY_BACK = "canvas"


def asked(phrase: str = "coin", *exemplars: Exemplar) -> Proposals:
    return Proposals(ImageId(1), ConceptPrompt(phrase, exemplars)).waiting()


def found(count: int, phrase: str = "coin", *exemplars: Exemplar) -> Proposals:
    return asked(phrase, *exemplars).with_found(
        [Proposal((float(at), 0.0, at + 1.0, 1.0), Region(), 0.9, 1.0) for at in range(count)]
    )


class Told:
    """What the bar has told, in order."""

    def __init__(self, bar: PhraseBar) -> None:
        self.things: list[Any] = []
        bar.phrase_entered.connect(lambda phrase: self.things.append(("phrase", phrase)))
        bar.threshold_moved.connect(lambda score: self.things.append(("threshold", score)))
        for name in ("exemplar_removed", "accept_all_wanted", "cleared", "left"):
            getattr(bar, name).connect(lambda name=name: self.things.append(name))


@pytest.fixture
def ground(qtbot: Any, qapp: QApplication) -> Iterator[QWidget]:
    """Show what the bar floats over, with a button that stands for the canvas."""
    apply_theme(qapp, Appearance.DARK)
    ground = QWidget()
    qtbot.addWidget(ground)
    QPushButton(WAY_BACK, ground)
    ground.resize(900, 200)
    ground.show()
    ground.activateWindow()
    qtbot.waitUntil(ground.isActiveWindow)
    yield ground
    ground.hide()


@pytest.fixture
def bar(ground: QWidget) -> PhraseBar:
    created = PhraseBar(KeyMap(), ground)
    created.left.connect(ground.findChildren(QPushButton)[0].setFocus)
    created.setGeometry(0, 50, MAX_WIDTH, created.sizeHint().height())
    created.show()
    return created


@pytest.fixture
def told(bar: PhraseBar) -> Told:
    return Told(bar)


def words(bar: PhraseBar) -> list[str]:
    return [label.text() for label in bar.findChildren(QLabel) if label.isVisibleTo(bar) and label.text()]


def buttons(bar: PhraseBar) -> dict[str, QToolButton]:
    found = (button for button in bar.findChildren(QToolButton) if button.isVisibleTo(bar))
    return {button.accessibleName(): button for button in found}


# --- asking -------------------------------------------------------------------------------------


def test_enter_asks_for_the_phrase_and_leaves(bar: PhraseBar, told: Told, qtbot: Any) -> None:
    bar.focus_field()
    qtbot.keyClicks(bar.field, "  silver   coin ")
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)

    assert told.things == [("phrase", "silver coin"), "left"]
    assert bar.field.text() == "silver coin"
    assert not bar.field.hasFocus()


def test_enter_in_a_field_that_was_always_empty_only_leaves(bar: PhraseBar, told: Told, qtbot: Any) -> None:
    bar.focus_field()
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)

    assert told.things == ["left"]


def test_emptied_field_asks_for_the_exemplars_alone(bar: PhraseBar, told: Told, qtbot: Any) -> None:
    bar.show_proposals(found(2, "coin", PLUS))
    bar.focus_field()
    qtbot.keyClick(bar.field, Qt.Key.Key_Delete)
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)

    assert told.things == [("phrase", ""), "left"]


def test_phrase_stays_for_the_next_image_and_can_be_asked_there(bar: PhraseBar, told: Told, qtbot: Any) -> None:
    bar.show_proposals(found(2))
    bar.show_proposals(None)
    assert bar.field.text() == "coin"

    bar.focus_field()
    assert bar.field.selectedText() == "coin"
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)

    assert told.things == [("phrase", "coin"), "left"]


def test_escape_takes_back_what_was_typed_and_then_leaves(bar: PhraseBar, told: Told, qtbot: Any) -> None:
    bar.show_proposals(found(2))
    bar.focus_field()
    qtbot.keyClicks(bar.field, "cat")
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    assert (bar.field.text(), bar.field.selectedText(), told.things) == ("coin", "coin", [])

    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    assert told.things == ["left"]


def test_answer_does_not_overwrite_what_is_being_typed(bar: PhraseBar, qtbot: Any) -> None:
    bar.show_proposals(asked())
    bar.focus_field()
    qtbot.keyClicks(bar.field, "silver")

    bar.show_proposals(found(3))

    assert bar.field.text() == "silver"


def test_field_shows_what_another_image_was_asked(bar: PhraseBar) -> None:
    bar.show_proposals(found(3, "coin"))
    bar.show_proposals(found(3, "cat"))

    assert bar.field.text() == "cat"


def test_up_and_down_do_nothing(bar: PhraseBar, told: Told, qtbot: Any) -> None:
    bar.show_proposals(found(3))
    bar.focus_field()
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
        qtbot.keyClick(bar.field, key)

    assert told.things == []
    assert (bar.field.hasFocus(), bar.field.text()) == (True, "coin")


def test_keys_of_actions_are_typed(bar: PhraseBar, qtbot: Any, qapp: QApplication) -> None:
    guard = TypingGuard(qapp, bar)
    action = bar.window().addAction("next image")
    action.setShortcut("D")
    triggered: list[bool] = []
    action.triggered.connect(triggered.append)
    bar.focus_field()

    qtbot.keyClicks(bar.field, "d/")

    assert bar.field.text() == "d/"
    assert triggered == []
    assert guard.parent() is bar


def test_click_beside_the_field_lets_the_phrase_be_typed(bar: PhraseBar, qtbot: Any) -> None:
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))

    assert bar.field.hasFocus()


# --- what came of it ----------------------------------------------------------------------------


def test_quiet_bar_is_small_and_shows_only_the_field(bar: PhraseBar) -> None:
    assert bar.sizeHint().width() == QUIET_WIDTH
    assert words(bar) == []
    assert buttons(bar) == {}
    assert bar.field.shown_text == "Find all: type what to find"


@pytest.mark.parametrize(
    ("proposals", "has_accept"),
    [
        (asked(), False),
        (found(23), True),
        (found(23).waiting(), True),
        (found(0), False),
        (found(1).with_rejected([(0.0, 0.0, 1.0, 1.0)]), False),
        (found(23).with_concept(ConceptPrompt("cat")).waiting(), False),
        (found(23).with_concept(ConceptPrompt("cat")).with_failure(), False),
    ],
)
def test_only_what_was_found_of_this_very_concept_can_be_accepted(
    proposals: Proposals, has_accept: bool, bar: PhraseBar
) -> None:
    bar.show_proposals(proposals)

    assert ("Accept all" in buttons(bar)) == has_accept


def test_answer_is_told_beside_the_least_score(bar: PhraseBar) -> None:
    bar.show_proposals(found(23))

    assert words(bar) == ["≥ 0.05", "23 found"]
    assert bar.sizeHint().width() == MAX_WIDTH


def test_awaited_answer_is_marked_as_such(bar: PhraseBar, qtbot: Any) -> None:
    mark = bar.findChildren(PhraseMark)[0]
    bar.show_proposals(asked())
    qtbot.waitUntil(lambda: mark.is_busy)

    bar.show_proposals(found(3))

    assert not mark.is_busy


def test_dragged_slider_tells_live_and_keeps_its_place(bar: PhraseBar, told: Told, qtbot: Any) -> None:
    way_back = bar.window().findChildren(QPushButton)[0]
    way_back.setFocus()
    bar.set_threshold(0.5)
    bar.show_proposals(found(23))
    QApplication.processEvents()
    assert words(bar)[0] == "≥ 0.50"
    assert told.things == []
    slider = bar._slider.handle
    place = slider.mapTo(bar, QPoint())
    middle = slider.rect().center()

    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=middle)
    for step in (10, 20):
        QTest.mouseMove(slider, middle + QPoint(step, 0))
        bar.show_proposals(found(0))
        QApplication.processEvents()
        assert slider.mapTo(bar, QPoint()) == place
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=middle + QPoint(20, 0))

    (_, first), (_, last) = told.things
    assert 0.5 < first < last
    assert words(bar)[0] == f"≥ {last:.2f}"
    assert way_back.hasFocus()


def test_exemplars_are_counted_and_the_last_can_be_taken_back(bar: PhraseBar, told: Told, qtbot: Any) -> None:
    assert not bar._chip.isVisible()
    bar.show_proposals(found(23, "coin", PLUS, PLUS, MINUS))

    assert bar._chip.accessibleName() == "2 examples of what to find, 1 of what not to find"
    qtbot.mouseClick(buttons(bar)["Take the last example back"], Qt.MouseButton.LeftButton)
    assert told.things == ["exemplar_removed"]


def test_button_accepts_all_without_taking_the_focus(bar: PhraseBar, told: Told, qtbot: Any) -> None:
    way_back = bar.window().findChildren(QPushButton)[0]
    way_back.setFocus()
    bar.show_proposals(found(23))
    qtbot.mouseClick(buttons(bar)["Accept all"], Qt.MouseButton.LeftButton)

    assert told.things == ["accept_all_wanted"]
    assert way_back.hasFocus()


def test_cross_forgets_the_phrase_too(bar: PhraseBar, told: Told, qtbot: Any) -> None:
    bar.show_proposals(found(23))
    qtbot.mouseClick(buttons(bar)["Look for nothing any more"], Qt.MouseButton.LeftButton)
    bar.show_proposals(None)

    assert told.things == ["cleared"]
    assert bar.field.text() == ""
    assert buttons(bar) == {}


def test_tab_goes_from_the_left_to_the_right(bar: PhraseBar, qtbot: Any) -> None:
    bar.show_proposals(found(23, "coin", PLUS))
    bar.focus_field()
    names: list[str] = []
    for _ in range(5):
        focused = QApplication.focusWidget()
        assert focused is not None
        names.append(focused.accessibleName())
        qtbot.keyClick(focused, Qt.Key.Key_Tab)

    assert names == [
        "What to find",
        "Take the last example back",
        "Threshold",
        "Accept all",
        "Look for nothing any more",
    ]


def test_focus_is_given_back_when_its_button_goes(bar: PhraseBar, told: Told, qtbot: Any) -> None:
    bar.show_proposals(found(1))
    accept = buttons(bar)["Accept all"]
    accept.setFocus()
    qtbot.keyClick(accept, Qt.Key.Key_Space)
    bar.show_proposals(found(1).with_rejected([(0.0, 0.0, 1.0, 1.0)]))

    assert told.things == ["accept_all_wanted", "left"]


def test_tool_tips_name_the_keys(bar: PhraseBar) -> None:
    bar.show_proposals(found(1))

    assert bar.field.toolTip() == "Find all of a kind\N{NO-BREAK SPACE}(/)"
    assert buttons(bar)["Accept all"].toolTip() == "Accept all that are found\N{NO-BREAK SPACE}(Ctrl+Shift+Enter)"
    assert buttons(bar)["Look for nothing any more"].toolTip() == "Look for nothing any more\N{NO-BREAK SPACE}(Esc)"


# --- a model that knows no names ----------------------------------------------------------------


def test_model_without_names_is_shown_an_example(bar: PhraseBar, told: Told) -> None:
    bar.set_takes(phrases=False, exemplars=True)
    assert bar.field.shown_text == "Find all: draw a box around one"

    bar.focus_field()

    assert not bar.field.hasFocus()
    assert QToolTip.text() == "This model knows no names. Press E and draw a box around one of what to find."
    assert told.things == []
    QToolTip.hideText()


def test_phrase_kept_comes_back_with_a_model_that_knows_names(bar: PhraseBar) -> None:
    bar.show_proposals(found(2))
    bar.show_proposals(None)

    bar.set_takes(phrases=False, exemplars=True)
    assert bar.field.text() == ""

    bar.set_takes(phrases=True, exemplars=True)
    assert bar.field.text() == "coin"


def test_typing_ends_when_the_model_knows_no_names_any_more(bar: PhraseBar, told: Told) -> None:
    bar.focus_field()
    bar.set_takes(phrases=False, exemplars=True)

    assert told.things == ["left"]
    assert not bar.field.hasFocus()


# --- room and looks -----------------------------------------------------------------------------


@pytest.mark.parametrize("width", range(136, MAX_WIDTH, 24))
def test_nothing_is_cut_off_at_any_width(width: int, bar: PhraseBar) -> None:
    bar.resize(width, bar.height())
    bar.show_proposals(found(23, "coin", PLUS, PLUS, MINUS))
    QApplication.processEvents()

    shown = [child for child in bar.findChildren(QWidget) if child.isVisible()]
    edges = [
        bar.rect().contains(child.geometry().translated(child.mapTo(bar, QPoint()) - child.pos())) for child in shown
    ]
    assert all(edges)
    assert all(
        label.fontMetrics().horizontalAdvance(label.text()) <= label.width() for label in bar.findChildren(QLabel)
    )
    assert bar.field.shown_text == "coin"


def test_slider_goes_before_the_answer_and_the_buttons(bar: PhraseBar) -> None:
    bar.show_proposals(found(23))
    bar.resize(276, bar.height())

    assert words(bar) == ["23"]
    assert list(buttons(bar)) == ["Accept all", "Look for nothing any more"]

    bar.resize(MAX_WIDTH, bar.height())
    assert words(bar) == ["≥ 0.05", "23 found"]


def test_bar_lets_the_picture_through_until_it_is_used(bar: PhraseBar, ground: QWidget) -> None:
    ground.setStyleSheet("background: white")
    at = QPoint(bar.width() // 2, 3)
    quiet = bar.window().grab().toImage().pixelColor(bar.mapTo(bar.window(), at))
    bar.focus_field()
    used = bar.window().grab().toImage().pixelColor(bar.mapTo(bar.window(), at))

    assert used == theme().color("panel")
    assert quiet.lightness() > used.lightness()
