"""The rows of the attributes of what is selected: a name, and a check box or a field for the value."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from html import escape
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QToolButton, QWidget

from sam3_annotator.project import AttributeValue, Instance
from sam3_annotator.ui.attribute_words import told_value, value_words
from sam3_annotator.ui.item_delegates.painting import paint_text
from sam3_annotator.ui.modifiers import is_bare
from sam3_annotator.ui.panels.value_field import ValueField
from sam3_annotator.ui.sizes import bind_height, bind_sizes, scaled
from sam3_annotator.ui.theme import ICON_SIZE_SMALL, RADIUS, SPACE_M, SPACE_S, SPACE_XS, bind_icon, theme

ROW_HEIGHT: Final = 30
CROSS_SIZE: Final = ICON_SIZE_SMALL + SPACE_XS
# Name and value share the width in these parts.
_NAME_PART, _VALUE_PART = 2, 3
_MOST_TOLD: Final = 6


@dataclass(frozen=True, slots=True)
class Held:
    """The values that an attribute has among the selected instances, each once; `is_partial` if some have none."""

    values: tuple[AttributeValue, ...] = ()
    is_partial: bool = False

    @property
    def differs(self) -> bool:
        """Not all have the same."""
        return len(self.values) > 1 or (self.is_partial and bool(self.values))

    @property
    def words(self) -> str:
        """The value that all have, as it is typed; "" without."""
        return "" if self.differs or not self.values else value_words(self.values[0])

    @property
    def told(self) -> str:
        """All values in one line."""
        words = [told_value(value) or "empty" for value in self.values[:_MOST_TOLD]]
        more = ["…"] if len(self.values) > _MOST_TOLD else []
        return ", ".join([*words, *more, *(["not set"] if self.is_partial or not self.values else [])])


def held_by(instances: Collection[Instance]) -> dict[str, Held]:
    """Say which values instances have, attribute by attribute."""
    # Most instances share their attributes with others, as objects: there are far fewer of these.
    alike = list({id(instance.attributes): instance.attributes for instance in instances}.values())
    values: defaultdict[str, dict[tuple[type, AttributeValue], AttributeValue]] = defaultdict(dict)
    having: Counter[str] = Counter()
    for attributes in alike:
        for name, value in attributes.items():
            values[name][type(value), value] = value
            having[name] += 1
    return {name: Held(tuple(each.values()), having[name] < len(alike)) for name, each in values.items()}


class AttributeRow(QWidget):
    """What all rows have: the name, a cross that takes the attribute away, the mark of the one that Enter is about."""

    take_wanted = Signal()
    menu_wanted = Signal(QPoint)  # on the screen
    left = Signal()  # the user is done

    def __init__(self, name: str, control: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.control = control
        self.held = Held()
        self._key = ""
        self._is_target = False
        bind_height(self, ROW_HEIGHT)
        control.setAccessibleName(name)
        self._cross: QToolButton | None = None  # made when first offered: there may be many rows
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_M + SPACE_XS, 0, SPACE_S, 0)
        layout.setSpacing(0)
        layout.addStretch(_NAME_PART)
        layout.addWidget(control, _VALUE_PART)

    def show_held(self, held: Held, key: str) -> None:
        """Show the values of the selected instances, and the key that switches them ("" without)."""
        self.held, self._key = held, key
        self._offer_cross(self.underMouse())
        self.setToolTip(f"<div>{escape(self.name)}: {escape(held.told)}</div>")
        self.show_value()
        self.update()

    def show_value(self) -> None:
        """Show in the control what is held."""
        raise NotImplementedError

    def press(self) -> None:
        """Do what a click on the name means."""
        raise NotImplementedError

    def set_target(self, is_target: bool) -> None:
        """Mark the row as the one that Enter is about."""
        if is_target != self._is_target:
            self._is_target = is_target
            self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Offer the cross."""
        self._offer_cross(True)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Leave name and value alone."""
        self._offer_cross(False)
        super().leaveEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the cross into the right end of the value."""
        super().resizeEvent(event)
        self._place_cross()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take a click on the name for one on the value."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.press()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu."""
        self.menu_wanted.emit(event.globalPos())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the name, and the ground of the row that Enter is about."""
        painter = QPainter(self)
        if self._is_target:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("selection"))
            painter.drawRoundedRect(self.rect().adjusted(SPACE_XS, 1, -SPACE_XS, -1), RADIUS, RADIUS)
        control = self.control.geometry()
        name = QRect(SPACE_M + SPACE_XS, 0, control.left() - SPACE_M - 2 * SPACE_XS, self.height())
        role = "text" if self.held.values else "text_dim"
        paint_text(painter, name, self.name, role=role, elide=Qt.TextElideMode.ElideMiddle)
        if self._key and not self.offers_cross:
            paint_text(painter, control, self._key, font="number_caption", role="text_dim", is_right=True)

    def _make_cross(self) -> QToolButton:
        cross = QToolButton(self)
        bind_sizes(cross, lambda: cross.setFixedSize(scaled(CROSS_SIZE), scaled(CROSS_SIZE)))
        cross.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        cross.setAccessibleName(f"Take {self.name} away")
        cross.setToolTip("Take it away from the selected instances")
        cross.setCursor(Qt.CursorShape.ArrowCursor)
        bind_icon(cross, "close", "text_dim")
        cross.clicked.connect(self.take_wanted)
        return cross

    @property
    def offers_cross(self) -> bool:
        """The cross is shown."""
        return self._cross is not None and not self._cross.isHidden()

    def _offer_cross(self, is_pointed_at: bool) -> None:
        is_offered = is_pointed_at and bool(self.held.values)
        if is_offered and self._cross is None:
            self._cross = self._make_cross()
            self._place_cross()
        if self._cross is not None:
            self._cross.setVisible(is_offered)
            self.update()

    def _place_cross(self) -> None:
        if self._cross is not None:
            self._cross.move(self.width() - SPACE_S - scaled(CROSS_SIZE), (self.height() - scaled(CROSS_SIZE)) // 2)


class SwitchBox(QCheckBox):
    """A check box that one press makes either on or off, and that has its keys for itself while it has the focus."""

    left = Signal()
    delete_pressed = Signal()

    _OWN_KEYS: Final = frozenset(
        {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Delete, Qt.Key.Key_Backspace}
    )

    def nextCheckState(self) -> None:
        """Make what differs the same: on."""
        self.setChecked(self.checkState() is not Qt.CheckState.Checked)

    def event(self, event: QEvent) -> bool:
        """Claim keys that would otherwise accept a proposal, deselect or delete what is selected."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._is_own(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave by Enter or Esc, take away by Del or Backspace, go up and down by arrows."""
        if not self._is_own(event):
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
            else:
                super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_pressed.emit()
        else:
            self.left.emit()

    def _is_own(self, event: QKeyEvent) -> bool:
        return event.key() in self._OWN_KEYS and is_bare(event.modifiers())


class SwitchRow(AttributeRow):
    """A truth attribute."""

    def __init__(self, name: str, switch: Callable[[bool], object], parent: QWidget | None = None) -> None:
        """Take the name and what is called with the new value."""
        self.box = SwitchBox()
        super().__init__(name, self.box, parent)
        self.box.clicked.connect(lambda is_on: switch(is_on))
        self.box.left.connect(self.left)
        self.box.delete_pressed.connect(self.take_wanted)

    def show_value(self) -> None:
        """Check the box if it holds for all, fill it half if for some."""
        if True not in self.held.values:
            state = Qt.CheckState.Unchecked
        else:
            state = Qt.CheckState.PartiallyChecked if self.held.differs else Qt.CheckState.Checked
        self.box.setCheckState(state)

    def press(self) -> None:
        """Switch it."""
        self.box.click()


class ValueRow(AttributeRow):
    """An attribute that is a text or a number."""

    def __init__(
        self,
        name: str,
        enter: Callable[[str], bool],
        values: Callable[[], list[str]],
        parent: QWidget | None = None,
    ) -> None:
        """Take the name, what is called with what was typed, which says whether it could be taken, and the values."""
        self.field = ValueField(enter, values)
        super().__init__(name, self.field, parent)
        self.field.left.connect(self.left)

    def _offer_cross(self, is_pointed_at: bool) -> None:
        super()._offer_cross(is_pointed_at)
        self.field.make_room(scaled(CROSS_SIZE) if self.offers_cross else 0)

    def show_value(self) -> None:
        """Show the value that all have, or that they differ."""
        self.field.show_value(self.held.words, "differs" if self.held.differs else "")

    def press(self) -> None:
        """Lead the keyboard to the field, and offer the values in use."""
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.selectAll()
        self.field.offer_all()
