"""Sizes that go with the size of text, kept in step with it in widgets that are already there.

Sizes in the source are those at 100 %. What goes with text (rows, buttons, icons, columns, dialogs) is given through
`scaled`; the gaps between things stay as they are, so that larger text gets the room there is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLabel, QToolBar, QWidget

from sam3_annotator.ui.theme import theme

_MOST_OF_SCREEN: Final = 0.95  # the frame needs some of it


def scaled(size: float) -> int:
    """Give a size at 100 %, in device-independent pixels, as it is with the size of text in use."""
    return round(size * theme().text_scale)


def size_on_screen(size: QSize) -> QSize:
    """Give the size of a window at 100 % as it is with the size of text in use, as far as the screen has room."""
    screen = QGuiApplication.primaryScreen().availableGeometry().size()
    return QSize(scaled(size.width()), scaled(size.height())).boundedTo(screen * _MOST_OF_SCREEN)


class TakesFont(Protocol):
    """A label, an action: whatever has `setFont`."""

    def setFont(self, font: QFont, /) -> None:
        """Write in this font."""
        ...


class _SizeBinding(QObject):
    """Sizes its parent anew when the theme changes, the size of text with it; goes with it."""

    def __init__(self, parent: QObject, give: Callable[[], object]) -> None:
        super().__init__(parent)
        self._give = give
        theme().theme_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        self._give()


def bind_sizes(owner: QObject, give: Callable[[], object]) -> None:
    """Call `give`, which sizes `owner` by `scaled`, now and again whenever the size of text changes."""
    _SizeBinding(owner, give)


def bind_font(target: TakesFont, role: str) -> None:
    """Set the font of a role of `FONT_ROLES`, now and again whenever the size of text changes."""
    if not isinstance(target, QObject):
        raise TypeError(f"Only a QObject can be bound to a font; got {type(target).__name__}.")
    _SizeBinding(target, lambda: target.setFont(theme().font(role)))


def bind_height(widget: QWidget, height: int) -> None:
    """Give a widget this height at 100 %."""
    _SizeBinding(widget, lambda: widget.setFixedHeight(scaled(height)))


def bind_width(widget: QWidget, width: int) -> None:
    """Give a widget this width at 100 %."""
    _SizeBinding(widget, lambda: widget.setFixedWidth(scaled(width)))


def bind_text_width(label: QLabel, widest: str) -> None:
    """Make a label as wide as the widest text that it will have; after `bind_font`."""
    _SizeBinding(label, lambda: label.setFixedWidth(label.fontMetrics().horizontalAdvance(widest)))


def bind_icon_size(holder: QAbstractButton | QToolBar, side: int) -> None:
    """Make the icons of a button or a bar `side` pixels wide and high at 100 %."""
    _SizeBinding(holder, lambda: holder.setIconSize(QSize(scaled(side), scaled(side))))
