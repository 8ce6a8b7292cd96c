"""The bar over the canvas's top edge: what to find, how sure the model has to be, and what came of it."""

from __future__ import annotations

from collections.abc import Container
from enum import Flag, auto
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLayout, QToolButton, QToolTip, QWidget

from sam3_annotator.ui.canvas.proposals import Proposals
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.keyboard.keys import with_key
from sam3_annotator.ui.phrase_bar.answer import AnswerLabel, answer_words
from sam3_annotator.ui.phrase_bar.exemplar_chip import ExemplarChip
from sam3_annotator.ui.phrase_bar.field import PhraseField
from sam3_annotator.ui.phrase_bar.mark import PhraseMark
from sam3_annotator.ui.phrase_bar.score_slider import ScoreSlider
from sam3_annotator.ui.phrase_bar.source_chip import SourceChip
from sam3_annotator.ui.sizes import bind_font, bind_height, bind_icon_size, scaled
from sam3_annotator.ui.theme import (
    CONTROL_HEIGHT,
    FOCUS_WIDTH,
    ICON_SIZE_SMALL,
    RADIUS,
    SPACE_M,
    SPACE_S,
    SPACE_XS,
    bind_icon,
    theme,
)

MAX_WIDTH: Final = 640
QUIET_WIDTH: Final = 264
MIN_FIELD_WIDTH: Final = 64
BUTTON_HEIGHT: Final = 24
CORNER: Final = RADIUS + SPACE_XS
# Unused, it lets the picture through, but no words: those of labels below it would run into its own.
QUIET_OPACITY: Final = 0.96
# What the field promises, by whether the model knows names and whether it was shown what to find.
_PROMISES: Final = {
    (True, False): ("Find all: type what to find", "Type what to find", "Find all"),
    (True, True): ("Type what it is, if you like", "Type what it is", ""),
    (False, False): ("Find all: draw a box around one", "Draw a box around one", "Find all"),
    (False, True): ("Draw another box", ""),
}
# The same of a model that finds nothing by either.
_NO_PROMISE: Final = ("Click on each object", "")


class _Part(Flag):
    """What goes where there is no room for all."""

    FOUND_WORD = auto()
    ACCEPT_TEXT = auto()
    SLIDER = auto()
    CHIP = auto()
    ACCEPT = auto()
    ANSWER = auto()


_WORDS: Final = _Part.FOUND_WORD | _Part.ACCEPT_TEXT
# One after the other is tried until the rest fits.
_LEFT_OUT: Final = (
    _Part(0),
    _Part.FOUND_WORD,
    _WORDS,
    _Part.SLIDER,
    _Part.SLIDER | _Part.FOUND_WORD,
    _Part.SLIDER | _WORDS,
    _Part.SLIDER | _Part.CHIP,
    _Part.SLIDER | _Part.CHIP | _WORDS,
    _Part.SLIDER | _Part.CHIP | _WORDS | _Part.ACCEPT,
    ~_Part(0),
)


class PhraseBar(QFrame):
    """A small field while nothing is looked for, and all there is to say about the answer after that.

    It knows only what `show_proposals` tells. The phrase stays in the field when another image is shown, to be asked
    there too.
    """

    phrase_entered = Signal(str)  # "" to look for the exemplars alone
    threshold_moved = Signal(float)  # 0..1
    exemplar_removed = Signal()  # the last one is not wanted
    accept_all_wanted = Signal()
    cleared = Signal()  # nothing is to be looked for
    left = Signal()  # the user is done here

    def __init__(self, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = keys
        self._proposals: Proposals | None = None
        self._phrase = ""
        self._takes_phrases = self._takes_exemplars = True
        self._mark = PhraseMark()
        self._field = PhraseField()
        self._chip = ExemplarChip()
        self._source = SourceChip()
        self._slider = ScoreSlider()
        self._answer = AnswerLabel()
        self._accept = QToolButton()
        self._cross = QToolButton()
        self._parts = (self._chip, self._source, self._slider, self._answer, self._accept, self._cross)
        self._make_buttons()
        self._lay_out()
        self._connect()
        self.setAccessibleName("Find all")
        self._keys.changed.connect(self._tell_keys)
        self._tell_keys()
        self.show_proposals(None)

    @property
    def field(self) -> PhraseField:
        """The field for the phrase."""
        return self._field

    def show_proposals(self, proposals: Proposals | None) -> None:
        """Show what is looked for on the shown image and what came of it; None if nothing is."""
        is_typing = self._field.hasFocus() and self._has_edits()
        self._proposals = proposals
        if proposals is not None:
            self._phrase = proposals.concept.phrase
            self._chip.show_exemplars(proposals.concept.exemplars)
            self._source.show_source(proposals.propagated_from.name if proposals.propagated_from else "")
        if not is_typing:
            self._show_phrase()
        self._mark.set_state(
            is_waiting=proposals is not None and proposals.is_waiting,
            has_failed=proposals is not None and proposals.has_failed,
        )
        self._promise()
        self._arrange()
        self.updateGeometry()

    def set_threshold(self, threshold: float) -> None:
        """Show the threshold, 0..1: the least score of what is shown."""
        self._slider.set_score(threshold)

    def set_takes(self, *, phrases: bool, exemplars: bool) -> None:
        """Say whether the model knows names, and what is like an example; one that knows no names is shown one."""
        if (phrases, exemplars) == (self._takes_phrases, self._takes_exemplars):
            return
        self._takes_phrases, self._takes_exemplars = phrases, exemplars
        if not phrases and self._field.hasFocus():
            self.left.emit()
        # A field that swallowed the keys but took no phrase would only be in the way.
        self._field.setReadOnly(not phrases)
        self._field.setFocusPolicy(Qt.FocusPolicy.StrongFocus if phrases else Qt.FocusPolicy.NoFocus)
        self._field.setCursor(Qt.CursorShape.IBeamCursor if phrases else Qt.CursorShape.ArrowCursor)
        self._tell_keys()
        self._promise()
        self._show_phrase()
        self._arrange()

    def set_reduced_motion(self, reduces_motion: bool) -> None:
        """Let nothing here move by itself."""
        self._mark.set_reduced_motion(reduces_motion)

    def focus_field(self) -> None:
        """Let the phrase be typed; where the model knows no names, say so."""
        if self._takes_phrases:
            self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._field.selectAll()
        else:
            QToolTip.showText(self.mapToGlobal(QPoint(0, self.height() - SPACE_S)), self._field.toolTip(), self)

    def sizeHint(self) -> QSize:
        """Ask for little while nothing is looked for."""
        width = QUIET_WIDTH if self._proposals is None else MAX_WIDTH
        return QSize(scaled(width), scaled(CONTROL_HEIGHT) + 2 * SPACE_XS)

    # Making

    def _make_buttons(self) -> None:
        self._accept.setProperty("kind", "primary")
        bind_font(self._accept, "body")
        self._accept.setText("Accept all")
        self._accept.setAccessibleName("Accept all")
        self._cross.setAccessibleName("Look for nothing any more")
        bind_icon(self._accept, "check-all", "on_accent")
        bind_icon(self._cross, "close", "text_dim")
        for button, height in ((self._accept, BUTTON_HEIGHT), (self._cross, CONTROL_HEIGHT)):
            bind_icon_size(button, ICON_SIZE_SMALL)
            bind_height(button, height)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        row.setContentsMargins(SPACE_S, SPACE_XS, SPACE_XS, SPACE_XS)
        row.setSpacing(SPACE_S)
        row.addWidget(self._mark)
        row.addWidget(self._field, stretch=1)
        for part in self._parts:
            row.addWidget(part)

    def _connect(self) -> None:
        self._field.returnPressed.connect(self._enter)
        self._field.escape_pressed.connect(self._step_back)
        self._field.textEdited.connect(self._arrange)
        self._chip.removed.connect(self.exemplar_removed)
        self._source.removed.connect(self._clear)
        self._slider.moved.connect(self.threshold_moved)
        self._accept.clicked.connect(self.accept_all_wanted)
        self._cross.clicked.connect(self._clear)
        theme().theme_changed.connect(self._follow_theme)
        stops = (self._field, self._chip.cross, self._source.cross, self._slider.handle, self._accept, self._cross)
        for stop in stops:
            stop.installEventFilter(self)
        for earlier, later in pairwise(stops):
            QWidget.setTabOrder(earlier, later)

    # Showing

    def _follow_theme(self) -> None:
        self._arrange()
        self.updateGeometry()
        self.update()

    def _has_edits(self) -> bool:
        return self._takes_phrases and self._field.text() != self._phrase

    def _show_phrase(self) -> None:
        """Put the phrase into the field; a model that knows no names could not be asked for one kept from before."""
        text = self._phrase if self._takes_phrases or self._proposals is not None else ""
        if text != self._field.text():
            self._field.setText(text)
            self._field.setCursorPosition(0)

    def _tell_keys(self) -> None:
        """Name the keys of the window that lead here or do what is here to be clicked."""
        self._accept.setToolTip(with_key("Accept all that are found", self._keys.text("accept_proposals")))
        self._cross.setToolTip(with_key("Look for nothing any more", self._keys.text("escape")))
        self._mark.set_key(self._key_to_find())
        nameless = f"This model knows no names. {self._way_to_exemplars()}"
        self._field.setAccessibleName("What to find")
        self._field.setAccessibleDescription("" if self._takes_phrases else nameless)
        tip = with_key("Find all of a kind", self._keys.text("find"))
        self._field.setToolTip(tip if self._takes_phrases else nameless)

    def _key_to_find(self) -> str:
        if self._takes_phrases:
            return self._keys.text("find")
        return self._keys.text("tool_exemplar") if self._takes_exemplars else ""

    def _way_to_exemplars(self) -> str:
        if not self._takes_exemplars:
            return "It finds nothing by an example either: click on each object, or draw a box around it."
        key = self._keys.text("tool_exemplar")
        return f"{f'Press {key}' if key else 'Take the exemplar tool'} and draw a box around one of what to find."

    def _promise(self) -> None:
        exemplars = self._proposals.concept.exemplars if self._proposals is not None else ()
        promises = _PROMISES[self._takes_phrases, any(exemplar.positive for exemplar in exemplars)]
        self._field.set_promises(promises if self._takes_phrases or self._takes_exemplars else _NO_PROMISE)

    def _arrange(self) -> None:
        """Show as much as there is room for."""
        room = self.width() - self._mark.width() - 2 * SPACE_S - SPACE_XS - scaled(MIN_FIELD_WIDTH)
        left_out, widths = _Part(0), dict[QWidget, int]()
        for left_out in _LEFT_OUT:
            widths = self._part_widths(left_out)
            if sum(widths.values()) + SPACE_S * len(widths) <= room:
                break
        self._leave_if_hidden(widths)
        for part in self._parts:
            part.setVisible(part in widths)
            if part in widths:
                part.setFixedWidth(widths[part])
        if self._proposals is not None:
            self._answer.show_words(answer_words(self._proposals), in_brief=_Part.FOUND_WORD in left_out)
        style = Qt.ToolButtonStyle
        is_icon = _Part.ACCEPT_TEXT in left_out
        self._accept.setToolButtonStyle(style.ToolButtonIconOnly if is_icon else style.ToolButtonTextOnly)

    def _part_widths(self, left_out: _Part) -> dict[QWidget, int]:
        """Give what stands at the right of the field and how wide it is."""
        widths: dict[QWidget, int] = {}
        proposals = self._proposals
        if proposals is not None:
            widths = self._answer_widths(proposals, left_out)
            if _Part.CHIP not in left_out and proposals.concept.exemplars:
                widths[self._chip] = self._chip.sizeHint().width()
            if _Part.CHIP not in left_out and proposals.propagated_from is not None:
                widths[self._source] = self._source.sizeHint().width()
            if _Part.SLIDER not in left_out:
                widths[self._slider] = self._slider.sizeHint().width()
        if proposals is not None or self._field.text():
            widths[self._cross] = scaled(CONTROL_HEIGHT)
        return widths

    def _answer_widths(self, proposals: Proposals, left_out: _Part) -> dict[QWidget, int]:
        """Give the widths of the answer and the button: together the same with and without the button.

        Else the slider would slip from below the hand when the answer to its move comes.
        """
        words = answer_words(proposals)
        text, usual = (words.brief, "000") if _Part.FOUND_WORD in left_out else (words.text, "000 found")
        is_icon = _Part.ACCEPT_TEXT in left_out
        accept = scaled(CONTROL_HEIGHT) if is_icon else _advance(self._accept, self._accept.text()) + 2 * SPACE_M
        has_accept = proposals.is_current and bool(proposals.open) and _Part.ACCEPT not in left_out
        answer = _advance(self._answer, text) if text else 0
        if _Part.SLIDER not in left_out:
            kept = _advance(self._answer, usual)
            answer = max(answer, kept if has_accept else kept + SPACE_S + accept)
        widths: dict[QWidget, int] = {}
        if has_accept:
            widths[self._accept] = accept
        if answer and _Part.ANSWER not in left_out:
            widths[self._answer] = answer
        return widths

    def _leave_if_hidden(self, shown: Container[QWidget]) -> None:
        """Give the focus back before its widget goes, for Qt would give it to any other."""
        focused = QApplication.focusWidget()
        if focused is None or not self.isAncestorOf(focused):
            return
        if any(part is focused or part.isAncestorOf(focused) for part in self._parts if part not in shown):
            self.left.emit()

    # What the user does

    def _enter(self) -> None:
        phrase = " ".join(self._field.text().split())
        says_something = bool(phrase or self._phrase)
        self._phrase = phrase
        self._show_phrase()
        if says_something and self._takes_phrases:
            self.phrase_entered.emit(phrase)
        self.left.emit()

    def _step_back(self) -> None:
        """Take back what was typed; if nothing was, leave."""
        if self._has_edits():
            self._show_phrase()
            self._field.selectAll()
            self._arrange()
        else:
            self.left.emit()

    def _clear(self) -> None:
        self._phrase = ""
        self._field.clear()
        self._arrange()
        self.cleared.emit()

    # What Qt asks

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show where the focus is."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._mark.set_typing(self._field.hasFocus())
            self.update()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the room."""
        super().resizeEvent(event)
        self._arrange()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Come forward."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Step back."""
        super().leaveEvent(event)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Let the phrase be typed after a click anywhere on the ground."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.focus_field()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's
        """Paint the ground, and around it the focus of the field."""
        focused = QApplication.focusWidget()
        has_focus = focused is not None and self.isAncestorOf(focused)
        is_used = has_focus or self.underMouse() or self._proposals is not None
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_typing = self._field.hasFocus()
        width = FOCUS_WIDTH if is_typing else 1
        painter.setPen(QPen(theme().color("accent" if is_typing else "line"), width))
        painter.setBrush(theme().color("panel", 1.0 if is_used else QUIET_OPACITY))
        inset = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), CORNER, CORNER)


def _advance(widget: QWidget, text: str) -> int:
    return QFontMetrics(widget.font()).horizontalAdvance(text) + 1
