"""The panel of findings lists, filters, and says which one is to be shown."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from sam3_annotator.project import Finding, FindingKind, rectangle
from sam3_annotator.ui.panels.finding_list import FindingPanel
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.checking import Checking


@pytest.fixture
def panel(qtbot, bridge, store) -> FindingPanel:
    with store.edit("Label") as edit:
        cat = edit.add_category("cat")
        edit.add_category("never used")
        image = store.images()[0].id
        for _ in range(2):
            edit.add_instance(image, cat, rectangle(5, 5, 30, 30))
    made = FindingPanel(Checking(bridge))
    qtbot.addWidget(made)
    made.resize(260, 400)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def checked(panel, qtbot) -> FindingPanel:
    panel._empty.link_clicked.emit()
    qtbot.waitUntil(lambda: panel.model.rowCount() > 0)
    return panel


def choose(panel: FindingPanel, kind: FindingKind) -> None:
    number = panel.kinds.findData(kind)
    panel.kinds.setCurrentIndex(number)
    panel.kinds.activated.emit(number)


def test_it_offers_a_check_before_there_was_one(panel):
    assert panel._empty._title.text() == "Not checked yet"
    assert panel._empty._link.text() == "Check the project"


def test_one_kind_alone_can_be_listed(checked):
    all_of_them = checked.model.rowCount()

    choose(checked, FindingKind.LABELLED_TWICE)

    assert 0 < checked.model.rowCount() < all_of_them
    assert checked.model.finding_at(0).kind is FindingKind.LABELLED_TWICE
    assert checked.kinds.itemText(0) == f"All ({all_of_them})"


def test_the_list_of_kinds_shows_whole_headings_however_narrow_the_panel(checked, qtbot):
    checked.resize(200, 400)

    checked.kinds.showPopup()

    assert checked.kinds.view().width() >= checked.kinds.view().sizeHintForColumn(0) > checked.kinds.width()
    checked.kinds.hidePopup()


def test_a_click_and_enter_ask_for_the_finding(checked, qtbot):
    place = checked.view.visualRect(checked.model.index(0)).center()

    with qtbot.waitSignal(checked.show_wanted) as wanted:
        QTest.mouseClick(checked.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert wanted.args == [checked.model.finding_at(0)]

    with qtbot.waitSignal(checked.show_wanted):
        QTest.keyClick(checked.view, Qt.Key.Key_Return)


def test_turning_goes_round_and_says_so(checked, qtbot):
    shown, told = [], []
    checked.show_wanted.connect(shown.append)
    checked.notice.connect(told.append)
    count = checked.model.rowCount()

    for _ in range(count):
        checked.view.turn(1)
    assert told == []
    checked.view.turn(1)
    assert told == ["That was the last of the findings listed; this is the first."]
    checked.view.turn(-1)
    assert told[1:] == ["That was the first of the findings listed; this is the last."]

    assert [checked.model.row_of(finding) for finding in shown] == [*range(count), 0, count - 1]


def test_escape_goes_back_to_the_canvas(checked, qtbot):
    with qtbot.waitSignal(checked.focus_left):
        QTest.keyClick(checked.view, Qt.Key.Key_Escape)


def test_a_stale_list_says_so_and_keeps_its_place(checked, store):
    checked.view.turn(1)
    current = checked.model.finding_at(checked.view.currentIndex().row())

    with store.edit("Add category") as edit:
        edit.add_category("dog")

    assert checked.model.finding_at(checked.view.currentIndex().row()) == current
    assert "has been changed" in checked._again.toolTip()


def test_an_edit_that_no_finding_is_about_leaves_the_list_alone(checked, store, qtbot):
    is_filled_again = []
    checked.kinds.model().rowsInserted.connect(lambda *_: is_filled_again.append(True))

    operations.add_category(store, "another")

    assert checked._again.property("tone") == "warning"
    assert not is_filled_again


def test_turning_goes_on_after_a_finding_that_is_gone(panel, store, qtbot):
    with store.edit("Label") as edit:
        cat, image = store.categories()[0].id, store.images()[1].id
        for left in (0, 20, 40):
            edit.add_instance(image, cat, rectangle(left, 5, left + 2, 7))
    panel._empty.link_clicked.emit()
    qtbot.waitUntil(lambda: panel.model.rowCount() > 0)
    choose(panel, FindingKind.FEW_PIXELS)
    specks = panel.model.findings
    assert len(specks) == 3
    shown = []
    panel.show_wanted.connect(shown.append)

    panel.view.turn(1)
    panel.view.turn(1)
    operations.delete_instances(store, specks[1].instance_ids)
    with store.edit("Add category") as edit:  # the rows are told once more meanwhile
        edit.add_category("dog")
    panel.view.turn(1)
    assert shown == list(specks)

    told = []
    panel.notice.connect(told.append)
    operations.delete_instances(store, specks[2].instance_ids)
    panel.view.turn(1)
    assert shown[-1] == specks[0]
    assert told == ["This is the only finding that is listed."]


def test_what_comes_on_top_before_anybody_has_begun_is_the_first(checked):
    on_top = Finding(FindingKind.MISSING_FILE, "Gone.")
    shown = []
    checked.show_wanted.connect(shown.append)
    checked._checking.take_comparison([on_top], (), ())

    checked.view.turn(1)

    assert shown == [on_top]


def test_another_kind_is_gone_through_from_its_beginning(checked):
    checked.view.turn(-1)
    choose(checked, FindingKind.LABELLED_TWICE)
    shown, told = [], []
    checked.show_wanted.connect(shown.append)
    checked.notice.connect(told.append)

    checked.view.turn(1)

    assert shown == [checked.model.finding_at(0)]
    assert told == []


def show_long_words(panel: FindingPanel) -> None:
    words = "a photograph with a rather long name.jpg: " + "instance 12 and instance 13 cover nearly the same; " * 3
    panel.view.show_rows([Finding(FindingKind.LABELLED_TWICE, f"{number} {words}") for number in range(30)])


def row_heights(panel: FindingPanel) -> list[int]:
    return [panel.view.visualRect(panel.model.index(row)).height() for row in range(panel.model.rowCount())]


def test_the_chosen_row_has_room_for_its_whole_sentence_and_others_are_equally_high(checked, qtbot):
    show_long_words(checked)
    assert len(set(row_heights(checked))) == 1
    low = row_heights(checked)[0]

    checked.view.turn(1)
    checked.view.turn(1)
    qtbot.waitUntil(lambda: row_heights(checked)[1] > low)
    narrow = row_heights(checked)[1]
    assert row_heights(checked)[0] == row_heights(checked)[2] == low

    checked.resize(600, 400)
    qtbot.waitUntil(lambda: row_heights(checked)[1] < narrow)


def test_the_chosen_row_is_wholly_in_sight(checked, qtbot):
    show_long_words(checked)

    checked.view.turn(-1)

    last = checked.model.index(checked.model.rowCount() - 1)
    qtbot.waitUntil(lambda: checked.view.viewport().rect().contains(checked.view.visualRect(last)))
