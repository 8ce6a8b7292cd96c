"""Names as people give them, in any script and with signs that mean something to Qt, are shown as they are."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import Qt as GuiQt, QTextDocumentFragment
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QDialog,
    QLabel,
    QMenu,
    QWidget,
)

from sam3_annotator.project import rectangle
from sam3_annotator.ui.dialogs.export_dialog import ExportDialog
from sam3_annotator.ui.keyboard.shortcuts_dialog import ShortcutsDialog
from sam3_annotator.ui.plain_tip import plain_tip

MARKED = "<b>dog</b> & cat"
NAMES = (MARKED, "R&D", "汽车", "سيارة حمراء", "🐱", "eighty characters " * 4 + "and eight")


def shown(text: str) -> str:
    """Give what Qt makes of a text that may be HTML."""
    return QTextDocumentFragment.fromHtml(text).toPlainText() if GuiQt.mightBeRichText(text) else text


def tooltips(window: QWidget) -> list[str]:
    """Give the tooltips of all rows of all lists, and of all widgets."""
    tips = [each.toolTip() for each in window.findChildren(QWidget)]
    for view in window.findChildren(QAbstractItemView):
        model = view.model()
        rows = range(model.rowCount(QModelIndex()) if model is not None else 0)
        tips += [model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole) or "" for row in rows]
    return tips


def misread(window: QWidget) -> list[str]:
    """Tell what of the names does not come out as it was typed: in labels, buttons, menus and tooltips."""
    labels = [each for each in window.findChildren(QLabel) if each.textFormat() != Qt.TextFormat.PlainText]
    found = [each.text() for each in labels if "dog</b>" in each.text()]
    found += [tip for tip in tooltips(window) if "dog" in tip and MARKED not in shown(tip)]
    buttons = [each.text() for each in window.findChildren(QAbstractButton)]
    entries = [action.text() for menu in window.findChildren(QMenu) for action in menu.actions()]
    return found + [text for text in (*buttons, *entries) if re.search(r"R&D|(?<!&)& cat", text)]


@pytest.fixture
def labelled(user):
    """Label every image with all names."""
    with user.window.store.edit("Label") as edit:
        for category in [edit.add_category(name) for name in NAMES]:
            for image in user.window.store.images():
                edit.add_instance(image.id, category, rectangle(2, 2, 12, 12), attributes={MARKED: MARKED})
    user.settle()
    return user


def test_lists_show_names_as_they_are(labelled):
    window = labelled.window
    window.workspace.select([each.id for each in labelled.instances(0)][:1])
    for menu in window.findChildren(QMenu):
        menu.aboutToShow.emit()
    window.window_actions.trigger("check_project")
    window.window_actions.trigger("history")
    labelled.settle()

    assert [category.name for category in window.store.categories()] == list(NAMES)
    assert any(MARKED in shown(tip) for tip in tooltips(window))
    assert not misread(window)


def test_what_is_typed_and_not_found_is_repeated_as_it_was_typed(labelled):
    labelled.window.window_actions.trigger("shortcuts")
    dialog = labelled.window.findChild(ShortcutsDialog)

    QTest.keyClicks(dialog.field, MARKED)

    assert [each for each in dialog.findChildren(QLabel) if MARKED in each.text()]
    assert not misread(dialog)
    dialog.reject()


def test_export_reports_a_folder_as_it_is_called(labelled, qtbot, tmp_path):
    labelled.window.window_actions.trigger("export")
    dialog = labelled.window.findChild(ExportDialog)
    dialog.folder.set_path(tmp_path / "<b>dog<b> & cat")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: "exported" in " ".join(each.text() for each in dialog.findChildren(QLabel)))
    said = [each for each in dialog.findChildren(QLabel) if "<b>dog" in each.text()]
    assert said
    assert all(each.textFormat() == Qt.TextFormat.PlainText for each in said)
    dialog.reject()


def test_menus_show_names_as_they_are(labelled):
    window = labelled.window
    window.workspace.select([each.id for each in labelled.instances(0)][:1])

    menu = window.instance_panel.context_menu()

    entries = [action.text() for each in (menu, *menu.findChildren(QMenu)) for action in each.actions()]
    assert any("R&&D" in text for text in entries)
    assert not [text for text in entries if re.search(r"R&D|(?<!&)& cat", text)]


@pytest.mark.parametrize("action", ["export", "gallery", "statistics"])
def test_what_opens_shows_names_as_they_are(labelled, qtbot, action):
    labelled.window.window_actions.trigger(action)
    others = [each for each in QApplication.topLevelWidgets() if each.isVisible() and each is not labelled.window]

    assert others
    assert not misread(others[0])
    if isinstance(others[0], QDialog):
        others[0].reject()


@pytest.mark.parametrize("name", [*NAMES, "a < b", "a\nb", "<img src=x>", "&amp;"])
def test_tooltip_says_what_is_given(name):
    assert shown(plain_tip(name)) == name
