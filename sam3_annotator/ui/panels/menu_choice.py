"""An entry of a menu that chooses one of several things."""

from __future__ import annotations

from PySide6.QtGui import QAction, QActionGroup


def add_choice(words: str, count: int | None, group: QActionGroup, *, is_chosen: bool) -> QAction:
    """Add what the words say to a group, with the number of things that it would show, if it shows fewer."""
    escaped = words.replace("&", "&&")  # an ampersand would mark a mnemonic
    action = QAction(escaped if count is None else f"{escaped}\t{count:,}", group)
    action.setCheckable(True)
    action.setChecked(is_chosen)
    return action
