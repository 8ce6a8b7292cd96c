"""Rows of the image list: what is left out is fainter than the rest."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QCursor, QImage
from pytestqt.qtbot import QtBot

from sam3_annotator.project import ImageState, ProjectStore
from sam3_annotator.ui.item_delegates.image_delegate import PROBLEM_ICON, STATE_ICONS
from sam3_annotator.ui.panels.image_list import ImageListPanel
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.theme import ICON_SIZE_SMALL, theme
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.workspace import Workspace


@pytest.fixture
def panel(qtbot: QtBot, bridge: StoreBridge, workspace: Workspace) -> ImageListPanel:
    """Show the four images, the first of them selected and all with their thumbnails."""
    workspace.set_image(bridge.store.images()[0].id)
    QCursor.setPos(2000, 2000)  # a row under the mouse, wherever an earlier test left it, has another ground
    made = ImageListPanel(bridge, workspace)
    qtbot.addWidget(made)
    made.resize(260, 400)
    made.setStyleSheet(f"QListView {{ background: {theme().color('panel').name()} }}")
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(lambda: all(made.thumbnails.pixmap(image.id) for image in bridge.store.images()))
    return made


def row_of(panel: ImageListPanel, row: int) -> QImage:
    """Give what is painted of a row, at its logical size."""
    rect = panel.view.visualRect(panel.shown.index(row, 0))
    shot = panel.view.viewport().grab(rect).toImage()
    return shot.scaled(rect.size())


def contrast(image: QImage, part: QRect) -> int:
    """Give the greatest distance of a pixel from the ground of its row, in lightness."""
    ground = image.pixelColor(image.width() - 3, image.height() // 2).lightness()
    places = ((x, y) for x in range(part.left(), part.right()) for y in range(part.top(), part.bottom()))
    return max(abs(image.pixelColor(x, y).lightness() - ground) for x, y in places)


def test_thumbnail_and_name_of_an_image_left_out_are_fainter(panel: ImageListPanel, store: ProjectStore) -> None:
    before = row_of(panel, 2)
    thumbnail = QRect(10, 8, 60, before.height() - 16)
    name = QRect(90, 4, 60, before.height() // 2 - 4)

    operations.set_image_state(store, [store.images()[2].id], ImageState.LEFT_OUT)

    after = row_of(panel, 2)
    assert contrast(after, thumbnail) < contrast(before, thumbnail) / 2
    assert 0 < contrast(after, name) < contrast(before, name)


def test_the_missing_file_of_an_image_left_out_is_no_warning(panel: ImageListPanel, store: ProjectStore) -> None:
    def mark(row: int) -> QImage:
        image = row_of(panel, row)
        return image.copy(image.width() - 40, (image.height() - ICON_SIZE_SMALL) // 2, 36, ICON_SIZE_SMALL)

    images = [image.id for image in store.images()]
    operations.set_image_state(store, images[1:3], ImageState.LEFT_OUT)
    panel.model.set_problems({images[2]: "missing", images[3]: "missing"}, images)

    assert mark(2) == mark(1)
    assert mark(3) != mark(1)


def test_every_state_has_a_mark_of_its_own() -> None:
    shapes = [name for name, _ in (*STATE_ICONS.values(), PROBLEM_ICON)]

    assert STATE_ICONS.keys() == set(ImageState)
    assert len(set(shapes)) == len(ImageState) + 1
