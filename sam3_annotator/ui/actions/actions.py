"""The QActions of the window, made from the table and kept in step with the situation by one function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.actions.action_table import ACTIONS, CATEGORY_KEYS, NUDGING_ACTIONS, ActionSpec
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.keyboard.keys import sequences
from sam3_annotator.ui.keyboard.typing_guard import TypingGuard
from sam3_annotator.ui.theme import ICON_SIZE_SMALL, TOOLTIP_TEXT_DIM

__all__ = ["ActionState", "Actions"]


class Actions(QObject):
    """All actions of a window.

    `triggered` carries the verb: the action's id, or what the action means in the situation (`undo` or
    `remove_last_prompt`, `next_candidate` or `next_instance`, ...). `bind` gives a verb its slot; an action
    without any is not shown and has no keys. Which keys the others have, the key map says.
    """

    triggered = Signal(str)
    state_changed = Signal(object)  # ActionState

    def __init__(self, window: QWidget, canvas: QWidget, keys: KeyMap) -> None:
        super().__init__(window)
        self._keys = keys
        self._specs = {spec.id: spec for spec in ACTIONS}
        self._actions: dict[str, QAction] = {}
        self._tools = QActionGroup(self)
        self._slots: dict[str, Callable[[], object]] = {}
        self._state = ActionState()
        for spec in ACTIONS:
            self._actions[spec.id] = self._make(spec, canvas if spec.on_canvas else window)
        self._keys.changed.connect(self._follow_keys)
        self._follow_keys()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            TypingGuard(app, self)
        self.update(self._state)

    @property
    def state(self) -> ActionState:
        """The situation as told last."""
        return self._state

    def action(self, action_id: str) -> QAction:
        """Give the QAction of an id; `KeyError` if there is none."""
        return self._actions[action_id]

    def group(self, action_ids: Sequence[str]) -> list[QAction]:
        """Give the QActions of some ids, for a menu."""
        return [self._actions[action_id] for action_id in action_ids]

    def spec(self, action_id: str) -> ActionSpec:
        """Give the row of the table; `KeyError` if there is none."""
        return self._specs[action_id]

    def bind(self, slots: Mapping[str, Callable[[], object]]) -> None:
        """Give verbs their slots, and show their actions."""
        self._slots.update(slots)
        for spec in ACTIONS:
            self._actions[spec.id].setVisible(self._is_offered(spec))

    def update(self, state: ActionState) -> None:
        """Enable, check and word every action for a situation."""
        self._state = state
        for spec in ACTIONS:
            action = self._actions[spec.id]
            action.setEnabled(spec.enabled(state))
            if spec.is_hidden_when_disabled:
                action.setVisible(self._is_offered(spec))
            if spec.checked is not None:
                action.setChecked(spec.checked(state))
            if spec.text_for is not None:
                action.setText(spec.text_for(state))
        self.state_changed.emit(state)

    def set_categories(self, categories: Sequence[tuple[str, str]]) -> None:
        """Name the digit keys after the categories, (name, `#rrggbb`) by position."""
        for number, (name, color) in enumerate(categories[: len(CATEGORY_KEYS)], start=1):
            action = self._actions[f"category_{number}"]
            action.setText(name.replace("&", "&&"))
            action.setIcon(_swatch(color))

    def trigger(self, action_id: str) -> None:
        """Do what the action means in the situation, as its key or menu entry would; nothing while disabled."""
        self._actions[action_id].trigger()

    def _make(self, spec: ActionSpec, owner: QWidget) -> QAction:
        action = QAction(spec.text, self)
        action.setObjectName(spec.id)
        action.setMenuRole(_MENU_ROLES.get(spec.id, action.menuRole()))
        if spec.on_canvas:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setAutoRepeat(spec.id in _REPEATING)
        action.setCheckable(spec.checked is not None)
        action.setVisible(False)
        if spec.id.startswith("tool_"):
            self._tools.addAction(action)
        action.triggered.connect(partial(self._run, spec))
        owner.addAction(action)
        return action

    def _follow_keys(self) -> None:
        for spec in ACTIONS:
            action = self._actions[spec.id]
            action.setShortcuts([name for key in self._keys.keys(spec.id) for name in sequences(key)])
            action.setToolTip(tool_tip(spec, self._keys.text(spec.id)))

    def _is_offered(self, spec: ActionSpec) -> bool:
        is_bound = any(verb in self._slots for verb in spec.verbs)
        return is_bound and not (spec.is_hidden_when_disabled and not spec.enabled(self._state))

    def _run(self, spec: ActionSpec, _checked: bool = False) -> None:
        if spec.checked is not None:
            self._actions[spec.id].setChecked(spec.checked(self._state))
        verb = spec.id if spec.verb is None else spec.verb(self._state)
        if verb:
            self.triggered.emit(verb)
            slot = self._slots.get(verb)
            if slot is not None:
                slot()


# Held down, these go on; everything else happens once per press.
_REPEATING = frozenset({"next_image", "previous_image", "undo", "redo", "zoom_in", "zoom_out", "next", "previous"})
_REPEATING |= {spec.id for spec in NUDGING_ACTIONS}
_REPEATING |= {"brush_smaller", "brush_larger"}


# On a Mac they move to the menu that is called as the program. What the others are, Qt tells from their words: it has
# to find Cut, Copy and Paste, which work in the system's dialogs then.
_MENU_ROLES: Final = MappingProxyType(
    {
        "about": QAction.MenuRole.AboutRole,
        "settings": QAction.MenuRole.PreferencesRole,
        "quit": QAction.MenuRole.QuitRole,
    }
)


def tool_tip(spec: ActionSpec, key: str) -> str:
    """Say name, key (in words, "" for none) and, in a line of its own, what the action does."""
    keys = f"&nbsp;&nbsp;{_dim(escape(key))}" if key else ""
    line = f"<br>{_dim(spec.tip)}" if spec.tip else ""
    return f"<div style='white-space: pre'><b>{spec.text.rstrip('…')}</b>{keys}{line}</div>"


def _dim(text: str) -> str:
    return f"<span style='color: {TOOLTIP_TEXT_DIM}'>{text}</span>"


def _swatch(color: str) -> QIcon:
    pixmap = QPixmap(2 * ICON_SIZE_SMALL, 2 * ICON_SIZE_SMALL)
    pixmap.setDevicePixelRatio(2.0)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawRoundedRect(3, 3, 10, 10, 2, 2)
    painter.end()
    return QIcon(pixmap)
