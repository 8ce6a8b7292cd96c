"""The colour that what is going to be an instance wears."""

from __future__ import annotations

from PySide6.QtGui import QColor

from sam3_annotator.project import CategoryId, ProjectStore
from sam3_annotator.ui.theme import theme


def category_color(store: ProjectStore, category_id: CategoryId | None) -> QColor:
    """Give a category's colour, the accent where there is no category yet.

    Nor is there one while views hear, one after the other, that undo took it back along with the image shown.
    """
    if category_id is not None:
        for category in store.categories():
            if category.id == category_id:
                return QColor(category.color)
    return theme().color("accent")
