"""The list of what is to be found: each category with a check mark and the phrases it is looked for by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from sam3_annotator.project import CategoryId, ProjectStore, category_named
from sam3_annotator.ui.dialogs.phrase_row import NAME_WIDTH, PhraseRow
from sam3_annotator.ui.sizes import bind_font, bind_width, scaled
from sam3_annotator.ui.theme import CONTROL_HEIGHT, SPACE_S, SPACE_XS, bind_icon
from sam3_annotator.ui.verbs.autolabelling import Sought

# Half a row says that there are more. A low screen has no room for many beside the rest of a dialog.
MOST_ROWS_SHOWN: Final = 7.5
MOST_ROWS_SHOWN_LOW: Final = 3.5
LOW_SCREEN: Final = 768
# Made at once, before others have their turn: more than are shown.
ROWS_FILLED: Final = 16


class PhraseList(QWidget):
    """One row per category, and one for each phrase that was added, which becomes a category with the first find.

    `phrases` are those by which the categories are found; one that comes later is found by its name.
    """

    changed = Signal()

    def __init__(
        self, store: ProjectStore, phrases: Mapping[CategoryId, Sequence[str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._phrases = phrases
        self._rows: list[PhraseRow] = []
        self._filling = QTimer(self, interval=0)
        self._filling.timeout.connect(self._fill)
        self._all = QCheckBox("Category")
        self._all.setAccessibleName("All categories")
        self._all.setToolTip("Check all, or none")
        self._all.clicked.connect(self._check_all)
        self._head = self._make_head()
        self._column = QVBoxLayout()
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE_XS)
        self._column.addStretch(1)
        self._scroll = _Scroll(self._column)
        self.field = self._make_field()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        for widget in (self._head, self._scroll, self.field):
            column.addWidget(widget)
        self.setFocusProxy(self.field)
        self.follow()

    @property
    def rows(self) -> tuple[PhraseRow, ...]:
        """The rows, those of the categories first."""
        return tuple(self._rows)

    @property
    def sought(self) -> tuple[Sought, ...]:
        """What is checked or being typed, each phrase once: one that stands in several rows means the first of them."""
        found: dict[str, Sought] = {}
        for row in self._rows:
            for phrase in row.phrases if row.is_checked else ():
                found.setdefault(phrase, Sought(phrase, row.category.id if row.category else row.name))
        if self._typed:
            found.setdefault(self._typed, Sought(self._typed, self._typed))
        return tuple(found.values())

    @property
    def _typed(self) -> str:
        return " ".join(self.field.text().split())

    def choose(self, phrase: str) -> None:
        """Check the category of a phrase alone: the one of that name, else the one that is looked for by it."""
        row = self._row_of(phrase)
        self._check_rows(False)
        if row is None:
            row = PhraseRow(None, (phrase,))
            self._append(row)
        else:
            row.add_phrase(phrase)
        self._tell()
        self._scroll.reveal(row)

    def add(self) -> None:
        """Take the phrase that is being typed into the list, or check the category of that name."""
        phrase = self._typed
        self.field.clear()
        if not phrase:
            return
        row = self._row_of(phrase)
        if row is None:
            row = PhraseRow(None, (phrase,))
            self._append(row)
        row.set_checked(True)
        self._tell()
        self._scroll.reveal(row)

    def follow(self) -> None:
        """Follow the categories of the project; what the user has typed and checked stays."""
        before = {row.category.id: row for row in self._rows if row.category is not None}
        added = [row for row in self._rows if row.category is None]
        rows = []
        for category in self._store.categories():
            row = before.pop(category.id, None)
            if row is None:
                row = PhraseRow(category, self._phrases.get(category.id, (category.name,)))
                row.changed.connect(self._tell)
            elif row.category != category:
                row.show_category(category)
            rows.append(row)
        for gone in before.values():
            gone.deleteLater()
        for row in self._rows:
            self._column.removeWidget(row)
        self._rows = []
        for row in (*rows, *added):
            self._place(row)
        self._fill()
        self._tell()

    def _fill(self) -> None:
        """Fill the next rows that can be seen of the many there may be, without keeping anybody waiting."""
        empty = [row for row in self._rows if not row.is_filled]
        for row in empty[:ROWS_FILLED]:
            row.fill()
        if empty[ROWS_FILLED:]:
            self._filling.start()
        else:
            self._filling.stop()
            self._order_tabs()

    def _order_tabs(self) -> None:
        """Have Tab go from row to row; without that, what was made last would come last in the dialog."""
        stops = [self._all, *(part for row in self._rows for part in row.fill())]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _row_of(self, phrase: str) -> PhraseRow | None:
        """Give the row of the category of this name, else the one that is looked for by it."""
        known = category_named(self._store, phrase)
        named = (row for row in self._rows if row.category is not None and row.category == known)
        return next(named, None) or next((row for row in self._rows if row.has_phrase(phrase)), None)

    def _append(self, row: PhraseRow) -> None:
        row.changed.connect(self._tell)
        self._place(row)
        self._fill()

    def _place(self, row: PhraseRow) -> None:
        self._column.insertWidget(len(self._rows), row)
        self._rows.append(row)

    def _tell(self) -> None:
        checked = [row.is_checked for row in self._rows]
        some = Qt.CheckState.PartiallyChecked if any(checked) else Qt.CheckState.Unchecked
        self._all.setCheckState(Qt.CheckState.Checked if all(checked) else some)
        self._head.setVisible(bool(self._rows))
        self._scroll.setVisible(bool(self._rows))
        self._scroll.set_rows(len(self._rows))
        other = "Something else to find" if self._rows else "What to find: traffic light, for example"
        self.field.setPlaceholderText(other)
        self.changed.emit()

    def _check_all(self) -> None:
        self._check_rows(not all(row.is_checked for row in self._rows))
        self._tell()

    def _check_rows(self, checked: bool) -> None:
        for row in self._rows:
            with QSignalBlocker(row):  # all are told of at once
                row.set_checked(checked)

    def _make_head(self) -> QWidget:
        words = QLabel("Phrases, separated by commas")
        for widget in (self._all, words):
            bind_font(widget, "caption")
            widget.setProperty("tone", "dim")
        bind_width(self._all, NAME_WIDTH)
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self._all)
        row.addWidget(words, stretch=1)
        return head

    def _make_field(self) -> QLineEdit:
        field = _AddingField()
        field.setAccessibleName("Something else to find")
        add = QAction("Add", field)
        add.setToolTip("Add it to the list (Enter)")
        bind_icon(add, "plus", "text_dim")
        add.triggered.connect(self.add)
        field.addAction(add, QLineEdit.ActionPosition.TrailingPosition)
        field.returnPressed.connect(self.add)
        field.textChanged.connect(self.changed)
        return field


class _Scroll(QScrollArea):
    """As high as its rows, up to some."""

    def __init__(self, rows: QVBoxLayout) -> None:
        super().__init__()
        self._rows = rows
        self._revealed: QWidget | None = None
        self.verticalScrollBar().rangeChanged.connect(self._follow_range)
        content = QWidget()
        content.setLayout(rows)
        self.setWidget(content)
        self.setProperty("kind", "bare")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def set_rows(self, count: int) -> None:
        """Make room for so many rows, and beside them for the bar that is needed where not all are shown."""
        self._revealed = None
        is_low = self.screen().availableGeometry().height() <= LOW_SCREEN
        shown = min(float(count), MOST_ROWS_SHOWN_LOW if is_low else MOST_ROWS_SHOWN)
        self.setFixedHeight(round(shown * (scaled(CONTROL_HEIGHT) + SPACE_XS)))
        self._rows.setContentsMargins(0, 0, SPACE_XS if count > shown else 0, 0)

    def reveal(self, row: QWidget) -> None:
        """Have a row seen; one that is new as soon as it has its place."""
        self._revealed = row
        self._follow_range()

    def _follow_range(self) -> None:
        if self._revealed is not None:
            self.ensureWidgetVisible(self._revealed, 0, 0)


class _AddingField(QLineEdit):
    """Keeps Enter to itself as long as there is something to be added; without that it is the dialog's."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter."""
        has_text = bool(self.text().strip())
        super().keyPressEvent(event)
        if has_text and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
