"""The panel of the history lists what was done, marks now, and tells how far the user wants to go."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest

from sam3_annotator.project import KnownError
from sam3_annotator.ui.item_models.history_model import FIRST_STATE, HistoryModel, HistoryRole
from sam3_annotator.ui.panels.history_panel import HistoryPanel


@pytest.fixture
def panel(bridge, window, qtbot) -> HistoryPanel:
    made = HistoryPanel(bridge)
    window.setCentralWidget(made)
    qtbot.waitUntil(made.isVisible)
    return made


@pytest.fixture
def wanted(panel) -> list[int]:
    told: list[int] = []
    panel.way_wanted.connect(told.append)
    return told


def do(store, *labels: str, merge_key: str | None = None) -> None:
    for label in labels:
        with store.edit(label, merge_key=merge_key) as edit:
            edit.add_category(label)


def rows(model: HistoryModel) -> list[str]:
    """Read the rows: undone ones in brackets, the state now with a star."""
    marks = {(False, False): "{}", (True, False): "*{}", (False, True): "({})"}
    indexes = [model.index(row) for row in range(model.rowCount())]
    return [marks[i.data(HistoryRole.IS_NOW), i.data(HistoryRole.IS_UNDONE)].format(i.data()) for i in indexes]


def click(panel, row: int, button=Qt.MouseButton.LeftButton) -> None:
    place = panel.view.visualRect(panel.model.index(row)).center()
    QTest.mouseClick(panel.view.viewport(), button, pos=place)


def test_it_says_that_there_is_nothing_yet_and_then_lists_what_is_done(panel, store):
    assert "No steps yet" in panel._empty.words
    assert panel._empty.isVisible()

    do(store, "One")

    assert panel.view.isVisible()
    assert rows(panel.model) == ["*One", FIRST_STATE]


def test_what_is_undone_stays_listed_above_now(panel, store):
    do(store, "One", "Two", "Three")
    store.undo()
    store.undo()
    assert rows(panel.model) == ["(Three)", "(Two)", "*One", FIRST_STATE]

    store.undo()
    assert rows(panel.model) == ["(Three)", "(Two)", "(One)", f"*{FIRST_STATE}"]
    store.redo()
    do(store, "Four")

    assert rows(panel.model) == ["*Four", "One", FIRST_STATE]


def test_steps_that_are_joined_are_one_row(panel, store):
    do(store, "Move", "Move on", merge_key="m")

    assert rows(panel.model) == ["*Move on", FIRST_STATE]


def test_it_is_empty_again_where_nothing_can_be_undone_any_more(panel, store):
    do(store, "One")

    with store.edit("Import", undoable=False) as edit:
        edit.add_category("imported")

    assert panel.model.rowCount() == 0
    assert panel._empty.isVisible()


def test_a_row_tells_the_image_of_its_step_as_long_as_that_is_there(panel, add_instance, store, images):
    add_instance(image=2)
    path = store.image(images[2]).path

    index = panel.model.index(0)
    assert index.data(HistoryRole.IMAGE) == path
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == f"{index.data()}, {path}, now"
    with store.edit("Add image") as edit:
        edit.add_image("added.png")
    assert panel.model.index(0).data(HistoryRole.IMAGE) == "added.png"
    store.undo()

    undone = panel.model.index(0)
    assert undone.data(HistoryRole.IMAGE) == ""
    assert undone.data(Qt.ItemDataRole.AccessibleTextRole) == "Add image, undone"


def test_older_rows_of_a_long_history_come_where_the_view_goes_on_to_them(panel, store, wanted):
    do(store, *map(str, range(600)))
    few = panel.model.rowCount()
    assert few < 300

    while panel.model.canFetchMore(QModelIndex()):
        panel.view.scrollToBottom()
    assert rows(panel.model) == ["*599", *map(str, reversed(range(599))), FIRST_STATE]
    do(store, "600")
    assert panel.model.rowCount() < 600

    for _ in range(few + 10):
        store.undo()

    assert panel.view.currentIndex().data() == str(600 - few - 10)
    assert panel.view.viewport().rect().contains(panel.view.visualRect(panel.view.currentIndex()))


def test_a_click_asks_for_the_steps_to_that_state(panel, store, wanted):
    do(store, "One", "Two", "Three")
    store.undo()

    for row in range(4):
        click(panel, row)

    assert wanted == [1, -1, -2]
    tips = [panel.model.index(row).data(Qt.ItemDataRole.ToolTipRole).split("\n")[-1] for row in range(4)]
    assert tips == [
        "Click to redo 1 step",
        "The project is in this state",
        "Click to undo 1 step",
        "Click to undo 2 steps",
    ]


def test_another_button_asks_for_nothing(panel, store, wanted):
    do(store, "One", "Two")

    click(panel, 2, Qt.MouseButton.RightButton)

    assert wanted == []


def test_the_keyboard_goes_along_and_enter_asks(panel, store, wanted):
    do(store, "One", "Two", "Three")
    panel.view.setFocus()

    QTest.keyClick(panel.view, Qt.Key.Key_Down)
    QTest.keyClick(panel.view, Qt.Key.Key_Down)
    assert wanted == []
    QTest.keyClick(panel.view, Qt.Key.Key_Return)

    assert wanted == [-2]


def test_escape_goes_back_to_the_canvas(panel, store, qtbot):
    do(store, "One")
    with qtbot.waitSignal(panel.focus_left):
        QTest.keyClick(panel.view, Qt.Key.Key_Escape)


def test_now_is_current_and_in_view_after_every_change(panel, store):
    do(store, *(f"Step {number}" for number in range(100)))
    for _ in range(60):
        store.undo()

    assert panel.view.currentIndex().row() == 60
    assert panel.view.viewport().rect().contains(panel.view.visualRect(panel.view.currentIndex()))
    do(store, "Next")
    assert panel.view.currentIndex().row() == 0
    assert panel.view.verticalScrollBar().value() == 0


def test_who_looks_further_down_stays_there_while_other_work_goes_on(panel, store):
    mark = store.history_mark
    do(store, *(f"Step {number}" for number in range(100)))
    bar = panel.view.verticalScrollBar()
    panel.view.setCurrentIndex(panel.model.index(70))
    before = bar.value()
    assert before > 0

    with store.edit("Find", since=mark) as edit:
        edit.add_category("found")

    assert bar.value() == before
    assert panel.view.currentIndex().row() == 70
    assert rows(panel.model)[99:] == ["Step 0", "Find", FIRST_STATE]


def test_out_of_sight_nothing_is_read_until_it_is_shown(panel, store, monkeypatch):
    panel.hide()
    read = []
    counts = store.step_counts
    monkeypatch.setattr(store, "step_counts", lambda: read.append(1) or counts())
    do(store, "One", "Two")
    assert read == []

    panel.show()

    assert rows(panel.model) == ["*Two", "One", FIRST_STATE]


def test_only_pages_that_are_looked_at_are_read_and_undo_reads_none_anew(bridge, store, monkeypatch):
    do(store, *(f"Step {number}" for number in range(300)))
    read: list[tuple[int, int]] = []
    steps = store.undoable_steps
    monkeypatch.setattr(store, "undoable_steps", lambda start, stop: read.append((start, stop)) or steps(start, stop))
    model = HistoryModel(store)
    bridge.changed.connect(model.follow)
    model.read_anew()
    assert read == []

    assert model.index(130).data() == "Step 169"
    assert read == [(128, 192)]
    store.undo()
    assert model.index(131).data() == "Step 168"

    assert len(read) == 1


def test_a_page_on_both_sides_of_now_is_read_whole(bridge, store):
    do(store, *(f"Step {number}" for number in range(10)))
    for _ in range(4):
        store.undo()
    model = HistoryModel(store)
    model.read_anew()

    told = [model.index(row).data() for row in range(10)]

    assert told == [f"Step {number}" for number in range(9, -1, -1)]


def test_steps_that_cannot_be_read_are_listed_all_the_same(bridge, store, monkeypatch):
    def fail(start: int, stop: int) -> None:
        raise KnownError("Damaged.")

    do(store, "One")
    monkeypatch.setattr(store, "undoable_steps", fail)
    model = HistoryModel(store)
    model.read_anew()

    assert [model.index(row).data() for row in range(2)] == ["A step that cannot be read", FIRST_STATE]
