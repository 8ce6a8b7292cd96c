"""The button over the grid whose menu narrows it down by an attribute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QPaintEvent
from PySide6.QtWidgets import (
    QMenu,
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QWidget,
)

from sam3_annotator.ui.attribute_words import told_value
from sam3_annotator.ui.gallery.attribute_filter import ANY_ATTRIBUTE, EMPTY, AttributeFilter
from sam3_annotator.ui.panels.menu_choice import add_choice
from sam3_annotator.ui.plain_tip import plain_tip
from sam3_annotator.ui.sizes import bind_font, bind_height, bind_icon_size, bind_sizes, scaled
from sam3_annotator.ui.theme import CONTROL_HEIGHT, ICON_SIZE, SPACE_S, bind_icon

Tally = Callable[[], tuple[int, Mapping[str, Counter[str]]]]
"""Counts the instances that any attribute would show, and for each attribute the values that it has there."""
# What is rarer is hardly looked for here, and a menu longer than the screen by nobody.
MOST_VALUES: Final = 24
MOST_WIDTH: Final = 208


class AttributeButton(QToolButton):
    """Says which attribute is asked for, and asks for another; the menu tells how many instances each would show.

    Where there is no room for its words, they end with an ellipsis.
    """

    chosen = Signal(object)  # AttributeFilter

    def __init__(self, tally: Tally, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tally = tally
        self._shown = ANY_ATTRIBUTE
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bind_icon_size(self, ICON_SIZE)
        bind_height(self, CONTROL_HEIGHT)
        bind_sizes(self, lambda: self.setMaximumWidth(scaled(MOST_WIDTH)))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._open)
        self.show_filter(ANY_ATTRIBUTE)

    def show_filter(self, shown: AttributeFilter) -> None:
        """Show which attribute is asked for."""
        self._shown = shown
        self.setText(shown.words.replace("&", "&&"))  # an ampersand would mark a mnemonic
        self.setAccessibleName(f"Filter by attribute: {shown.words}")
        self.setToolTip(plain_tip(shown.words) if shown.name else "Filter by attribute")
        bind_icon(self, "filter-variant", "accent" if shown.name else "text_dim")

    def minimumSizeHint(self) -> QSize:
        """Leave room for the icon at least."""
        return QSize(CONTROL_HEIGHT, CONTROL_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint it as Qt does, but for the words."""
        painter, option = QStylePainter(self), QStyleOptionToolButton()
        self.initStyleOption(option)
        room = self.width() - ICON_SIZE - 2 * SPACE_S
        words = self.fontMetrics().elidedText(self._shown.words, Qt.TextElideMode.ElideRight, room)
        option.text = words.replace("&", "&&")
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)

    def menu_of_filters(self) -> QMenu:
        """Make the menu: any attribute, then each with its values."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        total, tally = self._tally()
        group = QActionGroup(menu)
        menu.addAction(self._choice(ANY_ATTRIBUTE.words, total, group, ANY_ATTRIBUTE))
        menu.addSeparator()
        for name, values in tally.items():
            self._add_attribute(menu, group, name, values, total)
        if not tally:
            menu.addAction("No instance here has attributes").setEnabled(False)
        return menu

    def _add_attribute(self, menu: QMenu, group: QActionGroup, name: str, values: Counter[str], total: int) -> None:
        choices = menu.addMenu(name.replace("&", "&&"))
        if self._shown.name == name:
            bind_font(choices.menuAction(), "strong")
        choices.addAction(self._choice("Any value", values.total(), group, AttributeFilter(name)))
        for value, count in values.most_common(MOST_VALUES):
            choices.addAction(self._choice(told_value(value) or EMPTY, count, group, AttributeFilter(name, value)))
        if (rest := len(values) - MOST_VALUES) > 0:
            choices.addAction(f"and {rest:,} rarer ones").setEnabled(False)
        choices.addSeparator()
        without = AttributeFilter(name, is_without=True)
        choices.addAction(self._choice("Without it", total - values.total(), group, without))

    def _choice(self, words: str, count: int, group: QActionGroup, choice: AttributeFilter) -> QAction:
        action = add_choice(words, count, group, is_chosen=choice == self._shown)
        action.triggered.connect(lambda _checked=False: self.chosen.emit(choice))
        return action

    def _open(self) -> None:
        self.menu_of_filters().popup(self.mapToGlobal(self.rect().bottomLeft()))
