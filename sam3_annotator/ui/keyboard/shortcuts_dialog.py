"""The page of all keys, where they can be changed, and of what the mouse does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from sam3_annotator.ui.actions.action_table import ACTIONS, NUDGING_ACTIONS
from sam3_annotator.ui.keyboard.cap_row import WORDS_LEFT, Cap, CapKind, CapRow
from sam3_annotator.ui.keyboard.key_map import Changes, KeyMap
from sam3_annotator.ui.keyboard.key_presets import KEY_PRESETS
from sam3_annotator.ui.keyboard.key_row import KeyRow
from sam3_annotator.ui.keyboard.keys import modifier_words, why_reserved
from sam3_annotator.ui.sizes import bind_font, scaled
from sam3_annotator.ui.text_field import SearchField, TextField
from sam3_annotator.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS

COLUMN_WIDTH: Final = 372
HOW_TO: Final = "Click a row, or press Enter on it, to change its key."
WAS_RESET: Final = "All keys are as they were at first."

MOUSE: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
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
    (
        ("Edit", ("Edit", "")),
        ("Attributes", ("Instance/Attribute",)),
        ("View", ("View", "View/Panels")),
        ("Model", ("Model",)),
        ("Program", ("File", "Help")),
    ),
)


class Section(QWidget):
    """A heading and its rows; without any row to show it goes."""

    def __init__(self, heading: str, rows: Sequence[CapRow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = heading
        self.rows = tuple(rows)
        words = QLabel(heading)
        bind_font(words, "title")
        words.setContentsMargins(WORDS_LEFT, SPACE_L, 0, SPACE_XS)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(words)
        for row in self.rows:
            layout.addWidget(row)

    def filter(self, query: str) -> None:
        """Show the rows that have all words of a query in words or heading, or whose key it is; "" shows all."""
        for row in self.rows:
            row.setVisible(self._matches(row, query.lower().strip()))
        self.setVisible(any(not row.isHidden() for row in self.rows))

    def _matches(self, row: CapRow, query: str) -> bool:
        if any(cap.text.lower() == query for cap in row.caps):
            return True
        text = f"{self.heading} {row.words}".lower()
        return all(word in text for word in query.split())


class ShortcutsDialog(QDialog):
    """Two columns of words and keys, with a field that leaves only some; every change applies at once."""

    def __init__(self, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keyboard shortcuts")
        self._keys = keys
        self._before: Changes = {}  # what was replaced last, all at once
        self._applied: Changes = {}  # by what
        self._said = ""
        self.field = self._make_field()
        self._hint = QLabel(HOW_TO, textFormat=Qt.TextFormat.PlainText)
        self.undo_button = QPushButton("Undo")
        self.preset_button = QPushButton("Keys as in")
        self.reset_button = QPushButton("Reset all")
        self._page = QWidget()
        self._columns = QHBoxLayout(self._page)
        self.sections = self._fill_page()
        self._scroll = QScrollArea()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_L, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addLayout(self._make_head())
        layout.addWidget(self._make_scroll(), stretch=1)
        keys.changed.connect(self._follow_keys)
        self._follow_keys()

    @property
    def rows(self) -> list[KeyRow]:
        """The rows that can be changed, from the top of the first column to the end of the last."""
        return [row for section in self.sections for row in section.rows if isinstance(row, KeyRow)]

    @property
    def hint(self) -> str:
        """What is said below the field."""
        return self._hint.text()

    def row(self, action_id: str) -> KeyRow:
        """Give the row of an action; `StopIteration` if it has none."""
        return next(row for row in self.rows if row.spec.id == action_id)

    def reset_all(self) -> None:
        """Give every action the keys it has at first; `undo_button` takes that back."""
        self._apply({}, WAS_RESET)

    def use_preset(self, name: str) -> None:
        """Give the actions the keys of another program, a name in `KEY_PRESETS`; `undo_button` takes that back."""
        self._apply(KEY_PRESETS[name], f"These are the keys of {name}, as far as the same can be done here.")

    def _apply(self, changes: Changes, sentence: str) -> None:
        self._before, self._applied, self._said = self._keys.changes, dict(changes), sentence
        self._keys.replace(changes)
        self._follow_keys()

    def _make_field(self) -> TextField:
        field = SearchField("Find a command or a key")
        field.textChanged.connect(self._filter)
        QShortcut(QKeySequence.StandardKey.Find, self, field.setFocus)
        return field

    def _make_head(self) -> QVBoxLayout:
        self.reset_button.setProperty("kind", "quiet")
        self.reset_button.clicked.connect(self.reset_all)
        self.undo_button.setProperty("kind", "link")
        self.undo_button.clicked.connect(self._undo)
        self.preset_button.setProperty("kind", "quiet")
        self.preset_button.setToolTip("Take the keys of another program")
        self.preset_button.setMenu(self._make_presets())
        for button in (self.preset_button, self.reset_button, self.undo_button):
            button.setAutoDefault(False)
        self._hint.setProperty("tone", "dim")
        self._hint.setMinimumHeight(self.undo_button.sizeHint().height())  # nothing below moves when that comes
        above, below = QHBoxLayout(), QHBoxLayout()
        above.setSpacing(SPACE_S)
        above.addWidget(self.field, stretch=1)
        above.addWidget(self.preset_button)
        above.addWidget(self.reset_button)
        below.setSpacing(SPACE_XS)
        below.addWidget(self._hint)
        below.addWidget(self.undo_button)
        below.addStretch(1)
        head = QVBoxLayout()
        head.setContentsMargins(SPACE_XL, 0, SPACE_XL, 0)
        head.setSpacing(SPACE_XS)
        head.addLayout(above)
        head.addLayout(below)
        return head

    def _make_presets(self) -> QMenu:
        menu = QMenu(self)
        for name in KEY_PRESETS:
            menu.addAction(name, lambda name=name: self.use_preset(name))
        return menu

    def _fill_page(self) -> list[Section]:
        columns = self._columns
        columns.setContentsMargins(SPACE_L, 0, SPACE_L, SPACE_L)
        columns.setSpacing(SPACE_XL)
        sections = list[Section]()
        for number, headings in enumerate(_COLUMNS):
            column = QVBoxLayout()
            column.setSpacing(0)
            made = [Section(heading, self._rows_of(menus)) for heading, menus in headings]
            if number == 1:
                made.append(Section("Mouse", [CapRow(text, _fixed(keys)) for keys, text in MOUSE]))
            for section in made:
                column.addWidget(section)
            column.addStretch(1)
            columns.addLayout(column, stretch=1)
            sections += made
        return sections

    def _rows_of(self, menus: Sequence[str]) -> list[CapRow]:
        rows = [KeyRow(spec, self._keys) for spec in ACTIONS if spec.menu in menus and spec not in NUDGING_ACTIONS]
        for row in rows:
            row.turned.connect(lambda step, row=row: self._turn(row, step))
            row.grown.connect(lambda row=row: self._show_whole(row))
        return [*rows, *self._nudging_rows()] if "" in menus else list(rows)

    def _nudging_rows(self) -> list[CapRow]:
        made = list[CapRow]()
        for text in dict.fromkeys(spec.text for spec in NUDGING_ACTIONS):
            key = next(key for spec in NUDGING_ACTIONS if spec.text == text for key in self._keys.keys(spec.id))
            row = CapRow(text, _fixed(("Shift+arrow keys" if key.startswith("Shift+") else "Arrow keys",)))
            row.setToolTip(why_reserved(key))
            made.append(row)
        return made

    def _make_scroll(self) -> QScrollArea:
        scroll = self._scroll
        scroll.setWidget(self._page)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return scroll

    def _filter(self, query: str) -> None:
        for section in self.sections:
            section.filter(query)
        self._show_hint()

    def _turn(self, row: KeyRow, step: int) -> None:
        shown = [other for other in self.rows if not other.isHidden()]
        target = shown[(shown.index(row) + step) % len(shown)]
        target.setFocus(Qt.FocusReason.TabFocusReason)
        self._scroll.ensureWidgetVisible(target)

    def _show_whole(self, row: KeyRow) -> None:
        self._columns.activate()
        self._scroll.ensureWidgetVisible(row, 0, SPACE_M)

    def _follow_keys(self) -> None:
        changes = self._keys.changes
        self.reset_button.setEnabled(bool(changes))
        if changes != self._applied:
            self._said = ""
        self._show_hint()

    def _show_hint(self) -> None:
        has_rows = any(not section.isHidden() for section in self.sections)
        nothing = f"No command and no key is called “{self.field.text().strip()}”."
        self._hint.setText((self._said or HOW_TO) if has_rows else nothing)
        self.undo_button.setVisible(bool(self._said) and has_rows)

    def _undo(self) -> None:
        self._said = ""
        self._keys.replace(self._before)
        self._follow_keys()

    def showEvent(self, event: QShowEvent) -> None:
        """Take the room the page needs; not known before its fonts and margins are in force."""
        for child in self._page.findChildren(QWidget):
            child.ensurePolished()
        available = self.screen().availableGeometry()
        width = 2 * scaled(COLUMN_WIDTH) + SPACE_XL + 2 * SPACE_L + SPACE_L
        self.setFixedWidth(min(width, available.width()))
        wanted = self.sizeHint().height() + self._page.sizeHint().height()
        self.resize(self.width(), min(wanted, available.height() * 9 // 10))
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        super().showEvent(event)


def _fixed(keys: Sequence[str]) -> list[Cap]:
    return [Cap(modifier_words(key), CapKind.FIXED) for key in keys]
