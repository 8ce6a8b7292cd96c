"""The colour that what is going to be an instance wears."""

from __future__ import annotations

from PySide6.QtGui import QColor

from sam3_annotator.project import CategoryId, ProjectStore
from sam3_annotator.ui.theme import theme


def category_color(store: ProjectStore, category_id: CategoryId | None) -> QColor:
    """Give a category's colour, the accent where there is no category yet."""
    return theme().color("accent") if category_id is None else QColor(store.category(category_id).color)
