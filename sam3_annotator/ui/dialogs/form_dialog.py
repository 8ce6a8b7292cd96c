"""The frame of dialogs that ask before they do something: a form, a line that says what would happen, two buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from sam3_annotator.ui.dialogs.foot_line import FootLine
from sam3_annotator.ui.sizes import bind_font, bind_sizes, scaled
from sam3_annotator.ui.theme import CONTROL_HEIGHT, SPACE_L, SPACE_M, SPACE_S, SPACE_XL

LABEL_WIDTH = 88
DIALOG_WIDTH = 600


class FormDialog(QDialog):
    """Stays out of the window's way unless it `is_blocking`.

    A subclass fills `form` by `add_row`, tells in `describe` what would happen (`say`, `primary.setEnabled`), and does
    it in `begin`.
    """

    is_blocking = False

    def __init__(self, title: str, verb: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row_count = 0
        self.setWindowTitle(title)
        bind_sizes(self, lambda: self.setMinimumWidth(scaled(DIALOG_WIDTH)))
        heading = QLabel(title)
        bind_font(heading, "title")
        self.form = QWidget()
        self._grid = QGridLayout(self.form)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_M)
        self._grid.setVerticalSpacing(SPACE_M)
        self._grid.setColumnMinimumWidth(0, scaled(LABEL_WIDTH))
        self._grid.setColumnStretch(1, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.form)
        self._foot_line = FootLine()
        self.primary = QPushButton(verb)
        self.primary.setProperty("kind", "primary")
        self.primary.setDefault(True)
        self.primary.clicked.connect(self._press_primary)
        self.secondary = QPushButton("Cancel")
        self.secondary.setAutoDefault(False)
        self.secondary.clicked.connect(self._press_secondary)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SPACE_XL, SPACE_L + 4, SPACE_XL, SPACE_L)
        self._column.setSpacing(SPACE_L)
        self._column.addWidget(heading)
        self._column.addWidget(self._pages, stretch=1)
        self._column.addWidget(self._foot_line)
        self._column.addLayout(self._make_bottom())

    # What a subclass does

    def add_row(self, label: str, content: QWidget | QLayout) -> QLabel:
        """Add a row to the form; gives its label."""
        row, self._row_count = self._row_count, self._row_count + 1
        self._grid.setRowStretch(row, 0)
        self._grid.setRowStretch(row + 1, 1)  # rows keep together at the top
        caption = QLabel(label)
        caption.setProperty("tone", "dim")
        bind_sizes(caption, lambda: caption.setMinimumHeight(scaled(CONTROL_HEIGHT)))
        if isinstance(content, QLayout):
            self._grid.addLayout(content, row, 1)
        else:
            self._grid.addWidget(content, row, 1)
            caption.setBuddy(content)
            if not row:
                content.setFocus()
        self._grid.addWidget(caption, row, 0, Qt.AlignmentFlag.AlignTop)
        return caption

    def add_explanation(self, text: str) -> None:
        """Say below the last row what will happen; as high as it needs to be where the dialog is at its narrowest."""
        label = QLabel(text, wordWrap=True)
        label.setProperty("tone", "dim")
        label.setMinimumHeight(label.heightForWidth(scaled(DIALOG_WIDTH - LABEL_WIDTH) - SPACE_M - 2 * SPACE_XL))
        self.add_row("", label)

    def say(self, text: str, tone: str = "dim") -> None:
        """Say below the form what would happen, or what is in the way (`tone` "danger" or "warning")."""
        self._foot_line.say(text, tone)
        self._grow()

    def describe(self) -> None:
        """Say what would happen now, and whether it can."""
        raise NotImplementedError

    def begin(self) -> None:
        """Do it, after the button or Enter was pressed."""
        raise NotImplementedError

    # What the user does

    def open(self) -> None:
        """Show the dialog; beside the window, which stays usable, unless it `is_blocking`.

        All are equally wide: Qt alone would make room for long sentences, which wrap.
        """
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal if self.is_blocking else Qt.WindowModality.NonModal)
        self.resize(scaled(DIALOG_WIDTH), self.minimumSizeHint().height())
        self.show()
        self._grow()
        self.raise_()

    @property
    def note(self) -> str:
        """The line below the form."""
        return self._foot_line.text

    def _grow(self) -> None:
        """Make room for more words; Qt alone would squeeze the form instead."""
        layout = self.layout()
        if layout is not None and self.isVisible():
            needed = layout.totalHeightForWidth(self.width()) if layout.hasHeightForWidth() else 0
            self.resize(self.width(), max(self.height(), needed, self.minimumSizeHint().height()))

    def _make_bottom(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addStretch(1)
        row.addWidget(self.secondary)
        row.addWidget(self.primary)
        return row

    def _press_primary(self) -> None:
        self.begin()

    def _press_secondary(self) -> None:
        self.reject()


def left_row(*widgets: QWidget) -> QHBoxLayout:
    """Put widgets at the left of their row, which is as high as others."""
    row = QHBoxLayout()
    row.setSpacing(SPACE_S)
    for widget in widgets:
        row.addWidget(widget, alignment=Qt.AlignmentFlag.AlignVCenter)
    row.addStretch(1)
    row.addStrut(scaled(CONTROL_HEIGHT))
    return row
