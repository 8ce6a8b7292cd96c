"""Brings a window before all others, wherever it is."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def raise_window(window: QWidget) -> None:
    """Show a window, also one that is minimised, before the others, with the keyboard."""
    if window.isMinimized():
        window.showNormal()
    window.show()
    window.raise_()
    window.activateWindow()
