"""Which action has which keys: those of the table, as far as the user has not changed them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from PySide6.QtCore import QObject, Signal

from sam3_annotator.ui.actions.action_table import ACTIONS, CATEGORY_KEYS
from sam3_annotator.ui.keyboard.keys import key_text, read_key, why_reserved
from sam3_annotator.ui.settings import Settings

MAX_KEYS: Final = 2

Changes = Mapping[str, tuple[str, ...]]


class KeyMap(QObject):
    """The keys of all actions; no two actions ever share one.

    Keys are spelled as `keys.read_key` gives them. Some are fixed to their action (Enter, Esc, Tab, the arrows),
    because canvas and lists need them. Such an action can have another key too; that one is shown in place of the fixed
    one. Only changes are stored. What the user has chosen goes before the table, also before keys that a later version
    brings along. Without settings nothing is remembered.
    """

    changed = Signal()

    def __init__(self, settings: Settings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._changes: Changes = {} if settings is None else settings.key_changes
        self._keys = _resolved(self._changes)
        if settings is not None:
            settings.changed.connect(self._follow_setting)

    @property
    def changes(self) -> Changes:
        """What the user has changed, as stored; entries that make no sense are in it too."""
        return self._changes

    def keys(self, action_id: str) -> tuple[str, ...]:
        """Give the keys of an action, at most `MAX_KEYS`, the one to be shown first; `KeyError` if there is none."""
        return self._keys[action_id]

    def text(self, action_id: str) -> str:
        """Word the key of an action as the platform does; "" if it has none."""
        return key_text(self._keys[action_id][0]) if self._keys[action_id] else ""

    def category_text(self, row: int) -> str:
        """Word the key that chooses the category in a row of their list; "" if it has none."""
        return self.text(f"category_{row + 1}") if row < len(CATEGORY_KEYS) else ""

    def holder(self, key: str) -> str:
        """Give the id of the action that has a key, "" if none has."""
        return next((action_id for action_id, keys in self._keys.items() if key in keys), "")

    def is_changed(self, action_id: str) -> bool:
        """Say whether an action has other keys than in the table."""
        return set(self._keys[action_id]) != set(default_keys(action_id))

    def set_keys(self, action_id: str, keys: Sequence[str]) -> None:
        """Give an action these keys besides its fixed ones; other actions lose them."""
        wanted = tuple(key for key in keys if key not in fixed_keys(action_id))
        changes = dict(self._changes)
        for other, theirs in self._keys.items():
            if other != action_id and other in changes:
                kept = _without(theirs, {*wanted, *fixed_keys(other)})
                if len(kept) + len(fixed_keys(other)) < len(theirs):
                    changes[other] = kept
        changes[action_id] = wanted
        if wanted == _free_keys(action_id):
            del changes[action_id]
        self.replace(changes)

    def reset(self, action_id: str) -> None:
        """Give an action the keys of the table; others lose them."""
        self.set_keys(action_id, default_keys(action_id))

    def replace(self, changes: Changes) -> None:
        """Take all changes at once; {} gives every action the keys of the table."""
        if self._settings is not None:
            self._settings.key_changes = changes
        else:
            self._take(changes)

    def _follow_setting(self, name: str) -> None:
        if self._settings is not None and name == "key_changes":
            self._take(self._settings.key_changes)

    def _take(self, changes: Changes) -> None:
        self._changes = dict(changes)
        self._keys = _resolved(changes)
        self.changed.emit()


@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    return {spec.id: tuple(dict.fromkeys(map(read_key, spec.shortcuts))) for spec in ACTIONS}


def action_words(action_id: str) -> str:
    """Say what an action is called, as the menus do."""
    return next(spec.text.rstrip("…") for spec in ACTIONS if spec.id == action_id)


def default_keys(action_id: str) -> tuple[str, ...]:
    """Give the keys of an action in the table."""
    return _table()[action_id]


def fixed_keys(action_id: str) -> tuple[str, ...]:
    """Give those of them that the action always has."""
    return tuple(key for key in _table()[action_id] if why_reserved(key))


def _free_keys(action_id: str) -> tuple[str, ...]:
    return _without(_table()[action_id], fixed_keys(action_id))


def _without(keys: Sequence[str], lost: Sequence[str] | set[str]) -> tuple[str, ...]:
    return tuple(key for key in keys if key not in lost)


def _resolved(changes: Changes) -> dict[str, tuple[str, ...]]:
    """Say which keys every action has; of two changes that claim the same key, the one first in the table gets it."""
    readable = {action_id: _readable(changes[action_id]) for action_id in _table() if action_id in changes}
    own = {action_id: keys for action_id, keys in readable.items() if keys or not changes[action_id]}
    taken: set[str] = set()
    given: dict[str, tuple[str, ...]] = {}
    for action_id in (*own, *(other for other in _table() if other not in own)):
        fixed = fixed_keys(action_id)
        keys = _without(own.get(action_id, _free_keys(action_id)), taken)[: MAX_KEYS - len(fixed)]
        taken.update(keys)
        given[action_id] = (*keys, *fixed)
    return {action_id: given[action_id] for action_id in _table()}


def _readable(texts: Sequence[str]) -> tuple[str, ...]:
    keys = dict.fromkeys(map(read_key, texts))
    return tuple(key for key in keys if key and not why_reserved(key))
