"""A labeler of dark photographs sees what is in them, and nothing else is any different for it."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from sam3_annotator.project import read_image
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.canvas.light import NEUTRAL, Light
from sam3_annotator.ui.window.centred_slider import CentredSlider
from sam3_annotator.ui.window.light_panel import LightPanel

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def panel(user):
    """Give the card that is open, None if none is."""
    return lambda: next((each for each in user.window.findChildren(LightPanel) if each.isVisible()), None)


@pytest.fixture
def color_at(user):
    """Read the colour that the canvas shows at a place of the image."""

    def read(x: float, y: float) -> tuple[int, ...]:
        user.settle()
        place = user.window.canvas.viewport_from_image(QPointF(x, y)).toPoint()
        return user.window.canvas.viewport().grab().toImage().pixelColor(place).getRgb()[:3]

    return read


def test_the_image_is_lighter_and_the_model_sees_the_same(user, fake_session, color_at, panel, qtbot) -> None:
    window = user.window
    path = window.store.image_file(window.workspace.image_id)
    in_file = path.read_bytes()
    plain = color_at(20.5, 15.5)
    user.press(Qt.Key.Key_S)
    user.click(20, 15)
    user.settle()
    outline = user.draft.region
    user.press(Qt.Key.Key_Escape)

    user.press(Qt.Key.Key_L)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_PageUp)

    light = window.canvas.light.light
    assert light == Light(brightness=10)
    assert color_at(20.5, 15.5) == tuple(light.table()[list(plain)].tolist())
    assert window.status_line.adjusted.isVisible()
    window.focus_canvas()
    user.click(20, 15)
    user.settle()
    assert user.draft.region == outline
    user.press(Qt.Key.Key_Escape)
    assert (window.findChild(Assist).image.pixels == read_image(path)).all()
    user.press(Qt.Key.Key_D)
    user.settle()
    pixels = read_image(window.store.image_file(window.workspace.image_id))
    assert zlib.crc32(np.ascontiguousarray(pixels).tobytes()) in fake_session.embedded
    assert window.canvas.light.light == light  # it stays from image to image
    assert path.read_bytes() == in_file


def test_one_key_leads_to_the_original_and_back(user, color_at) -> None:
    canvas, line = user.window.canvas, user.window.status_line
    action = user.window.window_actions.action("show_original")
    plain = color_at(20.5, 15.5)
    assert not action.isEnabled()
    canvas.light.set_light(Light(gamma=2.0))
    lit = color_at(20.5, 15.5)
    assert lit != plain

    user.press(Qt.Key.Key_L, SHIFT)
    assert color_at(20.5, 15.5) == plain
    assert action.isChecked()
    assert not line.adjusted.isVisible()

    user.press(Qt.Key.Key_L, SHIFT)
    assert color_at(20.5, 15.5) == lit
    assert not action.isChecked()
    assert line.adjusted.isVisible()


def test_the_card_has_the_keys_until_it_is_closed(user, panel, qtbot) -> None:
    canvas = user.window.canvas
    user.press(Qt.Key.Key_S)
    user.click(20, 15)
    user.settle()
    draft = user.draft

    user.press(Qt.Key.Key_L)
    sliders = panel().findChildren(CentredSlider)
    assert sliders[0].hasFocus()
    qtbot.keyClick(sliders[0], Qt.Key.Key_Tab)
    assert sliders[1].hasFocus()
    qtbot.keyClick(sliders[1], Qt.Key.Key_Escape)

    assert panel() is None
    assert canvas.hasFocus()
    assert user.draft is draft

    user.press(Qt.Key.Key_L)
    assert panel() is not None
    user.press(Qt.Key.Key_L)
    assert panel() is None
    assert canvas.hasFocus()


def test_the_mark_in_the_status_line_opens_the_card(user, panel, qtbot) -> None:
    user.window.canvas.light.set_light(Light(contrast=5))

    qtbot.mouseClick(user.window.status_line.adjusted, Qt.MouseButton.LeftButton)

    assert panel() is not None


def test_the_picture_on_the_start_page_is_of_the_image_itself(user, color_at) -> None:
    user.window.canvas.light.set_light(Light(brightness=100, contrast=100))  # all is white
    user.settle()

    user.close()

    picture = QImage(user.window.settings.recent_projects[0].thumbnail)
    assert picture.pixelColor(picture.rect().center()).lightness() < 255


def test_the_program_begins_with_images_as_they_are(user) -> None:
    user.window.canvas.light.set_automatic(True)

    user.restart()

    assert user.window.canvas.light.light == NEUTRAL
    assert not user.window.canvas.light.is_automatic
