"""The line over the canvas's lower edge in which an image's note is read and written."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from sam3_annotator.ui.sizes import scaled
from sam3_annotator.ui.text_field import TextField
from sam3_annotator.ui.theme import ICON_SIZE_SMALL, SPACE_L, SPACE_M, SPACE_S, SPACE_XS, pixmap, theme

MOST_LETTERS: Final = 500
FIELD_WIDTH: Final = 420


class NoteLine(QFrame):
    """Shows a note as long as there is one, and lets what is below take the mouse; while it is written it is a field.

    Enter keeps what is written, and so does going elsewhere; Esc leaves the note as it was.
    """

    written = Signal(str)  # another note than before, "" for none
    left = Signal()  # the user is done here

    def __init__(self, ground: QWidget) -> None:
        super().__init__(ground)
        self.setProperty("surface", "card")
        self._ground = ground
        self._note = ""
        self._is_writing = False
        self._mark = QLabel()
        self._words = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.field = TextField()
        self.field.setMaxLength(MOST_LETTERS)
        self.field.setAccessibleName("Note")
        self.field.setPlaceholderText("Note for whoever looks at this image next")
        self.field.returnPressed.connect(self._keep_and_leave)
        self.field.editingFinished.connect(self.keep)
        self.field.escape_pressed.connect(self._drop)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(SPACE_M, SPACE_XS, SPACE_M, SPACE_XS)
        self._row.setSpacing(SPACE_S)
        self._row.addWidget(self._mark)
        self._row.addWidget(self._words, stretch=1)
        self._row.addWidget(self.field, stretch=1)
        ground.installEventFilter(self)
        theme().theme_changed.connect(self._follow_theme)
        self._draw_mark()
        self._show_state()

    @property
    def is_writing(self) -> bool:
        """The field is open."""
        return self._is_writing

    def show_note(self, note: str) -> None:
        """Show another note; what is being written stays."""
        if note != self._note:
            self._note = note
            self._show_state()

    def begin(self) -> None:
        """Have the note written, or written on."""
        self._is_writing = True
        self.field.setText(self._note)
        self._show_state()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.end(False)

    @Slot()
    def keep(self) -> None:
        """Take what is being written as the note; nothing where none is."""
        if not self._is_writing:
            return
        note = " ".join(self.field.text().split())
        is_other = note != self._note
        self._end(note)
        if is_other:
            self.written.emit(note)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in its place when the canvas changes its size."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    @Slot()
    def _keep_and_leave(self) -> None:
        self.keep()
        self.left.emit()

    @Slot()
    def _drop(self) -> None:
        self._end(self._note)
        self.left.emit()

    def _end(self, note: str) -> None:
        self._is_writing = False  # first: the field that goes tells that it has lost the focus
        self._note = note
        self._show_state()

    def _show_state(self) -> None:
        self._words.setText(f"Note: {self._note}")
        self.setAccessibleName(self._words.text())
        self._words.setVisible(not self._is_writing)
        self.field.setVisible(self._is_writing)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not self._is_writing)
        self._place()
        self.setVisible(self._is_writing or bool(self._note))
        self.raise_()

    def _place(self) -> None:
        """Lie over the middle of the lower edge, as wide as the words or, where these are long, as there is room."""
        room = self._ground.width() - 2 * SPACE_L
        words = self._words.fontMetrics().horizontalAdvance(self._words.text())
        wanted = (
            scaled(FIELD_WIDTH) if self._is_writing else words + scaled(ICON_SIZE_SMALL) + 2 * SPACE_M + 2 * SPACE_S
        )
        width = max(min(wanted, room), 1)
        height = self._row.totalHeightForWidth(width) if self._row.hasHeightForWidth() else self.sizeHint().height()
        self.setGeometry((self._ground.width() - width) // 2, self._ground.height() - height - SPACE_L, width, height)

    @Slot()
    def _follow_theme(self) -> None:
        self._draw_mark()
        self._place()

    def _draw_mark(self) -> None:
        self._mark.setPixmap(pixmap("pencil-outline", "warning", scaled(ICON_SIZE_SMALL), self.devicePixelRatioF()))
