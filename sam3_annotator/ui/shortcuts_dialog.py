"""The page of all keys and what the mouse does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from sam3_annotator.ui.action_table import ACTIONS
from sam3_annotator.ui.actions import key_text
from sam3_annotator.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, theme

Row = tuple[tuple[str, ...], str]

MOUSE: Final[tuple[Row, ...]] = (
    (("Left click",), "A point on the object"),
    (("Right click", "Shift+click"), "A point off the object"),
    (("Wheel",), "Zoom at the cursor"),
    (("Middle drag", "Space+drag"), "Move the image"),
    (("Drag",), "Move a selected instance or its vertex"),
    (("Drag an edge",), "Add a vertex"),
    (("Alt+click",), "Delete a vertex"),
    (("Shift+click",), "Select one more instance"),
    (("Click", "Drag"), "Draw a polygon: a vertex, freehand"),
    (("Ctrl+click",), "Snap its vertex to a neighbour"),
    (("Shift+click",), "Turn its edge to a step of 45°"),
    (("Right drag", "Alt+drag"), "Erase with the brush"),
    (("Shift+click",), "A straight stroke from the end of the last one"),
)
# Headings of the page, and which menus' actions stand under them; two columns.
_COLUMNS: Final = (
    (("Annotate", ("Edit/Tool", "Instance")), ("Categories", ("Instance/Category",)), ("Images", ("Image",))),
    (("Edit", ("Edit", "")), ("View", ("View", "View/Panels")), ("Program", ("File", "Model", "Help"))),
)


def rows_of(menus: Sequence[str]) -> list[Row]:
    """List the keys of the actions of some menus, and what they do."""
    if menus == ("Instance/Category",):
        return [(("1", "…", "9", "0"), "Choose the category of the draft or the selection")]
    caps: dict[str, dict[str, None]] = {}  # the keys of actions with the same text stand together
    for spec in ACTIONS:
        if spec.menu in menus and spec.shortcuts:
            keys = map(key_text, _worth_showing(spec.shortcuts))
            caps.setdefault(spec.text.rstrip("…"), {}).update(dict.fromkeys(keys))
    return [(tuple(keys), text) for text, keys in caps.items()]


def _worth_showing(shortcuts: Sequence[str]) -> list[str]:
    """Leave out the second names of a key (Return, Backtab)."""
    return [keys for keys in shortcuts if not keys.endswith(("Return", "Backtab", "Ctrl+="))]


class ShortcutsDialog(QDialog):
    """Two columns of key caps and words; Esc closes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keyboard shortcuts")
        page = QWidget()
        columns = QHBoxLayout(page)
        columns.setContentsMargins(SPACE_XL, SPACE_L, SPACE_XL, SPACE_XL)
        columns.setSpacing(2 * SPACE_XL)
        for number, sections in enumerate(_COLUMNS):
            column = QVBoxLayout()
            column.setSpacing(SPACE_XS)
            for heading, menus in sections:
                _add_section(column, heading, rows_of(menus))
            if number == 0:
                _add_section(column, "Mouse", MOUSE)
            column.addStretch(1)
            columns.addLayout(column, stretch=1)
        scroll = QScrollArea()
        scroll.setWidget(page)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        self._page = page

    def showEvent(self, event: QShowEvent) -> None:
        """Take the room the page needs; not known before its fonts and margins are in force."""
        for child in self._page.findChildren(QWidget):
            child.ensurePolished()
        room = self.screen().availableGeometry().height() * 9 // 10
        wanted = self._page.sizeHint()
        self.setFixedWidth(wanted.width() + SPACE_L)
        # The scroll area keeps a little for its edges.
        self.resize(self.width(), min(wanted.height() + SPACE_XS, room))
        super().showEvent(event)


def _add_section(column: QVBoxLayout, heading: str, rows: Sequence[Row]) -> None:
    words = QLabel(heading)
    words.setFont(theme().font("title"))
    column.addSpacing(SPACE_M)
    column.addWidget(words)
    column.addSpacing(SPACE_XS)
    grid = QGridLayout()
    grid.setHorizontalSpacing(SPACE_L)
    grid.setVerticalSpacing(SPACE_XS + 2)
    grid.setColumnStretch(0, 1)
    for number, (keys, text) in enumerate(rows):
        grid.addWidget(QLabel(text), number, 0)
        grid.addLayout(_caps(keys), number, 1)
    column.addLayout(grid)


def _caps(keys: Sequence[str]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(SPACE_XS)
    row.addStretch(1)
    for key in keys:
        cap = QLabel(key)
        cap.setFont(theme().font("caption"))
        cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
        cap.setProperty("tone", "dim" if key == "…" else "key")
        cap.setMinimumWidth(max(SPACE_S + SPACE_L, cap.sizeHint().width() + SPACE_M))
        row.addWidget(cap)
    return row
