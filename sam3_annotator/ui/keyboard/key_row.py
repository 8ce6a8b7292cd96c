"""The row of an action on the page of keys, where its keys can be changed."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from sam3_annotator.ui.actions.action_table import ActionSpec
from sam3_annotator.ui.keyboard.cap_row import LINE_HEIGHT, WORDS_LEFT, Cap, CapKind, CapRow
from sam3_annotator.ui.keyboard.key_map import MAX_KEYS, KeyMap, action_words, default_keys, fixed_keys
from sam3_annotator.ui.keyboard.key_note import KeyNote
from sam3_annotator.ui.keyboard.keys import key_of, key_text, why_reserved
from sam3_annotator.ui.sizes import bind_font
from sam3_annotator.ui.theme import FOCUS_WIDTH, RADIUS, SPACE_XS, theme

ASKS: Final = "Press a key"
PLACE: Final = Cap("+", CapKind.EMPTY)
MARK_RADIUS: Final = 2.5
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_REMOVING: Final = ("Del", "Backspace")


class KeyRow(CapRow):
    """Shows the keys of an action; after a click or Enter the next key that is pressed becomes one of them.

    Esc leaves all as it is, Del and Backspace take the key away if there is one. A key that another action has is
    given only after a second Enter or a click, one that the window needs is refused; a note below says why.
    """

    turned = Signal(int)  # the user wants to go on to the next row (1) or the one before (-1)
    grown = Signal()  # a note has come: the row needs more room

    def __init__(self, spec: ActionSpec, keys: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(spec.text.rstrip("…"), parent=parent)
        self.spec = spec
        self._keys = keys
        self._current = 0
        self._is_asking = False
        self._offered: tuple[str, ...] = ()  # keys that other actions have
        self._is_resetting = False
        # Made when they are needed first: most rows of the page never need any.
        self._note: KeyNote | None = None
        self._reset: QPushButton | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, LINE_HEIGHT, 0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setToolTip(spec.tip)
        keys.changed.connect(self._show_keys)
        self._show_keys()

    @property
    def note(self) -> str:
        """What is said below the keys, "" for nothing."""
        return "" if self._note is None else self._note.sentence

    @property
    def is_asking(self) -> bool:
        """The next key that is pressed is taken."""
        return self._is_asking

    @property
    def reset_button(self) -> QPushButton:
        """Gives the action the keys that it has at first; shown where it has others."""
        return self._reset or self._make_reset()

    @property
    def take_button(self) -> QPushButton:
        """Takes over the key that another action has."""
        return (self._note or self._make_note()).take

    def ask(self, slot: int = 0) -> None:
        """Take the next key that is pressed as the key number `slot`."""
        self._current = min(slot, self._slots - 1)
        self._is_asking = bool(self._slots)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._is_asking:
            removal = " Del takes the key away." if self._current < len(self._free) else ""
            self._say(f"Esc leaves it as it is.{removal}")
        self._show_keys()

    def stop_asking(self) -> None:
        """Leave all as it is."""
        self._is_asking = self._is_resetting = False
        self._offered = ()
        self._say("")
        self._show_keys()

    # What it shows

    @property
    def _free(self) -> tuple[str, ...]:
        fixed = fixed_keys(self.spec.id)
        return tuple(key for key in self._keys.keys(self.spec.id) if key not in fixed)

    @property
    def _slots(self) -> int:
        """How many keys can be changed, with the place for one more."""
        return min(len(self._free) + 1, MAX_KEYS - len(fixed_keys(self.spec.id)))

    def _make_note(self) -> KeyNote:
        self._note = note = KeyNote(self)
        note.take.clicked.connect(self._take_over)
        note.leave.clicked.connect(self.stop_asking)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(note)
        return note

    def _make_reset(self) -> QPushButton:
        self._reset = reset = QPushButton("Reset", self)
        reset.setVisible(False)
        reset.setProperty("kind", "link")
        bind_font(reset, "caption")
        reset.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        reset.setAccessibleName(f"Reset the keys of {self.words}")
        reset.setAutoDefault(False)
        reset.clicked.connect(self._reset_keys)
        QWidget.setTabOrder(self, reset)
        return reset

    @property
    def _shown_slots(self) -> list[int]:
        """The slots from left to right: the place for one more comes first, so that it moves no other."""
        slots = list(range(len(self._free)))
        has_place = self._slots > len(slots) and (self.hasFocus() or self.underMouse())
        return [len(slots), *slots] if has_place else slots

    def _cap_of(self, slot: int) -> Cap:
        if self._is_asking and slot == self._current:
            return Cap(" / ".join(map(key_text, self._offered)) or ASKS, CapKind.ASKED)
        return Cap(key_text(self._free[slot])) if slot < len(self._free) else PLACE

    def _show_keys(self) -> None:
        fixed = fixed_keys(self.spec.id)
        self.set_caps([*map(self._cap_of, self._shown_slots), *(Cap(key_text(key), CapKind.FIXED) for key in fixed)])
        can_reset = self._keys.is_changed(self.spec.id) and not self._is_asking
        if can_reset or self._reset is not None:
            self.reset_button.setVisible(can_reset)
        self._place_reset()

    def _place_reset(self) -> None:
        if self._reset is None:
            return
        size = self._reset.sizeHint()
        rects = [rect for cap, rect in zip(self.caps, self.cap_rects(), strict=True) if cap is not PLACE]
        left = rects[0].left() if rects else self.width()
        right = left - SPACE_XS - (PLACE.width + SPACE_XS if self._slots > len(self._free) else 0)
        self._reset.setGeometry(right - size.width(), (LINE_HEIGHT - size.height()) // 2 - 1, *size.toTuple())

    def _say(self, sentence: str, *, offers: bool = False) -> None:
        if not sentence and self._note is None:
            return
        (self._note or self._make_note()).say(sentence, offers=offers)
        self.setAccessibleDescription(sentence)
        self.updateGeometry()
        if sentence:
            self.grown.emit()

    def _font(self) -> str:
        return "strong" if self._keys.is_changed(self.spec.id) else "body"

    def _current_cap(self) -> int:
        slots = self._shown_slots
        return slots.index(self._current) if self.hasFocus() and self._current in slots else -1

    def _words_end(self, caps_left: int) -> int:
        return super()._words_end(
            self._reset.x() if self._reset is not None and self._reset.isVisibleTo(self) else caps_left
        )

    def _paint_ground(self, painter: QPainter) -> None:
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.underMouse() or self._is_asking:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("hover"))
            painter.drawRoundedRect(frame, RADIUS, RADIUS)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme().color("accent"), FOCUS_WIDTH))
            painter.drawRoundedRect(frame, RADIUS, RADIUS)
        if self._keys.is_changed(self.spec.id):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("accent"))
            painter.drawEllipse(QPointF(WORDS_LEFT / 2, LINE_HEIGHT / 2), MARK_RADIUS, MARK_RADIUS)

    # What the user does

    def _press(self, event: QKeyEvent) -> None:
        """Take a key while one is asked for."""
        key = key_of(event)
        if not key or event.isAutoRepeat():
            return
        if key == "Esc":
            self.stop_asking()
        elif key == "Enter" and self._offered:
            self._take_over()
        elif key in _REMOVING and self._current < len(self._free):
            self._remove()
        else:
            self._try(key)

    def _try(self, key: str) -> None:
        holder = self._keys.holder(key)
        self._offered, self._is_resetting = (), False
        if holder == self.spec.id:
            self.stop_asking()
        elif reason := why_reserved(key):
            self._say(f"{reason} Press another key.")
        elif holder:
            self._offer((key,))
        else:
            self._put(key)
        self._show_keys()

    def _offer(self, keys: tuple[str, ...]) -> None:
        self._offered = keys
        self._say(" ".join(map(self._claim, keys)), offers=True)

    def _claim(self, key: str) -> str:
        holder = self._keys.holder(key)
        left = [key_text(other) for other in self._keys.keys(holder) if other != key]
        rest = f"which keeps {left[0]}" if left else "which has no key then"
        return f"{key_text(key)} is the key of “{action_words(holder)}”, {rest}."

    def _take_over(self) -> None:
        if self._is_resetting:
            self.stop_asking()
            self._keys.reset(self.spec.id)
        else:
            self._put(self._offered[0])

    def _put(self, key: str) -> None:
        keys = list(self._free)
        keys[self._current : self._current + 1] = [key]
        self.stop_asking()
        self._keys.set_keys(self.spec.id, keys)

    def _remove(self) -> None:
        kept = [key for number, key in enumerate(self._free) if number != self._current]
        self.stop_asking()
        self._keys.set_keys(self.spec.id, kept)

    def _reset_keys(self) -> None:
        """Ask first where that takes a key from an action to which the user has given it."""
        lost = tuple(key for key in default_keys(self.spec.id) if self._keys.holder(key) not in ("", self.spec.id))
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if lost:
            self._is_asking = self._is_resetting = True
            self._offer(lost)
            self._show_keys()
        else:
            self._keys.reset(self.spec.id)

    def event(self, event: QEvent) -> bool:
        """Keep every key for itself while one is asked for, also Tab and those of the dialog."""
        if self._is_asking and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress:
                self._press(event)
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ask for a key, take one away, or go on."""
        key, slots = key_of(event), self._shown_slots
        if event.key() in _ENTER and not event.isAutoRepeat():
            self.ask(self._current)
        elif key in _REMOVING and self._current < len(self._free):
            self._remove()
        elif key in ("Left", "Right"):
            at = slots.index(self._current) + (1 if key == "Right" else -1) if self._current in slots else 0
            self._current = slots[min(max(at, 0), len(slots) - 1)] if slots else 0
            self.update()
        elif key in ("Up", "Down"):
            self.turned.emit(1 if key == "Down" else -1)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask for another key in place of the one clicked, or the first."""
        if event.button() != Qt.MouseButton.LeftButton or event.position().y() > LINE_HEIGHT:
            return
        cap, slots = self.cap_at(event.position().toPoint()), self._shown_slots
        self.stop_asking()
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if 0 <= cap < len(slots):
            self.ask(slots[cap])
        elif cap >= 0:
            self._say(why_reserved(fixed_keys(self.spec.id)[cap - len(slots)]))
        else:
            self.ask()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Offer the place for one more key."""
        super().enterEvent(event)
        self._show_keys()

    def leaveEvent(self, event: QEvent) -> None:
        """Take it back."""
        super().leaveEvent(event)
        self._show_keys()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self._show_keys()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Ask no longer."""
        super().focusOutEvent(event)
        self._current = 0
        self.stop_asking()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the button beside the keys."""
        super().resizeEvent(event)
        self._place_reset()
