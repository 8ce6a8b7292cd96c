"""The window of a project: assembled, remembered, reachable by keyboard, honest about its state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QMenu, QMenuBar, QProgressBar

from sam3_annotator.project import Polygon, ProjectStore, Provenance, Region, rectangle
from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.actions.action_table import MENUS
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.keyboard.key_hint_bar import KeyHintBar
from sam3_annotator.ui.settings import RecentProject, Settings
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.theme import Appearance, theme
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.window.main_window import MINIMUM_SIZE, MainWindow
from sam3_annotator.ui.window.tool_rail import RailButton
from sam3_annotator.ui.window.window_place import default_place, is_reachable
from sam3_annotator.ui.workspace import Workspace


def make_window(qtbot: Any, store: ProjectStore) -> MainWindow:
    window = MainWindow(StoreBridge(store), Workspace(), CanvasView(), Settings())
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(window.canvas.hasFocus)
    return window


@pytest.fixture
def window(qtbot: Any, store: ProjectStore) -> Iterator[MainWindow]:
    created = make_window(qtbot, store)
    yield created
    created.close()


def docks(window: MainWindow) -> dict[str, QDockWidget]:
    return {dock.objectName(): dock for dock in window.findChildren(QDockWidget)}


def test_all_menus_and_panels_are_there(window: MainWindow) -> None:
    menu_bar = window.findChildren(QMenuBar)[0]

    assert tuple(action.text() for action in menu_bar.actions()) == MENUS
    assert all(docks(window)[name].isVisible() for name in ("images", "categories", "instances"))


def test_categories_name_the_digit_keys(window: MainWindow, store: ProjectStore) -> None:
    with store.edit("Add category") as edit:
        edit.add_category("cat")

    assert window.window_actions.action("category_1").text() == "cat"


def test_smallest_size_fits_a_small_screen(window: MainWindow) -> None:
    window.resize(1024, 640)

    assert (window.width(), window.height()) == (1024, 640)
    assert window.canvas.width() > 360
    assert MINIMUM_SIZE.width() <= 1024
    assert window.minimumSizeHint().width() <= 1024


def test_tools_can_be_chosen_by_rail_and_key(window: MainWindow, qtbot: Any) -> None:
    box = next(button for button in window.findChildren(RailButton) if button.accessibleName() == "Box")
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton)
    assert window.canvas.tool == "box"

    qtbot.keyClick(window.canvas, Qt.Key.Key_V)
    assert window.canvas.tool == "select"


def test_f6_goes_round_the_panels_and_back_to_the_canvas(window: MainWindow, qtbot: Any) -> None:
    image_id = window.store.images()[0].id
    window.workspace.set_image(image_id)
    category_id = operations.add_category(window.store, "cat")
    operations.add_instance(window.store, image_id, category_id, rectangle(1, 1, 9, 9), Provenance())
    panels = (window.category_panel, window.instance_panel, window.image_panel, window.canvas)
    visited = []
    for _ in panels:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
        focused = QApplication.focusWidget()
        assert focused.focusPolicy() & Qt.FocusPolicy.TabFocus
        visited.append(next(panel for panel in panels if panel is focused or panel.isAncestorOf(focused)))

    assert tuple(visited) == panels  # not the proposals: there are none


def test_a_floating_panel_gives_the_keyboard_back(window: MainWindow, qtbot: Any) -> None:
    dock = window.findChild(QDockWidget, "proposals")
    dock.setFloating(True)
    dock.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is dock)

    window.focus_canvas()

    qtbot.waitUntil(lambda: QApplication.focusWidget() is window.canvas)


def test_key_hints_follow_the_situation(window: MainWindow) -> None:
    window.window_actions.update(ActionState(has_image=True, has_draft=True))

    assert window.findChildren(KeyHintBar)[0].accessibleName().startswith("Enter: accept")


def test_cursor_and_zoom_come_from_the_canvas(window: MainWindow) -> None:
    window.canvas.cursor_moved.emit(QPointF(12.5, 7.5))
    window.canvas.zoom_changed.emit(0.5)

    labels = [label.text() for label in window.status_line.findChildren(type(window.status_line._cursor))]
    assert {"x 12  y 7", "50 %"} <= set(labels)


def test_long_work_shows_in_place_and_goes_again(window: MainWindow, qtbot: Any) -> None:
    bar = next(bar for bar in window.area.findChildren(QProgressBar) if bar.property("kind") == "edge")
    window.set_activity("Exporting, 1 of 4", 0.25, lambda: None)
    qtbot.waitUntil(bar.isVisible)

    window.set_activity("")

    assert not bar.isVisible()


def test_of_two_long_works_the_one_begun_last_is_shown_and_after_it_the_other(window: MainWindow) -> None:
    activity = window.status_line._activity._text
    window.set_activity("Comparing, 1 of 4", 0.25)
    window.set_activity("Finding, 1 of 9", 0.1, key="finding")

    window.set_activity("Comparing, 2 of 4", 0.5)
    assert activity.text() == "Finding, 1 of 9"
    window.set_activity("", key="finding")
    assert activity.text() == "Comparing, 2 of 4"
    window.set_activity("")
    assert activity.text() == ""


def test_problem_of_a_panel_becomes_a_message(window: MainWindow) -> None:
    window.category_panel.problem.emit("The name cat is taken.")

    assert [message.text for message in window.messages.messages] == ["The name cat is taken."]


def test_idle_only_when_everybody_is(window: MainWindow) -> None:
    answers = {"engine": True, "export": False}
    for name in answers:
        window.add_idle_check(lambda name=name: answers[name])

    assert not window.is_idle()
    answers["export"] = True
    assert window.is_idle()


def test_closed_panel_stays_closed_after_a_restart(qtbot: Any, store: ProjectStore) -> None:
    first = make_window(qtbot, store)
    docks(first)["instances"].close()
    first.close()

    second = make_window(qtbot, store)

    assert not docks(second)["instances"].isVisible()
    second.window_actions.trigger("reset_layout")
    assert docks(second)["instances"].isVisible()
    second.close()


def test_layout_on_disk_that_makes_no_sense_is_ignored(qtbot: Any, store: ProjectStore) -> None:
    settings = Settings()
    settings.window_geometry = QByteArray(b"nonsense")
    settings.window_layout = QByteArray(b"nonsense")

    window = make_window(qtbot, store)

    assert all(docks(window)[name].isVisible() for name in ("images", "categories", "instances"))
    window.close()


@pytest.mark.parametrize(("width", "least_share"), [(880, 0.4), (1024, 0.47), (1440, 0.6)])
def test_most_of_a_small_window_is_the_canvas(
    qtbot: Any, store: ProjectStore, monkeypatch: pytest.MonkeyPatch, width: int, least_share: float
) -> None:
    monkeypatch.setattr("sam3_annotator.ui.window.window_place.default_place", lambda _screen: QRect(0, 0, width, 640))
    window = make_window(qtbot, store)

    assert window.width() == width
    assert window.canvas.width() >= least_share * width

    images = docks(window)["images"].width()
    window.resizeDocks([docks(window)["images"]], [320], Qt.Orientation.Horizontal)
    window.window_actions.trigger("reset_layout")

    qtbot.waitUntil(lambda: docks(window)["images"].width() == images)
    window.close()


def test_closing_remembers_the_project_with_a_picture(qtbot: Any, store: ProjectStore) -> None:
    window = make_window(qtbot, store)
    window.canvas.show_image(np.full((30, 40, 3), 200, np.uint8))

    with qtbot.waitSignal(window.closing):
        window.close()

    remembered = Settings().recent_projects[0]
    assert remembered.path == str(store.path)
    assert remembered.total == 4
    assert Path(remembered.thumbnail).is_file()


def test_what_stands_in_place_of_an_image_is_no_picture_of_the_project(qtbot: Any, store: ProjectStore) -> None:
    window = make_window(qtbot, store)
    window.canvas.show_message("dark.jpg", "The file is missing.")

    window.close()

    assert Settings().recent_projects[0].thumbnail == ""


def test_recent_menu_offers_other_projects_that_exist(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    other = tmp_path / "other.sam3proj"
    other.touch()
    window.settings.remember_project(RecentProject(str(tmp_path / "gone.sam3proj")))
    window.settings.remember_project(RecentProject(str(other)))
    recent = window.menus["File/Open recent"]
    recent.aboutToShow.emit()

    with qtbot.waitSignal(window.project_requested) as requested:
        recent.actions()[0].trigger()

    assert requested.args == [other]
    assert len(recent.actions()) == 1


def test_appearance_applies_at_once(window: MainWindow, qapp: QApplication) -> None:
    theme().apply(qapp, Appearance.DARK)

    window.settings.appearance = Appearance.LIGHT

    assert not theme().is_dark


def test_canvas_takes_its_settings_at_once(window: MainWindow) -> None:
    window.settings.fill_opacity = 0.6

    assert window.canvas._layers.fill_opacity == pytest.approx(0.6)


def test_reduced_motion_lets_nothing_on_the_canvas_move(window: MainWindow, qtbot: Any) -> None:
    window.canvas.show_message("", "1.png", busy=True)
    qtbot.waitUntil(window.canvas._animation.isActive)

    window.settings.reduces_motion = True

    assert not window.canvas._animation.isActive()


def test_what_the_canvas_asks_to_accept_is_accepted(window: MainWindow) -> None:
    accepted: list[bool] = []
    window.window_actions.bind({"accept": lambda: accepted.append(True)})
    window.window_actions.update(ActionState(has_image=True, has_draft=True))

    window.canvas.accept_requested.emit()

    assert accepted == [True]


def test_menu_of_an_instance_selects_it(window: MainWindow, store: ProjectStore, qtbot: Any) -> None:
    with store.edit("Add instance") as edit:
        category = edit.add_category("cat")
        ring = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0))
        instance = edit.add_instance(store.images()[0].id, category, Region((Polygon(np.array(ring)),)))
    window.workspace.set_image(store.images()[0].id)

    window.canvas.context_menu_requested.emit(instance, QPoint(30, 30))

    assert window.workspace.selection == {instance}
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    menu.close()


def test_menu_beside_the_instances_offers_the_view(window: MainWindow) -> None:
    window.canvas.context_menu_requested.emit(None, QPoint(30, 30))

    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert "Fit image" in [action.text() for action in menu.actions()]
    menu.close()


def test_dropped_files_are_announced(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, data, buttons, keys)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()

    with qtbot.waitSignal(window.paths_dropped) as dropped:
        window.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, buttons, keys))

    assert dropped.args == [[tmp_path]]


def test_hint_card_stays_in_its_corner_until_dismissed(window: MainWindow, qtbot: Any) -> None:
    card = window.area.show_hint_card()
    window.resize(1300, 900)
    ground = card.parentWidget()
    assert ground is not None
    qtbot.waitUntil(lambda: card.geometry().bottom() + 17 == ground.height())
    assert card.isVisible()

    with qtbot.waitSignal(card.dismissed):
        card.dismiss()

    assert not card.isVisible()


def test_hint_card_hides_where_it_has_no_room(window: MainWindow, qtbot: Any) -> None:
    card = window.area.show_hint_card()
    window.resize(MINIMUM_SIZE)
    qtbot.waitUntil(card.isHidden)

    window.resize(1440, 900)

    qtbot.waitUntil(card.isVisible)


def test_window_off_every_screen_is_not_reachable() -> None:
    screens = [QRect(0, 0, 1920, 1080), QRect(1920, 0, 1280, 1024)]

    assert is_reachable(QRect(100, 100, 1440, 900), screens)
    assert is_reachable(QRect(1800, 40, 1440, 900), screens)
    assert not is_reachable(QRect(5000, 100, 1440, 900), screens)
    assert not is_reachable(QRect(100, -500, 1440, 900), screens)
    assert not is_reachable(QRect(-1400, 100, 1440, 900), screens)


def test_window_is_never_larger_than_its_screen() -> None:
    screen = QRect(0, 24, 1280, 776)

    assert screen.contains(default_place(screen))
