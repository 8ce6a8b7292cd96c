"""What two fingers on a touchpad do to the view."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from sam3_annotator.ui.canvas.view import CanvasView

CTRL = Qt.KeyboardModifier.ControlModifier


def test_two_fingers_on_a_touchpad_pan_and_with_ctrl_zoom(canvas: CanvasView, hand: Any) -> None:
    before = canvas.viewport_from_image(QPointF(0, 0))

    hand.wheel(200, 150, 2, touchpad=True)
    assert canvas.zoom == 1.0
    assert canvas.viewport_from_image(QPointF(0, 0)) == before + QPointF(0, 20)

    hand.wheel(200, 150, 2, CTRL, touchpad=True)
    assert canvas.zoom == pytest.approx(1.01**20)


def test_a_pinch_zooms_around_the_fingers_wherever_the_canvas_is_in_its_window(
    qtbot: QtBot, pixels: np.ndarray
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    canvas = CanvasView(window)
    canvas.setGeometry(300, 100, 800, 600)
    with qtbot.waitExposed(window):
        window.show()
    canvas.show_image(pixels)
    canvas.set_zoom(1.0)
    fingers = QPointF(250, 150)
    held = canvas.image_from_viewport(fingers)

    at, value = fingers + QPointF(300, 100), 0.5
    device = QPointingDevice.primaryPointingDevice()
    screen, gesture = window.mapToGlobal(at), Qt.NativeGestureType.ZoomNativeGesture
    pinch = QNativeGestureEvent(gesture, device, 2, at, at, screen, value, QPointF())
    QApplication.sendEvent(window.windowHandle(), pinch)

    assert canvas.zoom == pytest.approx(1.5)
    now = canvas.image_from_viewport(fingers)
    assert (now.x(), now.y()) == pytest.approx((held.x(), held.y()))


def test_fingers_that_only_rest_leave_an_image_fitted(canvas: CanvasView, hand: Any) -> None:
    canvas.fit()

    hand.wheel(200, 150, 0, touchpad=True)
    canvas.resize(600, 450)

    middle = canvas.viewport_from_image(QPointF(200, 150))
    assert (middle.x(), middle.y()) == pytest.approx((300, 225))
    assert canvas.viewport_from_image(QPointF(0, 0)).x() > 0
