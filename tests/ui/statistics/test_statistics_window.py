"""The window of the statistics at work: what it shows, its keys, its tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from sam3_annotator.project import ImageState, NotAProject, ProjectStore
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.statistics import figures_reader
from sam3_annotator.ui.statistics.columns import SPLIT_COLUMNS
from sam3_annotator.ui.statistics.figure_view import FigureView
from sam3_annotator.ui.statistics.statistics_window import SIZE, StatisticsWindow
from sam3_annotator.ui.store_bridge import StoreBridge

CTRL = Qt.KeyboardModifier.ControlModifier


def names(view: FigureView) -> list[str]:
    return [row.name for row in view.order.rows()]


def cell(view: FigureView, row: int, column: int = 0) -> QPoint:
    return view.visualRect(view.order.index(row, column)).center()


def click_header(view: FigureView, column: int) -> None:
    header = view.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(column) + 5, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_the_figures_of_the_project_stand_first(window: StatisticsWindow) -> None:
    words = "1 / 4 images done · 5 instances · 2.5 per image · 33 % corrected · 2.0 clicks each · 6 s each"

    assert window.head.words == words
    assert window.head.strip.accessibleName() == "Images: Done 1, In progress 1, Not annotated 2"
    assert window.empty_words == ""


def test_the_most_frequent_category_comes_first_and_a_click_sorts(window: StatisticsWindow) -> None:
    assert names(window.view) == ["All categories", "cat", "dog", "Bird"]

    click_header(window.view, 0)
    assert names(window.view) == ["All categories", "Bird", "cat", "dog"]
    click_header(window.view, 0)
    assert names(window.view) == ["All categories", "dog", "cat", "Bird"]


def test_what_changes_shows_and_the_choice_stays(window: StatisticsWindow, labelled: Any, qtbot: QtBot) -> None:
    window.view.selectRow(2)

    labelled.add_dog()
    qtbot.waitUntil(lambda: window.is_idle)

    assert window.view.order.index(2, 1).data() == "2"
    assert [index.row() for index in window.view.selectionModel().selectedRows()] == [2]


def test_the_choice_and_the_view_stay_when_categories_come(
    window: StatisticsWindow, labelled: Any, qtbot: QtBot
) -> None:
    def add(numbers: range) -> None:
        with labelled.store.edit("Add categories") as edit:
            for number in numbers:
                edit.add_category(f"ant {number:03}")
        qtbot.waitUntil(lambda: window.is_idle)

    add(range(100))
    window.view.selectRow(50)
    window.view.setCurrentIndex(window.view.order.index(50, 0))
    window.view.verticalScrollBar().setValue(900)
    chosen = window.view.order.rows()[50].name

    add(range(100, 110))

    (selected,) = window.view.selectionModel().selectedRows()
    assert window.view.order.rows()[selected.row()].name == chosen
    assert window.view.verticalScrollBar().value() == 900


def test_splits_have_columns_only_where_there_are_any(window: StatisticsWindow, labelled: Any, qtbot: QtBot) -> None:
    assert not any(window.categories.isColumnHidden(column) for column in SPLIT_COLUMNS)

    with labelled.store.edit("No split") as edit:
        edit.update_image(labelled.images[0], split=None)
    qtbot.waitUntil(lambda: window.is_idle)

    assert all(window.categories.isColumnHidden(column) for column in SPLIT_COLUMNS)


def test_phrases_have_a_table_of_their_own(window: StatisticsWindow) -> None:
    window.show_phrases()

    assert window.view is window.phrases
    assert names(window.view) == ["kitten"]


def test_no_phrases_are_said_to_be_none(window: StatisticsWindow, labelled: Any, qtbot: QtBot) -> None:
    with labelled.store.edit("Delete") as edit:
        for instance in labelled.store.instances(labelled.images[0]):
            edit.delete_instance(instance.id)
    qtbot.waitUntil(lambda: window.is_idle)
    window.show_phrases()
    assert window.empty_words.startswith("No phrases yet\n")

    window.show_phrases(are_shown=False)

    assert window.empty_words == ""


def test_a_project_without_instances_says_so_and_offers_no_table(
    store: ProjectStore, open_window: Any, qtbot: QtBot
) -> None:
    window = open_window()

    assert window.empty_words.startswith("No instances yet\n")
    assert window.head.words == "0 / 4 images done · 0 instances"
    assert not any(button.isVisible() for button in window.findChildren(QPushButton))


def test_a_project_without_images_says_so(store: ProjectStore, open_window: Any) -> None:
    with store.edit("Empty") as edit:
        for image in store.images():
            edit.delete_image(image.id)

    window = open_window()

    assert window.empty_words.startswith("No images yet\n")
    assert not window.head.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_asks_for_the_instances_of_a_category(
    window: StatisticsWindow, labelled: Any, qtbot: QtBot, key: Qt.Key
) -> None:
    window.view.selectRow(2)

    with qtbot.waitSignal(window.gallery_wanted) as asked:
        QTest.keyClick(window.view, key)

    assert asked.args == [labelled.dog]


def test_a_double_click_asks_for_them_and_on_the_total_for_all(
    window: StatisticsWindow, labelled: Any, qtbot: QtBot
) -> None:
    asked: list[object] = []
    window.gallery_wanted.connect(asked.append)

    for row in (1, 0):
        QTest.mouseClick(window.view.viewport(), Qt.MouseButton.LeftButton, pos=cell(window.view, row))
        QTest.mouseDClick(window.view.viewport(), Qt.MouseButton.LeftButton, pos=cell(window.view, row))

    assert asked == [labelled.cat, None]


@pytest.mark.parametrize(("row", "expected"), [(0, 1), (2, 2)])
def test_the_menu_leads_to_instances_and_images(
    window: StatisticsWindow, labelled: Any, row: int, expected: int
) -> None:
    asked: list[object] = []
    window.gallery_wanted.connect(asked.append)
    window.images_wanted.connect(asked.append)
    place = cell(window.view, row)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, window.view.viewport().mapToGlobal(place))
    QApplication.sendEvent(window.view.viewport(), event)

    menu = window.findChildren(QMenu)[-1]
    for action in menu.actions():
        action.trigger()
    menu.close()

    assert asked == [None if row == 0 else labelled.dog] * expected
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert window.findChildren(QMenu) == []


def test_the_table_is_copied_as_it_stands(window: StatisticsWindow) -> None:
    click_header(window.view, 0)

    QTest.keyClick(window.view, Qt.Key.Key_C, CTRL)

    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split("\t")[0] for line in lines] == ["Category", "All categories", "Bird", "cat", "dog"]
    assert window.note.startswith("The table is copied")


def test_the_table_is_saved_where_the_user_says(window: StatisticsWindow, tmp_path: Path, qtbot: QtBot) -> None:
    asked: list[str] = []

    def answer(_parent: object, _title: str, start: str) -> str:
        asked.append(start)
        return str(tmp_path / "chosen.csv")

    window.ask = answer
    window.show_phrases()
    window.save()
    qtbot.waitUntil(lambda: window.is_idle)

    assert asked == [str(tmp_path / "photos phrases.csv")]
    assert (tmp_path / "chosen.csv").read_text(encoding="utf-8-sig").startswith("Phrase,Category,Found,")
    assert window.note == f"Saved as {tmp_path / 'chosen.csv'}."


def test_every_instance_is_saved_as_a_row(window: StatisticsWindow, tmp_path: Path, qtbot: QtBot) -> None:
    asked: list[str] = []
    window.ask = lambda _parent, _title, start: asked.append(start) or str(tmp_path / "chosen.csv")

    qtbot.mouseClick(
        next(each for each in window.findChildren(QPushButton) if each.text() == "Save instances…"),
        Qt.MouseButton.LeftButton,
    )
    qtbot.waitUntil(lambda: window.is_idle)

    lines = (tmp_path / "chosen.csv").read_text(encoding="utf-8-sig").splitlines()
    assert asked == [str(tmp_path / "photos instances.csv")]
    assert lines[0].startswith("image,instance,category,area_px,")
    assert len(lines) == 1 + 5
    assert window.note == f"Saved as {tmp_path / 'chosen.csv'}."


def test_a_file_that_cannot_be_written_is_told_of(window: StatisticsWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window.ask = lambda *_: str(tmp_path / "gone" / "table.csv")
    window.save()
    qtbot.waitUntil(lambda: window.is_idle)

    assert "Saving the table stopped" in window.messages.messages[0].text


def test_who_thinks_better_of_it_saves_nothing(window: StatisticsWindow, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    window.ask = lambda *_: ""

    window.save()

    assert window.is_idle
    assert sorted(tmp_path.iterdir()) == before


def test_a_project_that_cannot_be_read_says_why(
    labelled: Any, bridge: StoreBridge, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: object) -> None:
        raise NotAProject("The project file is damaged; restore it from a backup.")

    monkeypatch.setattr(figures_reader, "read_figures", refuse)
    settings = Settings()
    window = StatisticsWindow(bridge, KeyMap(settings), settings, "photos")
    qtbot.addWidget(window)
    assert window.empty_words == "Counting the instances…"
    window.show()
    qtbot.waitUntil(lambda: window.is_idle)

    assert window.empty_words.startswith("The project cannot be counted\nThe project file is damaged")


def test_the_keys_of_the_main_window_lead_back_and_on(window: StatisticsWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.left):
        QTest.keyClick(window.view, Qt.Key.Key_I, CTRL)
    with qtbot.waitSignal(window.gallery_wanted) as asked:
        QTest.keyClick(window.view, Qt.Key.Key_I)
    assert asked.args == [None]

    QTest.keyClick(window.view, Qt.Key.Key_Escape)

    assert not window.isVisible()


def test_the_window_comes_back_where_it_was(window: StatisticsWindow, open_window: Any) -> None:
    window.resize(701, 502)
    window.close()

    assert (open_window().width(), open_window().height()) == (701, 502)


def test_a_word_finds_rows_and_enter_leads_to_the_first(window: StatisticsWindow, qtbot: QtBot) -> None:
    window.field.setFocus()
    QTest.keyClicks(window.field, "BI")
    assert names(window.view) == ["All categories", "Bird"]
    assert window.empty_words == ""

    with qtbot.waitSignal(window.gallery_wanted) as asked:
        QTest.keyClick(window.field, Qt.Key.Key_Return)
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)

    assert asked.args == [window.view.table.rows[3].category.id]
    window.show_phrases()
    assert names(window.view) == []
    assert window.empty_words == ""


def test_esc_drops_the_word_before_it_closes(window: StatisticsWindow) -> None:
    window.field.setFocus()
    QTest.keyClicks(window.field, "i")
    assert window.field.text() == "i"

    QTest.keyClick(window.field, Qt.Key.Key_Escape)
    assert (window.field.text(), window.isVisible()) == ("", True)
    QTest.keyClick(window.view, Qt.Key.Key_Escape)

    assert not window.isVisible()


def test_hundreds_of_long_names_fit_the_width(labelled: Any, open_window: Any) -> None:
    with labelled.store.edit("Add categories") as edit:
        for number in range(300):
            edit.add_category(f"a name that is as long as names are where many people add theirs, {number}")
        edit.update_image(labelled.images[0], state=ImageState.DONE)

    window = open_window()
    window.resize(SIZE)

    assert window.view.order.rowCount() == 304
    assert window.view.horizontalScrollBar().maximum() == 0
