"""A field for the value of an attribute, with the values in use to choose from."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QCompleter, QListView, QStyle, QStyleOptionFrame, QWidget

from sam3_annotator.ui.text_field import TextField

MAX_LENGTH = 1 << 24  # Qt's own limit would cut what another program has written
TEXT_MARGIN = 2  # what Qt leaves beside the text
_PASSING = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)


class ValueField(TextField):
    """What is typed is kept when the focus goes, Esc takes it back; what cannot be kept stays to be mended at Enter."""

    left = Signal()  # the user is done, by Enter or Esc

    def __init__(
        self, enter: Callable[[str], bool], values: Callable[[], list[str]], parent: QWidget | None = None
    ) -> None:
        """Take what is called with the text typed, which says whether it could be taken, and the values to offer."""
        super().__init__(parent)
        self._enter = enter
        self._values = values
        self._shown = ""
        self._offered = QStringListModel(self)
        self.setMaxLength(MAX_LENGTH)
        self.setProperty("kind", "value")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)  # that of the row says more
        self.returnPressed.connect(self._finish)
        self.escape_pressed.connect(self._give_up)

    @property
    def is_typed(self) -> bool:
        """Something is typed that is not kept yet."""
        return self.text() != self._shown

    def show_value(self, text: str, placeholder: str) -> None:
        """Show a value, or `placeholder` in place of none; what is being typed stays."""
        is_free = not self.is_typed  # also while another window has the keyboard
        self._shown = text
        self.setPlaceholderText(placeholder)
        if is_free and text != self.text():
            self.setText(text)
            self.setCursorPosition(0)

    def keep(self) -> bool:
        """Have taken what is typed; says whether nothing was, or it could be."""
        if self.is_typed:
            if not self._enter(self.text()):
                return False
            self.take_back()  # as it is written by now: 3 for +3
        return True

    def take_back(self) -> None:
        """Show again what was there before."""
        self.setText(self._shown)
        self.setCursorPosition(0)

    def offer_all(self) -> None:
        """Open the list of the values in use."""
        completer = self.completer()
        if completer is not None:
            completer.setCompletionPrefix("")
            if completer.completionCount():
                completer.complete()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Learn which values are in use."""
        if event.reason() not in _PASSING:
            self._offer(self._values())
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Keep what is typed."""
        if event.reason() not in _PASSING:
            if not self.keep():
                self.take_back()
            self.setCursorPosition(0)
        super().focusOutEvent(event)

    def make_room(self, width: int) -> None:
        """Leave so much free at the right end, in device-independent pixels."""
        self.setTextMargins(0, 0, width, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """End a text that does not fit with an ellipsis, unless it is being changed."""
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        margins = self.textMargins()
        room = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        room.adjust(TEXT_MARGIN + margins.left(), 0, -TEXT_MARGIN - margins.right(), 0)
        if self.hasFocus() or not self.text() or self.fontMetrics().horizontalAdvance(self.text()) <= room.width():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelLineEdit, option, painter, self)
        painter.setPen(option.palette.color(QPalette.ColorRole.Text))
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the list of values by the arrow down; once it is open, that key is its own."""
        if event.key() == Qt.Key.Key_Down:
            self.offer_all()
        else:
            super().keyPressEvent(event)

    def _offer(self, values: list[str]) -> None:
        if self.completer() is None:  # made when first needed: there may be many fields
            popup = QListView()
            popup.setProperty("kind", "offers")
            completer = QCompleter(self._offered, self)
            completer.setPopup(popup)
            popup.setParent(self, Qt.WindowType.Popup)  # after the completer, which deletes it before the field would
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.activated.connect(lambda _text: self.keep())
            self.setCompleter(completer)
        self._offered.setStringList(values)

    def _finish(self) -> None:
        if self.keep():
            self.left.emit()
        else:
            self.selectAll()

    def _give_up(self) -> None:
        self.take_back()
        self.left.emit()
