"""The panel of categories, used with mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from sam3_annotator.project import PALETTE, CategoryId, ProjectStore, Provenance, rectangle
from sam3_annotator.ui.item_delegates.category_delegate import swatch_rect
from sam3_annotator.ui.item_delegates.painting import BADGE_SIZE
from sam3_annotator.ui.item_models.category_model import CategoryRole
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.panels.category_list import CategoryPanel
from sam3_annotator.ui.panels.color_popup import ColorButton, ColorPopup
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.workspace import Workspace

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot, bridge: StoreBridge, workspace: Workspace) -> CategoryPanel:
    made = CategoryPanel(bridge, workspace, KeyMap())
    qtbot.addWidget(made)
    made.resize(260, 400)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def problems(panel: CategoryPanel) -> list[str]:
    told: list[str] = []
    panel.problem.connect(told.append)
    return told


def names(store: ProjectStore) -> list[str]:
    return [category.name for category in store.categories()]


def shown(panel: CategoryPanel) -> list[str]:
    rows = (row for row in range(panel.model.rowCount()) if not panel.view.isRowHidden(row))
    return [panel.model.category_at(row).name for row in rows]


def place(panel: CategoryPanel, row: int) -> QPoint:
    return panel.view.visualRect(panel.model.index(row)).center()


def editor(panel: CategoryPanel) -> QLineEdit:
    return next(field for field in panel.view.viewport().findChildren(QLineEdit) if field.isVisible())


def test_name_and_enter_add_a_category_and_choose_it(
    qtbot: QtBot, panel: CategoryPanel, store: ProjectStore, workspace: Workspace
) -> None:
    qtbot.keyClicks(panel.field, "bus")
    qtbot.keyClick(panel.field, Qt.Key.Key_Return)

    assert names(store) == ["bus"]
    assert workspace.category_id == store.categories()[0].id
    assert panel.field.text() == ""


def test_plus_adds_a_category(qtbot: QtBot, panel: CategoryPanel, store: ProjectStore) -> None:
    panel.field.setText("bus")

    panel.field.add.trigger()

    assert names(store) == ["bus"]


@pytest.mark.parametrize("typed", ["car", "CAR", " ca"])
def test_name_or_its_beginning_takes_the_category_that_has_it(
    qtbot: QtBot, panel: CategoryPanel, categories: list[CategoryId], workspace: Workspace, typed: str
) -> None:
    workspace.set_category(categories[0])
    qtbot.keyClicks(panel.field, typed)
    with qtbot.waitSignal(panel.taken) as taken:
        qtbot.keyClick(panel.field, Qt.Key.Key_Return)

    assert taken.args == [categories[1]]
    assert workspace.category_id == categories[1]
    assert panel.field.text() == ""
    assert panel.model.rowCount() == len(categories)


def test_plus_adds_what_is_the_beginning_of_another_name_but_nothing_twice(
    panel: CategoryPanel, categories: list[CategoryId], workspace: Workspace, store: ProjectStore
) -> None:
    for typed in ("ca", "dog"):
        panel.field.setText(typed)
        panel.field.add.trigger()

    assert names(store) == ["person", "car", "dog", "ca"]
    assert workspace.category_id == categories[2]


def test_part_of_a_name_is_found_but_adds_another(
    qtbot: QtBot, panel: CategoryPanel, categories: list[CategoryId], store: ProjectStore
) -> None:
    qtbot.keyClicks(panel.field, "ar")
    assert shown(panel) == ["car"]

    qtbot.keyClick(panel.field, Qt.Key.Key_Return)

    assert names(store) == ["person", "car", "dog", "ar"]
    assert shown(panel) == names(store)


def test_arrows_choose_among_what_fits_and_adding(
    qtbot: QtBot, panel: CategoryPanel, categories: list[CategoryId], workspace: Workspace, store: ProjectStore
) -> None:
    operations.add_category(store, "cart")
    qtbot.keyClicks(panel.field, "car")
    qtbot.keyClick(panel.field, Qt.Key.Key_Down)
    qtbot.keyClick(panel.field, Qt.Key.Key_Return)
    assert workspace.category_id == store.categories()[3].id

    qtbot.keyClicks(panel.field, "do")
    qtbot.keyClick(panel.field, Qt.Key.Key_Down)
    qtbot.keyClick(panel.field, Qt.Key.Key_Return)
    assert names(store) == ["person", "car", "dog", "cart", "do"]


def test_what_is_typed_narrows_the_list_until_esc(
    qtbot: QtBot, panel: CategoryPanel, categories: list[CategoryId], store: ProjectStore
) -> None:
    qtbot.keyClicks(panel.field, "o")
    assert shown(panel) == ["person", "dog"]
    operations.add_category(store, "lorry")
    operations.add_category(store, "bus")
    assert shown(panel) == ["person", "dog", "lorry"]

    qtbot.keyClick(panel.field, Qt.Key.Key_Escape)

    assert shown(panel) == names(store)


def test_enter_in_the_empty_field_and_esc_give_the_focus_back(qtbot: QtBot, panel: CategoryPanel) -> None:
    with qtbot.waitSignal(panel.focus_left):
        qtbot.keyClick(panel.field, Qt.Key.Key_Return)
    panel.field.setText("half a na")
    with qtbot.waitSignal(panel.focus_left):
        qtbot.keyClick(panel.field, Qt.Key.Key_Escape)

    assert panel.field.text() == ""


def test_click_chooses_the_category(
    qtbot: QtBot, panel: CategoryPanel, categories: list[CategoryId], workspace: Workspace
) -> None:
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=place(panel, 2))
    assert workspace.category_id == categories[2]

    qtbot.keyClick(panel.view, Qt.Key.Key_Up)
    assert workspace.category_id == categories[1]


def test_category_chosen_elsewhere_is_marked_here(
    panel: CategoryPanel, categories: list[CategoryId], workspace: Workspace
) -> None:
    workspace.set_category(categories[1])

    assert panel.view.currentIndex().row() == 1


def test_first_category_is_chosen_when_none_is(
    qtbot: QtBot, bridge: StoreBridge, workspace: Workspace, categories: list[CategoryId]
) -> None:
    qtbot.addWidget(CategoryPanel(bridge, workspace, KeyMap()))

    assert workspace.category_id == categories[0]


def test_category_used_last_is_chosen_when_a_project_is_opened(
    qtbot: QtBot, bridge: StoreBridge, store: ProjectStore
) -> None:
    made = [operations.add_category(store, name) for name in ("cat", "dog", "bird")]
    for category_id in (made[2], made[1]):
        operations.add_instance(store, store.images()[0].id, category_id, rectangle(1, 1, 9, 9), Provenance())
    workspace = Workspace()

    qtbot.addWidget(CategoryPanel(bridge, workspace, KeyMap()))

    assert workspace.category_id == made[1]


def test_double_click_renames_in_place(
    qtbot: QtBot, panel: CategoryPanel, categories: list[CategoryId], store: ProjectStore
) -> None:
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=place(panel, 1))
    qtbot.mouseDClick(panel.view.viewport(), LEFT, pos=place(panel, 1))
    field = editor(panel)
    field.selectAll()
    qtbot.keyClicks(field, "lorry")
    qtbot.keyClick(field, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: names(store) == ["person", "lorry", "dog"])
    assert store.undo_label == "Rename category"


def test_f2_renames_and_esc_leaves_the_name(
    qtbot: QtBot, panel: CategoryPanel, categories: list[CategoryId], store: ProjectStore
) -> None:
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=place(panel, 1))
    qtbot.keyClick(panel.view, Qt.Key.Key_F2)
    field = editor(panel)
    qtbot.keyClicks(field, "never")
    qtbot.keyClick(field, Qt.Key.Key_Escape)

    assert names(store) == ["person", "car", "dog"]


def test_click_on_the_swatch_opens_the_palette_and_a_colour_recolours(
    qtbot: QtBot, panel: CategoryPanel, categories: list[CategoryId], store: ProjectStore, workspace: Workspace
) -> None:
    workspace.set_category(categories[0])
    swatch = swatch_rect(panel.view.visualRect(panel.model.index(1)), BADGE_SIZE)
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=swatch.center())
    popup = panel.findChild(ColorPopup)
    assert popup is not None

    qtbot.mouseClick(popup.findChildren(ColorButton)[7], LEFT)

    qtbot.waitUntil(lambda: panel.findChild(ColorPopup) is None)
    assert store.category(categories[1]).color == PALETTE[7]
    assert store.undo_label == "Change colour"


def test_used_category_is_not_deleted_and_the_reason_told(
    panel: CategoryPanel, add_instance: Callable[..., object], store: ProjectStore, problems: list[str]
) -> None:
    add_instance(category=1)

    panel.delete(store.categories()[1].id)

    assert names(store) == ["person", "car", "dog"]
    assert problems == [
        "The category car is used by 1 instance. Merge it into another category, or delete them first.",
    ]


def test_deleting_the_current_category_chooses_another(
    panel: CategoryPanel, categories: list[CategoryId], workspace: Workspace, store: ProjectStore
) -> None:
    workspace.set_category(categories[2])

    panel.delete(categories[2])

    assert names(store) == ["person", "car"]
    assert workspace.category_id == categories[0]


def test_context_menu_says_what_can_be_done(panel: CategoryPanel, categories: list[CategoryId]) -> None:
    menu = panel.context_menu(categories[0])

    assert [action.text() for action in menu.actions() if not action.isSeparator()] == [
        "Show its images",
        "Rename",
        "Change colour…",
        "Merge into",
        "Delete",
    ]


def test_images_of_a_category_are_asked_for(qtbot: QtBot, panel: CategoryPanel, categories: list[CategoryId]) -> None:
    with qtbot.waitSignal(panel.images_wanted) as asked:
        panel.context_menu(categories[1]).actions()[0].trigger()

    assert asked.args == [categories[1]]


def test_merging_moves_all_instances_is_one_step_and_chooses_no_category(
    qtbot: QtBot, panel: CategoryPanel, categories: list[CategoryId], store: ProjectStore, workspace: Workspace
) -> None:
    person, car = categories[:2]
    made = [
        operations.add_instance(store, image.id, car, rectangle(0, 0, 9, 9), Provenance()) for image in store.images()
    ]
    workspace.set_category(car)
    (merge,) = (action for action in panel.context_menu(car).actions() if action.text() == "Merge into")
    before = names(store)

    with qtbot.assertNotEmitted(workspace.category_chosen):
        next(action for action in merge.menu().actions() if action.text() == "person").trigger()

    assert len(made) > 1
    assert {store.instance(each).category_id for each in made} == {person}
    assert names(store) == [name for name in before if name != "car"]
    assert workspace.category_id == person
    assert panel.model.index(0).data(CategoryRole.COUNT) == len(made)
    store.undo()
    assert {store.instance(each).category_id for each in made} == {car}
    assert names(store) == before


def test_empty_panel_leads_to_the_first_category(panel: CategoryPanel, store: ProjectStore) -> None:
    assert not panel.view.isVisible()
    operations.add_category(store, "bus")
    assert panel.view.isVisible()
    store.undo()
    assert not panel.view.isVisible()


def test_letter_keys_are_left_to_the_windows_actions(
    qtbot: QtBot, panel: CategoryPanel, categories: list[CategoryId], workspace: Workspace
) -> None:
    workspace.set_category(categories[0])

    qtbot.keyClick(panel.view, Qt.Key.Key_D)
    QApplication.sendEvent(
        panel.view, QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_C, Qt.KeyboardModifier.NoModifier, "c")
    )

    assert workspace.category_id == categories[0]
    assert panel.view.currentIndex().row() == 0


def test_arrow_keys_and_enter_choose_in_the_palette(qtbot: QtBot, panel: CategoryPanel) -> None:
    popup = ColorPopup(PALETTE[0], panel)
    chosen: list[str] = []
    popup.color_chosen.connect(chosen.append)
    popup.open_at(panel.mapToGlobal(QPoint(0, 0)))

    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Return):
        qtbot.keyClick(popup.focusWidget(), key)

    assert chosen == [PALETTE[1]]


def test_any_colour_can_be_typed(qtbot: QtBot, panel: CategoryPanel) -> None:
    popup = ColorPopup(PALETTE[0], panel)
    chosen: list[str] = []
    popup.color_chosen.connect(chosen.append)
    field = popup.findChild(QLineEdit)
    assert field is not None

    field.selectAll()
    qtbot.keyClicks(field, "ABCDE")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert chosen == []
    qtbot.keyClicks(field, "F")
    qtbot.keyClick(field, Qt.Key.Key_Return)

    assert chosen == ["#abcdef"]


@pytest.mark.parametrize(("answer", "expected"), [(QColor("#123456"), ["#123456"]), (QColor(), [])])
def test_any_colour_can_be_chosen_in_the_systems_dialog(
    qtbot: QtBot, panel: CategoryPanel, answer: QColor, expected: list[str]
) -> None:
    popup = ColorPopup(PALETTE[0], panel, ask=lambda _current: answer)
    chosen: list[str] = []
    popup.color_chosen.connect(chosen.append)

    popup.choose_other()

    assert chosen == expected
