"""The panel of images, as tests of its list and of its filters make it and look at it."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from sam3_annotator.ui.panels.image_list import ImageListPanel
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.workspace import Workspace


def show_panel(qtbot: QtBot, bridge: StoreBridge, workspace: Workspace) -> ImageListPanel:
    """Make the panel, and show it."""
    made = ImageListPanel(bridge, workspace)
    qtbot.addWidget(made)
    made.resize(260, 400)
    with qtbot.waitExposed(made):
        made.show()
    return made


def names(panel: ImageListPanel) -> list[str]:
    """Give the names of the images that are listed."""
    return [panel.shown.index(row, 0).data() for row in range(panel.shown.rowCount())]


def strip(panel: ImageListPanel) -> str:
    """Give what the strip below the field says; empty where there is none."""
    return "".join(label.text() for label in panel.filter_bar.findChildren(QLabel) if label.isVisible())
