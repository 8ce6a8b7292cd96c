"""A shown canvas with an image of 400 x 300 pixels, and the hand that works on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sam3_annotator.model import ConceptPrompt, Exemplar
from sam3_annotator.project import ImageId, InstanceId, Polygon, Region, rectangle
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.proposals import Proposal, Proposals
from sam3_annotator.ui.canvas.scene import CanvasInstance
from sam3_annotator.ui.canvas.view import CanvasView

IMAGE_SIZE = 400, 300
NO_KEY = Qt.KeyboardModifier.NoModifier

MakeInstance = Callable[..., CanvasInstance]
MakeProposals = Callable[..., Proposals]


@pytest.fixture
def make_instance() -> MakeInstance:
    """Make a rectangular instance: `make_instance(1, (x0, y0, x1, y1))`, with a hole if `hole` gives its box."""

    def make(
        number: int,
        box: tuple[float, float, float, float],
        *,
        hole: tuple[float, float, float, float] | None = None,
        color: str = "#e69f00",
        label: str = "cat",
        score: float | None = None,
    ) -> CanvasInstance:
        holes = [] if hole is None else [_corners(hole)]
        return CanvasInstance(InstanceId(number), Region((Polygon(_corners(box), holes),)), color, label, score)

    return make


@pytest.fixture
def make_proposals() -> MakeProposals:
    """Make rectangular proposals of scores 0.90, 0.89, ..: `make_proposals((x0, y0, x1, y1), ..)`.

    The box that names each is its rectangle, a tenth of a pixel larger, as a model's is another than the outline's.
    """

    def make(*boxes: BoxXyxy, exemplars: tuple[Exemplar, ...] = ()) -> Proposals:
        found = [
            Proposal((x0 - 0.1, y0 - 0.1, x1 + 0.1, y1 + 0.1), rectangle(x0, y0, x1, y1), 0.9 - 0.01 * place, 0.99)
            for place, (x0, y0, x1, y1) in enumerate(boxes)
        ]
        return Proposals(ImageId(1), ConceptPrompt("cat", exemplars)).with_found(found)

    return make


def _corners(box: tuple[float, float, float, float]) -> list[tuple[float, float]]:
    x0, y0, x1, y1 = box
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


@dataclass
class Hand:
    """Mouse, wheel and keys on a canvas; places are image pixels."""

    canvas: CanvasView

    def at(self, x: float, y: float) -> QPoint:
        """Give the place of an image point on the viewport."""
        return self.canvas.viewport_from_image(QPointF(x, y)).toPoint()

    def move(self, x: float, y: float) -> None:
        QTest.mouseMove(self.canvas.viewport(), self.at(x, y))

    def press(
        self,
        x: float,
        y: float,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
        keys: Qt.KeyboardModifier = NO_KEY,
    ) -> None:
        QTest.mousePress(self.canvas.viewport(), button, keys, self.at(x, y))

    def release(
        self,
        x: float,
        y: float,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
        keys: Qt.KeyboardModifier = NO_KEY,
    ) -> None:
        QTest.mouseRelease(self.canvas.viewport(), button, keys, self.at(x, y))

    def click(
        self,
        x: float,
        y: float,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
        keys: Qt.KeyboardModifier = NO_KEY,
    ) -> None:
        self.move(x, y)
        QTest.mouseClick(self.canvas.viewport(), button, keys, self.at(x, y))

    def drag(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        keys: Qt.KeyboardModifier = NO_KEY,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
    ) -> None:
        """Press, move there in three steps, and let go."""
        self.begin_drag(start, end, keys, button)
        self.release(*end, button, keys)

    def begin_drag(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        keys: Qt.KeyboardModifier = NO_KEY,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
    ) -> None:
        """Press and move there in three steps."""
        self.move(*start)
        self.press(*start, button, keys)
        for share in (0.3, 0.7, 1.0):
            self.move(*(a + (b - a) * share for a, b in zip(start, end, strict=True)))

    def key(self, key: Qt.Key) -> None:
        QTest.keyClick(self.canvas, key)

    def wheel(
        self,
        x: float,
        y: float,
        notches: float = 1.0,
        keys: Qt.KeyboardModifier = NO_KEY,
        *,
        touchpad: bool = False,
        tilted: bool = False,
    ) -> None:
        """Turn the wheel, or tilt it; with `touchpad` move two fingers by as many times 10 pixels."""
        at = self.canvas.viewport_from_image(QPointF(x, y))
        event = QWheelEvent(
            at,
            QPointF(self.canvas.viewport().mapToGlobal(at.toPoint())),
            QPoint(0, round(notches * 10)) if touchpad else QPoint(),
            QPoint(round(notches * 120), 0) if tilted else QPoint(0, round(notches * 120)),
            Qt.MouseButton.NoButton,
            keys,
            Qt.ScrollPhase.ScrollUpdate if touchpad else Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.canvas.viewport(), event)


@pytest.fixture
def pixels() -> np.ndarray:
    """Make an image whose red is the column and whose green is the row, each modulo 256."""
    ys, xs = np.mgrid[: IMAGE_SIZE[1], : IMAGE_SIZE[0]]
    return np.stack((xs % 256, ys % 256, np.full_like(xs, 40)), axis=2).astype(np.uint8)


@pytest.fixture
def canvas(qtbot: QtBot, pixels: np.ndarray) -> CanvasView:
    """Show a canvas of 800 x 600 with the image at 100 %; what it asks to be selected becomes selected."""
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.selection_requested.connect(view.set_selection)
    with qtbot.waitExposed(view):
        view.show()
    view.show_image(pixels)
    view.set_zoom(1.0)
    return view


@pytest.fixture
def hand(canvas: CanvasView) -> Hand:
    """Give the hand on the canvas."""
    return Hand(canvas)
