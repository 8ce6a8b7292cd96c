"""Builds the menus from the table of actions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from sam3_annotator.project import is_there
from sam3_annotator.ui.actions.action_table import ACTIONS, MENUS
from sam3_annotator.ui.actions.actions import Actions
from sam3_annotator.ui.settings import RecentProject
from sam3_annotator.ui.sizes import scaled
from sam3_annotator.ui.theme import SPACE_L

_CANVAS_MENU: Final = (
    ("paste", "keep_previous", "propagate"),
    ("select_all", "hide_all"),
    ("fit", "zoom_100"),
    ("next_image", "previous_image"),
)


def build_menus(menu_bar: QMenuBar, actions: Actions) -> dict[str, QMenu]:
    """Fill the menu bar; gives every menu by its path (`View/Panels`)."""
    menus = {name: menu_bar.addMenu(name) for name in MENUS}
    groups: dict[str, int] = {}
    for spec in ACTIONS:
        if not spec.menu:
            continue
        menu = menus.get(spec.menu) or _add_submenu(menus, spec.menu)
        if groups.get(spec.menu, spec.group) != spec.group:
            menu.addSeparator()
        groups[spec.menu] = spec.group
        menu.addAction(actions.action(spec.id))
    for menu in menus.values():
        menu.aboutToShow.connect(partial(_set_keys_apart, menu))
    return menus


def make_canvas_menu(actions: Actions, parent: QWidget) -> QMenu:
    """Make the menu of a right click where no instance is."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for names in _CANVAS_MENU:
        menu.addActions(actions.group(names))
        menu.addSeparator()
    return menu


def _set_keys_apart(menu: QMenu) -> None:
    """Make a menu wider than Qt does, which puts the longest words next to their keys."""
    menu.setMinimumWidth(0)
    menu.setMinimumWidth(menu.sizeHint().width() + scaled(SPACE_L))


def _add_submenu(menus: dict[str, QMenu], path: str) -> QMenu:
    parent, _, name = path.rpartition("/")
    menus[path] = menus[parent].addMenu(name)
    return menus[path]


def add_recent_menu(
    file_menu: QMenu, read: Callable[[], Sequence[RecentProject]], open_project: Callable[[Path], object]
) -> QMenu:
    """Put "Open recent" into the File menu; read anew whenever it opens, files that are gone left out."""
    menu = QMenu("Open recent", file_menu)
    entries = file_menu.actions()
    after = next((at for at, entry in enumerate(entries) if entry.text().startswith("Open project")), len(entries) - 1)
    if after + 1 < len(entries):
        file_menu.insertMenu(entries[after + 1], menu)
    else:
        file_menu.addMenu(menu)

    def fill() -> None:
        menu.clear()
        for project in read():
            path = Path(project.path)
            if is_there(path):
                action = menu.addAction(f"{project.name.replace('&', '&&')}    {_short(path.parent)}")
                action.triggered.connect(partial(_call, open_project, path))
        if menu.isEmpty():
            menu.addAction("No recent projects").setEnabled(False)

    menu.aboutToShow.connect(fill)
    return menu


def _call(open_project: Callable[[Path], object], path: Path, _checked: bool = False) -> None:
    open_project(path)


def _short(folder: Path) -> str:
    """Word a folder for a menu, the user's own as ~."""
    try:
        return f"~/{folder.relative_to(Path.home()).as_posix()}"
    except ValueError:
        return str(folder)
