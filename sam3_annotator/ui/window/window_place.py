"""Restores where a window and its panels were, and never off the screen."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from sam3_annotator.ui.settings import Settings

DEFAULT_SIZE: Final = QSize(1440, 900)
# Raised when docks or toolbars are added or renamed: an older layout would put them anywhere.
LAYOUT_VERSION: Final = 4
# This much of the window's top edge must be on a screen, to take hold of it.
_GRIP: Final = QSize(160, 24)


def restore_place(window: QMainWindow, settings: Settings) -> bool:
    """Put the window where it was; at first, or if that screen is gone, in the middle of the main one.

    Gives whether its panels are where they were, too.
    """
    was_restored = window.restoreGeometry(settings.window_geometry)
    if not was_restored or not is_reachable(window.geometry(), _screens()):
        window.setGeometry(default_place(QGuiApplication.primaryScreen().availableGeometry()))
    return window.restoreState(settings.window_layout, LAYOUT_VERSION)


def save_place(window: QMainWindow, settings: Settings) -> None:
    """Keep where the window and its panels are."""
    settings.window_geometry = window.saveGeometry()
    settings.window_layout = window.saveState(LAYOUT_VERSION)


def default_place(screen: QRect) -> QRect:
    """Give the default size, smaller on a small screen, in the middle of it."""
    place = QRect(screen.topLeft(), DEFAULT_SIZE.boundedTo(screen.size() * 0.96))
    place.moveCenter(screen.center())
    return place


def is_reachable(window: QRect, screens: list[QRect]) -> bool:
    """Say whether enough of the window's top edge is on a screen to take hold of it."""
    top_edge = QRect(window.left(), window.top(), window.width(), _GRIP.height())
    overlaps = (screen.intersected(top_edge) for screen in screens)
    return any(part.width() >= _GRIP.width() and part.height() >= _GRIP.height() // 2 for part in overlaps)


def _screens() -> list[QRect]:
    return [screen.availableGeometry() for screen in QGuiApplication.screens()]
