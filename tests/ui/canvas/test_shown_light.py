"""The image on the canvas in another light: at any zoom, on every tile, and nothing else in another one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest

from sam3_annotator.ui.canvas.light import NEUTRAL, Light, own_light
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.theme import theme

LIGHT = Light(brightness=30, contrast=10, gamma=1.5)
OTHER = Light(brightness=-40, contrast=25, gamma=0.7)

Shot = Callable[[], np.ndarray]


def image(low: int, high: int, *, width: int = 1300, height: int = 900) -> np.ndarray:
    """Give squares of 25 pixels in random colours between two values."""
    rng = np.random.default_rng(low)
    squares = rng.integers(low, high, (height // 25, width // 25, 3), dtype=np.uint8)
    return squares.repeat(25, axis=0).repeat(25, axis=1)


@pytest.fixture
def canvas(qtbot: Any) -> CanvasView:
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(900, 700)
    view.show_image(image(0, 120))
    view.show()
    qtbot.waitExposed(view)
    return view


@pytest.fixture
def shot(canvas: CanvasView, qtbot: Any) -> Shot:
    """Give what the canvas shows, `(H, W, 3)` RGB, once it is sharp."""

    def take() -> np.ndarray:
        canvas.viewport().repaint()
        qtbot.waitUntil(lambda: canvas.is_settled)
        grabbed = canvas.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(grabbed.constBits(), np.uint8).reshape(grabbed.height(), -1)
        return rows[:, : 3 * grabbed.width()].reshape(grabbed.height(), -1, 3).copy()

    return take


def on_image(shown: np.ndarray) -> np.ndarray:
    """Say which pixels of a picture of the canvas are not those of its ground."""
    return (shown != theme().color("canvas").getRgb()[:3]).any(axis=2)


@pytest.mark.parametrize("zoom", [None, 0.31, 1.0, 1.3, 4.0])
def test_every_pixel_of_the_image_is_shown_as_the_table_says_and_no_other(
    zoom: float | None, canvas: CanvasView, shot: Shot
) -> None:
    canvas.fit() if zoom is None else canvas.set_zoom(zoom)
    plain = shot()

    for light in (LIGHT, OTHER):
        canvas.light.set_light(light)
        shown = shot()
        inside = on_image(plain)
        assert (shown[inside] == light.table()[plain[inside]]).all()
        assert (shown[~inside] == plain[~inside]).all()

    canvas.light.reset()
    assert (shot() == plain).all()


def test_what_comes_into_view_is_in_the_same_light(canvas: CanvasView, shot: Shot) -> None:
    canvas.set_zoom(1.0)
    canvas.light.set_light(OTHER)
    shot()
    canvas.light.set_light(LIGHT)
    port = canvas.viewport()

    for _ in range(3):
        QTest.mousePress(port, Qt.MouseButton.MiddleButton, pos=QPoint(500, 400))
        QTest.mouseMove(port, QPoint(430, 330))
        moving = canvas.viewport().grab()
        QTest.mouseRelease(port, Qt.MouseButton.MiddleButton, pos=QPoint(430, 330))
        lit = shot()
        assert moving.toImage() == canvas.viewport().grab().toImage()

    canvas.light.toggle_original()
    plain = shot()
    assert (lit[on_image(plain)] == LIGHT.table()[plain[on_image(plain)]]).all()


def test_instances_keep_their_colours(canvas: CanvasView, shot: Shot, make_instance: Any) -> None:
    canvas.set_fill_opacity(1.0)
    canvas.set_instances([make_instance(1, (300, 300, 900, 700), color="#336699")])
    canvas.light.set_light(LIGHT)

    shown = shot()

    place = canvas.viewport_from_image(canvas.image_from_viewport(QPoint(450, 350).toPointF())).toPoint()
    assert shown[place.y(), place.x()].tolist() == [0x33, 0x66, 0x99]


def test_the_ground_around_the_image_keeps_the_colour_of_the_theme(canvas: CanvasView, shot: Shot) -> None:
    canvas.set_zoom(0.1)
    canvas.light.set_light(Light(brightness=100))

    assert QColor(*shot()[2, 2].tolist()) == theme().color("canvas")


def test_nothing_of_the_image_itself_changes(canvas: CanvasView, shot: Shot) -> None:
    pixels = image(0, 120)
    before = pixels.copy()
    canvas.show_image(pixels)
    canvas.light.set_light(LIGHT)

    shot()

    assert (pixels == before).all()


def test_another_image_is_in_the_same_light(canvas: CanvasView, shot: Shot) -> None:
    canvas.light.set_light(LIGHT)

    canvas.show_image(image(50, 200))

    assert canvas.light.light == LIGHT
    lit = shot()
    canvas.light.toggle_original()
    plain = shot()
    assert (lit[on_image(plain)] == LIGHT.table()[plain[on_image(plain)]]).all()


def test_each_image_is_in_its_own_light_until_one_is_set(canvas: CanvasView) -> None:
    first, second = image(0, 120), image(50, 80)
    canvas.light.set_automatic(True)
    assert canvas.light.light == own_light(first)

    canvas.show_image(None)
    canvas.show_image(second)
    assert canvas.light.light == own_light(second)

    canvas.light.set_light(LIGHT)
    canvas.show_image(first)
    assert canvas.light.light == LIGHT
    assert not canvas.light.is_automatic


def test_what_suits_an_image_can_be_kept_for_all(canvas: CanvasView) -> None:
    canvas.light.set_automatic(True)
    canvas.light.set_automatic(False)

    canvas.show_image(image(50, 80))

    assert canvas.light.light == own_light(image(0, 120))


def test_the_original_is_shown_until_switched_back_or_something_is_set(canvas: CanvasView, shot: Shot) -> None:
    plain = shot()
    canvas.light.set_light(LIGHT)
    lit = shot()

    canvas.light.toggle_original()
    assert (shot() == plain).all()
    assert canvas.light.light == LIGHT
    canvas.light.toggle_original()
    assert (shot() == lit).all()

    canvas.light.toggle_original()
    canvas.light.set_light(OTHER)
    assert not canvas.light.shows_original
    canvas.light.reset()
    assert canvas.light.light == NEUTRAL
    assert canvas.light.table is None


def test_a_picture_can_be_taken_without_it(canvas: CanvasView, shot: Shot) -> None:
    plain = shot()
    canvas.light.set_light(LIGHT)

    with canvas.light.left_out():
        assert (shot() == plain).all()

    assert (shot() != plain).any()
    assert not canvas.light.shows_original


def test_changes_are_announced_once_and_only_when_there_are_some(canvas: CanvasView) -> None:
    told: list[str] = []
    canvas.light.changed.connect(lambda: told.append("changed"))
    canvas.light.switched.connect(lambda: told.append("switched"))

    canvas.light.set_light(LIGHT)
    canvas.light.set_light(LIGHT)
    canvas.show_image(image(50, 80))
    canvas.light.set_light(OTHER)
    canvas.light.toggle_original()

    assert told == ["changed", "switched", "changed", "changed", "switched"]
