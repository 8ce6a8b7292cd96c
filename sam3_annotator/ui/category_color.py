"""The colour that what is going to be an instance wears."""

from __future__ import annotations

from PySide6.QtGui import QColor

from sam3_annotator.project import CategoryId, ProjectStore
from sam3_annotator.ui.theme import theme


def category_color(store: ProjectStore, category_id: CategoryId | None) -> QColor:
    """Give a category's colour, the accent where there is no category yet.

    Nor is there one while views hear, one after the other, that undo took it back along with the image shown.
    """
    colors = {category.id: category.color for category in store.categories()}
    return QColor(colors[category_id]) if category_id in colors else theme().color("accent")
