"""A curator looks at the images with a category, and at those without it, while labelling them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QLineEdit, QToolButton

from sam3_annotator.project import Provenance, rectangle
from sam3_annotator.ui.panels.category_menu import CategoryMenu
from sam3_annotator.ui.verbs import operations

CTRL = Qt.KeyboardModifier.ControlModifier


def shown(user) -> list[str]:
    return [record.name for record in user.window.image_panel.shown.records()]


def add(user, position: int, category_id) -> None:
    store = user.window.store
    operations.add_instance(store, store.images()[position].id, category_id, rectangle(1, 1, 9, 9), Provenance())


def show_its_images(user, category_id) -> None:
    menu = user.window.category_panel.context_menu(category_id)
    next(action for action in menu.actions() if action.text() == "Show its images").trigger()


def test_images_of_a_category_are_gone_through_by_keys_also_where_their_panel_was_closed(user):
    cat = operations.add_category(user.window.store, "cat")
    for position in (1, 3):
        add(user, position, cat)
    dock = user.window.findChild(QDockWidget, "images")
    dock.close()

    show_its_images(user, cat)

    assert dock.isVisible()
    assert shown(user) == ["1.png", "2.png", "10.png"]  # 1.png is worked on
    user.press(Qt.Key.Key_D)
    user.settle()
    assert shown(user) == ["2.png", "10.png"]
    user.press(Qt.Key.Key_D)
    user.settle()
    assert user.image_position() == 3
    user.press(Qt.Key.Key_A)
    user.settle()
    assert user.image_position() == 1


def test_image_leaves_the_list_of_those_without_a_category_once_it_has_one_and_another_is_shown(user):
    user.add_category("cat")
    cat = user.window.store.categories()[0].id
    add(user, 1, cat)
    choose_in_menu(user, "Without category", "")
    assert shown(user) == ["1.png", "3.png", "10.png"]

    user.click(20, 20)
    user.settle()
    user.press(Qt.Key.Key_Return)
    user.settle()
    assert [instance.category_id for instance in user.instances(0)] == [cat]
    assert shown(user)[0] == "1.png"
    user.press(Qt.Key.Key_D)
    user.settle()
    assert shown(user) == ["3.png", "10.png"]
    user.press(Qt.Key.Key_Z, CTRL)
    user.settle()
    assert "1.png" in shown(user)


def test_word_typed_in_the_menu_finds_the_category_and_works_no_tool(user):
    categories = [operations.add_category(user.window.store, f"object {number}") for number in range(40)]
    van = operations.add_category(user.window.store, "brown van")
    add(user, 2, van)
    add(user, 3, categories[0])
    tool = user.window.canvas.tool

    choose_in_menu(user, "With category", "brown v")

    assert shown(user) == ["1.png", "3.png"]
    assert user.window.canvas.tool == tool
    assert user.image_position() == 0


def test_filter_falls_away_with_the_category_in_hand(user):
    user.add_category("cat")
    store = user.window.store
    cat = store.categories()[0].id
    show_its_images(user, cat)
    assert shown(user) == ["1.png"]  # it is worked on

    user.press(Qt.Key.Key_Z, CTRL)  # an error in what follows is one of the test

    assert store.categories() == ()
    assert user.window.workspace.category_id is None
    assert len(shown(user)) == 4
    assert user.window.window_actions.state.category_name == ""


def test_keys_lead_on_as_soon_as_the_filter_is_taken_off(user):
    cat = operations.add_category(user.window.store, "cat")
    add(user, 0, cat)
    show_its_images(user, cat)
    add(user, 0, cat)  # whatever is done meanwhile: there is no next image
    assert shown(user) == ["1.png"]

    user.window.image_panel.clear_filter()
    user.press(Qt.Key.Key_D)
    user.settle()

    assert user.image_position() == 1


def choose_in_menu(user, title: str, word: str) -> None:
    """Open a submenu of the filter button, type a word if there is a field, and press Enter."""
    bar = user.window.image_panel.filter_bar
    button = next(each for each in bar.findChildren(QToolButton) if each.toolTip().startswith("Filter by"))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    menu = QApplication.activePopupWidget()
    submenu = next(each for each in menu.findChildren(CategoryMenu) if each.title() == title)
    menu.setActiveAction(submenu.menuAction())
    QTest.keyClick(menu, Qt.Key.Key_Right)
    QApplication.processEvents()  # a window whose menus come and go unseen loses the keyboard with them
    assert submenu.isVisible()
    QTest.keyClicks(QApplication.focusWidget(), word)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert QApplication.activePopupWidget() is None


def test_enter_shows_the_first_image_that_has_the_word_typed_unless_the_current_one_has_it(user):
    field = user.window.image_panel.filter_bar.findChild(QLineEdit)
    user.press(Qt.Key.Key_D)
    user.press(Qt.Key.Key_D)
    user.settle()

    field.setFocus()
    QTest.keyClicks(field, "1")
    QTest.keyClick(field, Qt.Key.Key_Return)
    user.settle()
    assert user.window.canvas.hasFocus()
    assert shown(user) == ["1.png", "10.png"]
    assert user.image_position() == 0

    user.press(Qt.Key.Key_D)
    user.settle()
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Return)
    user.settle()
    assert user.image_position() == 3
