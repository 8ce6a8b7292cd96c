"""The actions of the gallery: they have the keys that the same actions have in the main window."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from sam3_annotator.project import Category
from sam3_annotator.ui.item_delegates.painting import swatch_icon
from sam3_annotator.ui.keyboard.key_hints import KeyHint
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.keyboard.keys import modifier_words, sequences
from sam3_annotator.ui.theme import bind_icon

WORDS: Final[Mapping[str, str]] = {
    "accept": "Show on its image",
    "delete": "Delete",
    "delete_vertex": "Delete",
    "undo": "Undo",
    "redo": "Redo",
    "select_all": "Select all",
    "zoom_in": "Larger thumbnails",
    "zoom_out": "Smaller thumbnails",
    "gallery": "Back to the main window",
    "escape": "Deselect or close",
}
"""What the main window's actions, by their ids, mean here."""
_WRITING: Final = frozenset({"delete", "delete_vertex", "undo", "redo"})


class GalleryActions(QObject):
    """Follows the keys; in a project that is open for reading only, nothing that writes is offered."""

    def __init__(
        self, window: QWidget, keys: KeyMap, verbs: Mapping[str, Callable[[], object]], *, is_read_only: bool
    ) -> None:
        """Take what each id of `WORDS`, and each `category_N`, calls."""
        super().__init__(window)
        self._keys = keys
        self._is_read_only = is_read_only
        self._actions: dict[str, QAction] = {}
        for action_id, verb in verbs.items():
            action = self._actions[action_id] = QAction(WORDS.get(action_id, action_id), window)
            action.setEnabled(not (is_read_only and self._writes(action_id)))
            action.triggered.connect(lambda _checked=False, call=verb: call())
            window.addAction(action)
        bind_icon(self._actions["delete"], "delete-outline", "text_dim")
        bind_icon(self._actions["accept"], "image-outline", "text_dim")
        keys.changed.connect(self._follow_keys)
        self._follow_keys()

    def action(self, action_id: str) -> QAction:
        """Give the action of an id; `KeyError` if the gallery has none."""
        return self._actions[action_id]

    def trigger(self, action_id: str) -> None:
        """Do what an action does, if it is one of the gallery's."""
        if action_id in self._actions:
            self._actions[action_id].trigger()

    def hints(self, selected_count: int) -> list[KeyHint]:
        """Say what mouse and keys would do now, the most useful first."""
        undo = ("" if self._is_read_only else self._keys.text("undo"), "undo")
        if not selected_count:
            clicks = [("Click", "select"), ("Ctrl click", "one more"), ("Shift click", "all up to here")]
            keys = [*((modifier_words(click), words) for click, words in clicks), undo]
            return [KeyHint(key, words) for key, words in keys if key]
        first, last = self._keys.category_text(0), self._keys.category_text(8)
        categories = f"{first}-{last}" if len(first) == len(last) == 1 else first
        keys = [
            ("" if self._is_read_only else categories, "give a category"),
            ("" if self._is_read_only else self._keys.text("delete"), "delete"),
            (self._keys.text("accept"), "show on its image"),
            undo,
        ]
        return [KeyHint(key, words) for key, words in keys if key]

    def menu(self, categories: Sequence[Category], give: Callable[[Category], object], parent: QWidget) -> QMenu:
        """Make the menu of what is selected; `give` gives it another category."""
        menu = QMenu(parent)
        menu.addAction(self._actions["accept"])
        menu.addSeparator()
        choice = menu.addMenu("Category")
        bind_icon(choice.menuAction(), "tag-outline", "text_dim")
        choice.setEnabled(not self._is_read_only and bool(categories))
        for row, category in enumerate(categories):
            key = self._keys.category_text(row)
            words = category.name.replace("&", "&&") + (f"\t{key}" if key else "")
            entry = choice.addAction(swatch_icon(category.color), words)
            entry.triggered.connect(lambda _checked=False, chosen=category: give(chosen))
        menu.addAction(self._actions["delete"])
        menu.addSeparator()
        menu.addAction(self._actions["select_all"])
        return menu

    def _follow_keys(self) -> None:
        for action_id, action in self._actions.items():
            action.setShortcuts([name for key in self._keys.keys(action_id) for name in sequences(key)])

    @staticmethod
    def _writes(action_id: str) -> bool:
        return action_id in _WRITING or action_id.startswith("category_")
