"""What the program is, its version and what it stands on."""

from __future__ import annotations

import platform

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPushButton, QVBoxLayout, QWidget

from sam3_annotator import __version__
from sam3_annotator.ui.sizes import bind_font, bind_width
from sam3_annotator.ui.theme import SPACE_L, SPACE_S, SPACE_XL


def version_lines() -> str:
    """Give the versions that a report of a fault should name."""
    return (
        f"SAM 3 Annotator {__version__}\n"
        f"Python {platform.python_version()}, PySide6 {pyside_version}\n"
        f"{platform.system()} {platform.release()}, {platform.machine()}"
    )


class AboutDialog(QDialog):
    """Name, versions and licences, with a button that copies the versions."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("About SAM 3 Annotator")
        title = QLabel("SAM 3 Annotator")
        bind_font(title, "display")
        purpose = QLabel("Turns photos into segmentation datasets, with a model on your own machine.")
        purpose.setWordWrap(True)
        versions = QLabel(version_lines())
        versions.setProperty("tone", "dim")
        versions.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        licences = QLabel(
            "Free software under the Apache License 2.0. Icons: Material Design Icons by the Pictogrammers, "
            "Apache License 2.0. Window: Qt for Python, LGPL version 3."
        )
        licences.setWordWrap(True)
        licences.setProperty("tone", "dim")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = QPushButton("Copy versions")
        copy.setAutoDefault(False)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(version_lines()))
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setDefault(True)
        close.setFocus()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_L)
        layout.setSpacing(SPACE_S)
        for widget in (title, purpose, versions, licences):
            layout.addWidget(widget)
        layout.addSpacing(SPACE_S)
        layout.addWidget(buttons)
        bind_width(self, 440)
