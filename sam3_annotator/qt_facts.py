"""Asks Qt what it finds on this machine; Qt aborts the process where it cannot start."""

from __future__ import annotations

from PySide6.QtCore import qVersion
from PySide6.QtGui import QFontDatabase, QGuiApplication, QImageReader

Facts = dict[str, str | int | list[str]]


def ask_qt() -> Facts:
    """Start Qt and have it tell its version, platform, screens, fonts and image formats."""
    application = QGuiApplication([])
    font = application.font()
    return {
        "version": qVersion(),
        "platform": application.platformName(),
        "screens": [
            f"{screen.size().width()} x {screen.size().height()} at {screen.devicePixelRatio():g}"
            for screen in application.screens()
        ],
        "colour scheme": application.styleHints().colorScheme().name,
        "font": f"{font.family()}, {font.pointSizeF():g} pt",
        "font families": len(QFontDatabase.families()),
        "image formats": sorted(bytes(name.data()).decode() for name in QImageReader.supportedImageFormats()),
    }
