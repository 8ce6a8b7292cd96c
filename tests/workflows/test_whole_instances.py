"""A user copies, combines, reshapes and nudges whole instances, by key and menu."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sam3_annotator.project import InstanceId, Polygon, ProjectStore, Provenance, Region, rectangle
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.verbs import operations

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
HOLED = Region((Polygon([(10, 8), (42, 8), (42, 40), (10, 40)], [[(20, 18), (20, 30), (30, 30), (30, 18)]]),))

Add = Callable[..., InstanceId]


@pytest.fixture(autouse=True)
def _clipboard_is_empty(qapp: QApplication) -> Iterator[None]:
    QGuiApplication.clipboard().clear()
    yield
    QGuiApplication.clipboard().clear()


@pytest.fixture
def add(user) -> Add:
    """Put instances on images, by the place in the list; the select tool is taken."""
    user.add_category("cat")
    user.add_category("dog")
    user.press(Qt.Key.Key_V)
    store = user.window.store

    def put(region: Region, position: int = 0, category: int = 0) -> InstanceId:
        image_id, category_id = store.images()[position].id, store.categories()[category].id
        return operations.add_instance(store, image_id, category_id, region, Provenance())

    return put


def regions(user, position: int) -> list[Region]:
    return [instance.region for instance in user.instances(position)]


def test_copied_on_one_image_and_pasted_on_the_next_in_one_step(user, add, tell):
    add(HOLED)
    user.click(12, 12)
    user.press(Qt.Key.Key_C, CTRL)
    user.press(Qt.Key.Key_D)
    user.settle()

    user.press(Qt.Key.Key_V, CTRL)

    (pasted,) = user.instances(1)
    assert pasted.region == HOLED
    assert user.window.workspace.selection == {pasted.id}
    assert tell() == []
    user.press(Qt.Key.Key_Z, CTRL)
    assert user.instances(1) == ()
    user.press(Qt.Key.Key_Z, CTRL | SHIFT)
    assert user.instances(1) == (pasted,)


def test_pasted_where_it_is_already_it_comes_aside_to_be_seen(user, add):
    add(HOLED)
    user.press(Qt.Key.Key_A, CTRL)
    user.press(Qt.Key.Key_C, CTRL)

    user.press(Qt.Key.Key_V, CTRL)

    original, copy = user.instances(0)
    dx = copy.region.box_xyxy[0] - original.region.box_xyxy[0]
    assert copy.region == HOLED.translated(dx, dx)
    assert dx * user.window.canvas.zoom > 8


def test_what_was_copied_comes_to_another_project_with_its_category(user, add, open_project, fake_session, tmp_path):
    add(HOLED, category=1)
    user.press(Qt.Key.Key_A, CTRL)
    user.press(Qt.Key.Key_C, CTRL)
    other_project = tmp_path / "other.sam3proj"
    ProjectStore.create(other_project, image_roots=[tmp_path / "photos"]).close()
    other = open_project(lambda: fake_session, other_project)

    other.press(Qt.Key.Key_V, CTRL)

    assert regions(other, 0) == [HOLED]
    assert [category.name for category in other.window.store.categories()] == ["dog"]
    assert [message.text for message in other.window.messages.messages] == ["1 instance pasted; new category: dog."]
    assert user.window.store.undo_label == "Add instance"


def test_what_was_undone_is_not_told_any_more(user, add, tell):
    add(rectangle(2, 2, 10, 10))
    add(rectangle(20, 2, 30, 10), category=1)
    user.press(Qt.Key.Key_A, CTRL)
    user.press(Qt.Key.Key_M, CTRL)
    assert any("merged" in sentence for sentence in tell())

    user.press(Qt.Key.Key_Z, CTRL)

    assert tell() == []
    assert len(user.instances(0)) == 2


def test_cut_and_duplicate_by_key(user, add):
    add(HOLED)
    user.press(Qt.Key.Key_A, CTRL)

    user.press(Qt.Key.Key_D, CTRL)
    assert len(user.instances(0)) == 2
    assert len(user.window.workspace.selection) == 1
    user.press(Qt.Key.Key_X, CTRL)

    assert regions(user, 0) == [HOLED]
    assert user.window.store.undo_label == "Cut instance"


def test_keys_of_copying_keep_their_meaning_in_a_text_field(user, add):
    add(HOLED)
    user.press(Qt.Key.Key_A, CTRL)
    field = user.window.category_panel.field
    field.setFocus()
    QTest.keyClicks(field, "owl")

    QTest.keyClick(field, Qt.Key.Key_A, CTRL)
    QTest.keyClick(field, Qt.Key.Key_X, CTRL)
    assert field.text() == ""
    QTest.keyClick(field, Qt.Key.Key_V, CTRL)

    assert field.text() == "owl"
    assert regions(user, 0) == [HOLED]


def test_rows_of_the_list_are_copied_as_instances(user, add):
    add(HOLED)
    user.press(Qt.Key.Key_A, CTRL)
    rows = user.window.instance_panel.view
    rows.setFocus()

    QTest.keyClick(rows, Qt.Key.Key_C, CTRL)

    assert QGuiApplication.clipboard().text() == "1 instance from 1.png: 1 cat"


def test_paste_is_offered_only_while_the_clipboard_holds_instances(user, add):
    add(HOLED)
    paste = user.window.window_actions.action("paste")
    assert not paste.isEnabled()

    user.press(Qt.Key.Key_A, CTRL)
    user.press(Qt.Key.Key_C, CTRL)
    assert paste.isEnabled()
    QGuiApplication.clipboard().setText("words")
    assert not paste.isEnabled()


def test_everything_of_the_image_before_is_kept_once(user, add, tell):
    add(HOLED)
    add(rectangle(1, 1, 5, 5), category=1)
    add(rectangle(70, 50, 79, 59))
    user.press(Qt.Key.Key_D)
    user.settle()

    user.press(Qt.Key.Key_P, CTRL)
    assert tell() == ["2 instances copied from 1.png; 1 outside this image left out."]
    user.press(Qt.Key.Key_P, CTRL)

    assert regions(user, 1) == [HOLED, rectangle(1, 1, 5, 5)]
    assert tell() == ["Nothing was copied from 1.png; 2 were here already; 1 outside this image left out."]
    user.press(Qt.Key.Key_Z, CTRL)
    assert user.instances(1) == ()


def test_pasting_before_the_image_is_there_cuts_at_its_border_all_the_same(user, add):
    add(rectangle(60, 40, 80, 60))
    user.press(Qt.Key.Key_A, CTRL)
    user.press(Qt.Key.Key_C, CTRL)
    display = user.window.findChild(ImageDisplay)

    user.press(Qt.Key.Key_D)
    assert display.find_size() == (64, 48)
    user.press(Qt.Key.Key_V, CTRL)
    user.settle()

    assert [region.box_xyxy for region in regions(user, 1)] == [(60, 40, 64, 48)]
    (pasted,) = user.instances(1)
    assert user.window.workspace.selection == {pasted.id}


def test_on_the_first_image_there_is_nothing_before(user, add):
    assert not user.window.window_actions.action("keep_previous").isEnabled()


def test_ctrl_m_merges_and_undo_brings_both_back(user, add, tell):
    add(HOLED)
    add(rectangle(18, 16, 32, 32), category=1)
    before = user.instances(0)
    user.press(Qt.Key.Key_A, CTRL)

    user.press(Qt.Key.Key_M, CTRL)

    assert [region.area for region in regions(user, 0)] == [32 * 32]
    assert tell() == ["2 instances merged as cat, the category of the largest."]
    user.press(Qt.Key.Key_Z, CTRL)
    assert user.instances(0) == before


def test_an_image_is_made_free_of_overlaps_from_the_menu(user, add, tell):
    below = add(HOLED, category=1)
    add(rectangle(15, 15, 60, 20))
    user.click(55, 17)

    user.window.window_actions.trigger("take_overlap")

    (rest, top) = user.instances(0)
    assert rest.id == below
    assert rest.region.area == HOLED.area - 27 * 5 + 10 * 2
    assert top.region == rectangle(15, 15, 60, 20)
    assert tell() == ["1 instance cut."]


def test_arrows_nudge_the_selection_in_one_step_and_scroll_without(user, add):
    add(HOLED)
    user.click(12, 12)
    canvas = user.window.canvas
    view = canvas.view

    for _ in range(3):
        user.press(Qt.Key.Key_Right)
    user.press(Qt.Key.Key_Down, SHIFT)

    assert regions(user, 0) == [HOLED.translated(3, 10)]
    assert canvas.view == view
    user.press(Qt.Key.Key_Z, CTRL)
    assert regions(user, 0) == [HOLED]
    user.press(Qt.Key.Key_Escape)
    canvas.set_zoom(40)
    view = canvas.view
    user.press(Qt.Key.Key_Right)
    assert canvas.view != view
    assert regions(user, 0) == [HOLED]


def test_arrows_scroll_with_another_tool_and_choose_rows_in_the_list(user, add):
    add(HOLED)
    add(rectangle(1, 1, 5, 5))
    user.press(Qt.Key.Key_A, CTRL)
    user.press(Qt.Key.Key_S)
    user.press(Qt.Key.Key_Right)

    rows = user.window.instance_panel.view
    rows.setFocus()
    rows.setCurrentIndex(rows.model().index(0, 0))
    QTest.keyClick(rows, Qt.Key.Key_Down)

    assert regions(user, 0) == [HOLED, rectangle(1, 1, 5, 5)]
    assert user.window.workspace.selection == {user.instances(0)[0].id}


def test_menu_of_an_instance_on_the_canvas_tidies_it_up(user, add, tell):
    add(HOLED)
    user.click(12, 12, Qt.MouseButton.RightButton)
    menu = QApplication.activePopupWidget()

    next(action for action in menu.actions() if action.text() == "Fill holes").trigger()
    menu.close()

    assert regions(user, 0) == [rectangle(10, 8, 42, 40)]
    assert tell() == ["1 hole filled."]


def test_menu_beside_the_instances_pastes(user, add):
    add(HOLED)
    user.press(Qt.Key.Key_A, CTRL)
    user.press(Qt.Key.Key_X, CTRL)
    user.window.canvas.context_menu_requested.emit(None, QPoint(30, 30))
    menu = QApplication.activePopupWidget()

    next(action for action in menu.actions() if action.text() == "Paste").trigger()
    menu.close()

    assert regions(user, 0) == [HOLED]


def test_while_a_draft_is_open_nothing_else_is_changed(user, add):
    add(HOLED)
    user.press(Qt.Key.Key_A, CTRL)
    user.press(Qt.Key.Key_C, CTRL)
    user.press(Qt.Key.Key_C)
    user.settle()
    assert user.draft is not None

    for key in (Qt.Key.Key_V, Qt.Key.Key_X, Qt.Key.Key_D, Qt.Key.Key_M):
        user.press(key, CTRL)

    assert regions(user, 0) == [HOLED]


def test_a_read_only_project_lets_copy_and_scroll_but_change_nothing(
    user, add, monkeypatch, open_project, fake_session
):
    add(HOLED)
    project = user.window.store.path
    user.close()
    opened = ProjectStore.open
    monkeypatch.setattr(ProjectStore, "open", lambda path: opened(path, read_only=True))
    reader = open_project(lambda: fake_session, project)
    reader.press(Qt.Key.Key_V)
    reader.press(Qt.Key.Key_A, CTRL)

    reader.press(Qt.Key.Key_C, CTRL)
    reader.press(Qt.Key.Key_Right)

    state = reader.window.window_actions
    assert QGuiApplication.clipboard().text() == "1 instance from 1.png: 1 cat"
    assert regions(reader, 0) == [HOLED]
    assert state.action("copy").isEnabled()
    assert not any(
        state.action(name).isEnabled()
        for name in ("cut", "paste", "duplicate", "keep_previous", "merge", "split_parts", "simplify", "nudge_left")
    )
