"""Tiles of a layer: painted at once, on the worker, anew, and as they were."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from sam3_annotator.ui.canvas.tile_worker import TileWorker
from sam3_annotator.ui.canvas.tiles import (
    MAX_PATCHES,
    OVERLAP,
    TILE_SIDE,
    WHOLE_TILE,
    Frame,
    TileJob,
    TileLayer,
)
from sam3_annotator.ui.canvas.view_transform import ViewTransform

CONTENT = (0.0, 0.0, 4000.0, 4000.0)
SIZE = 1000.0, 700.0


class Painter:
    """Plans tiles in one colour and counts them."""

    def __init__(self) -> None:
        self.color = QColor("#ff0000")
        self.cost_ms = 1.0
        self.is_empty = False
        self.boxes: list[tuple[float, float, float, float]] = []

    def plan(self, box: tuple[float, float, float, float], _frame: Frame) -> TileJob:
        self.boxes.append(box)
        color = QColor(self.color)
        if self.is_empty:
            return TileJob(0.0, None)
        return TileJob(self.cost_ms, lambda painter: painter.fillRect(-9000, -9000, 18000, 18000, color))


@pytest.fixture
def worker(qapp: object) -> Iterator[TileWorker]:
    made = TileWorker()
    yield made
    made.stop()


@pytest.fixture
def source() -> Painter:
    return Painter()


@pytest.fixture
def layer(worker: TileWorker, source: Painter) -> TileLayer:
    return TileLayer(source.plan, worker, lambda: None)


def frame_at(zoom: float = 1.0, x: float = 0.0, y: float = 0.0, ratio: float = 1.0) -> Frame:
    return Frame.of(ViewTransform(zoom, x, y), *SIZE, ratio)


def shown(layer: TileLayer, frame: Frame) -> QImage:
    image = QImage(frame.size.size(), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    layer.paint(painter, frame)
    painter.end()
    return image


def color_at(layer: TileLayer, frame: Frame, x: int, y: int) -> str:
    return shown(layer, frame).pixelColor(x, y).name()


def test_cheap_tiles_are_there_at_once(layer: TileLayer, source: Painter) -> None:
    missing = layer.refresh(frame_at(), CONTENT, budget_ms=100)

    assert missing == []
    assert layer.is_settled
    assert len(source.boxes) == 4
    assert color_at(layer, frame_at(), 999, 699) == "#ff0000"


def test_a_pan_by_whole_pixels_paints_only_what_is_new(layer: TileLayer, source: Painter) -> None:
    layer.refresh(frame_at(x=-10), CONTENT, budget_ms=100)
    source.boxes.clear()

    layer.refresh(frame_at(x=-20), CONTENT, budget_ms=100)
    assert source.boxes == []

    layer.refresh(frame_at(x=-100), CONTENT, budget_ms=100)
    assert len(source.boxes) == 2


def test_nothing_is_painted_beside_the_content(layer: TileLayer, source: Painter) -> None:
    assert layer.refresh(frame_at(), (2000.0, 2000.0, 3000.0, 3000.0), budget_ms=100) == []
    assert layer.refresh(frame_at(), (0.0, 0.0, 100.0, 100.0), budget_ms=100) == []

    assert len(source.boxes) == 1


def test_expensive_tiles_come_from_the_worker(qtbot: QtBot, layer: TileLayer, source: Painter) -> None:
    source.cost_ms = 1000

    missing = layer.refresh(frame_at(), CONTENT, budget_ms=10)

    assert len(missing) == 4
    assert not layer.is_settled
    qtbot.waitUntil(lambda: layer.is_settled)
    assert layer.refresh(frame_at(), CONTENT, budget_ms=10) == []
    assert color_at(layer, frame_at(), 5, 5) == "#ff0000"


def test_stale_tiles_are_shown_until_new_ones_arrive(qtbot: QtBot, layer: TileLayer, source: Painter) -> None:
    layer.refresh(frame_at(), CONTENT, budget_ms=100)
    source.color, source.cost_ms = QColor("#00ff00"), 1000

    layer.invalidate()
    layer.refresh(frame_at(), CONTENT, budget_ms=10)
    assert color_at(layer, frame_at(), 5, 5) == "#ff0000"

    qtbot.waitUntil(lambda: layer.is_settled)
    assert color_at(layer, frame_at(), 5, 5) == "#00ff00"


def test_only_the_touched_tiles_are_painted_anew(layer: TileLayer, source: Painter) -> None:
    layer.refresh(frame_at(), CONTENT, budget_ms=100)
    source.color = QColor("#00ff00")
    source.boxes.clear()

    layer.invalidate([(600.0, 10.0, 620.0, 20.0)])
    layer.refresh(frame_at(), CONTENT, budget_ms=100)

    assert len(source.boxes) == 1
    assert color_at(layer, frame_at(), 5, 5) == "#ff0000"
    assert color_at(layer, frame_at(), 700, 5) == "#00ff00"


def test_a_change_at_the_edge_of_a_tile_touches_its_neighbour_too(layer: TileLayer, source: Painter) -> None:
    layer.refresh(frame_at(), CONTENT, budget_ms=100)
    source.boxes.clear()

    layer.invalidate([(TILE_SIDE + 1.0, 10.0, TILE_SIDE + 20.0, 20.0)])
    layer.refresh(frame_at(), CONTENT, budget_ms=100)

    assert len(source.boxes) == 2


@pytest.fixture
def patched(worker: TileWorker, source: Painter) -> TileLayer:
    made = TileLayer(source.plan, worker, lambda: None, patches=True)
    made.refresh(frame_at(), CONTENT, budget_ms=100)
    source.boxes.clear()
    source.color = QColor("#00ff00")
    return made


def test_a_layer_that_patches_paints_only_what_has_changed_in_a_tile(patched: TileLayer, source: Painter) -> None:
    patched.invalidate([(600.0, 100.0, 620.0, 110.0), (800.0, 300.0, 801.0, 301.0)])
    patched.refresh(frame_at(), CONTENT, budget_ms=100)

    assert len(source.boxes) == 2
    image = shown(patched, frame_at())
    assert {image.pixelColor(x, y).name() for x in (594, 626) for y in (94, 116)} == {"#00ff00"}
    assert {image.pixelColor(x, y).name() for x, y in ((593, 100), (627, 100), (600, 93), (600, 117))} == {"#ff0000"}
    assert image.pixelColor(800, 300).name() == "#00ff00"
    assert patched.refresh(frame_at(), CONTENT, budget_ms=0) == []
    assert len(source.boxes) == 2


@pytest.mark.parametrize(
    "boxes",
    [
        [(600.0 + 20 * i, 100.0, 602.0 + 20 * i, 102.0) for i in range(MAX_PATCHES + 1)],
        [(512.0, 0.0, 1000.0, 300.0)],
    ],
)
def test_a_tile_of_which_much_has_changed_is_painted_whole(
    patched: TileLayer, source: Painter, boxes: list[tuple[float, float, float, float]]
) -> None:
    for box in boxes:
        patched.invalidate([box])

    patched.refresh(frame_at(), CONTENT, budget_ms=100)

    assert frame_at().grid.box_of((1, 0), WHOLE_TILE) in source.boxes
    assert color_at(patched, frame_at(), 990, 500) == "#00ff00"


def test_what_changes_while_a_patch_is_under_way_is_painted_too(
    qtbot: QtBot, patched: TileLayer, source: Painter
) -> None:
    source.cost_ms = 1000
    patched.invalidate([(600.0, 100.0, 620.0, 110.0)])
    patched.refresh(frame_at(), CONTENT, budget_ms=10)
    source.color = QColor("#0000ff")
    patched.invalidate([(800.0, 300.0, 820.0, 310.0)])

    for _ in range(2):
        patched.refresh(frame_at(), CONTENT, budget_ms=10)
        qtbot.waitUntil(lambda: patched.is_settled)

    places = (610, 105), (810, 305), (700, 200)
    assert [color_at(patched, frame_at(), *at) for at in places] == ["#00ff00", "#0000ff", "#ff0000"]


def test_an_older_painting_does_not_replace_a_newer_one(qtbot: QtBot, patched: TileLayer, source: Painter) -> None:
    source.cost_ms = 1000
    patched.invalidate([(600.0, 100.0, 620.0, 110.0)])
    patched.refresh(frame_at(), CONTENT, budget_ms=10)
    source.cost_ms, source.color = 1, QColor("#0000ff")
    patched.invalidate([(605.0, 100.0, 620.0, 110.0)])
    patched.refresh(frame_at(), CONTENT, budget_ms=10)  # at once, while the worker still has the first

    qtbot.waitUntil(lambda: patched.is_settled)

    assert color_at(patched, frame_at(), 610, 105) == "#0000ff"


def test_a_tile_under_way_when_its_content_changes_is_painted_again(
    qtbot: QtBot, layer: TileLayer, source: Painter
) -> None:
    source.cost_ms = 1000
    layer.refresh(frame_at(), CONTENT, budget_ms=10)

    source.color = QColor("#00ff00")
    layer.invalidate()
    layer.refresh(frame_at(), CONTENT, budget_ms=10)
    qtbot.waitUntil(lambda: layer.is_settled)

    assert layer.refresh(frame_at(), CONTENT, budget_ms=10) == []
    image = shown(layer, frame_at())
    assert {image.pixelColor(x, y).name() for x in (5, 900) for y in (5, 600)} == {"#00ff00"}


def test_after_a_zoom_the_tiles_of_before_are_shown_enlarged(layer: TileLayer, source: Painter) -> None:
    layer.refresh(frame_at(), CONTENT, budget_ms=100)
    source.color, source.cost_ms = QColor("#00ff00"), 1000

    missing = layer.refresh(frame_at(1.5), CONTENT, budget_ms=10, is_moving=True)

    assert missing
    assert layer.is_settled is False
    assert color_at(layer, frame_at(1.5), 500, 500) == "#ff0000"


def test_while_zooming_the_worker_is_left_alone(qtbot: QtBot, layer: TileLayer, source: Painter) -> None:
    source.cost_ms = 1000
    for zoom in (1.1, 1.2, 1.3):
        layer.refresh(frame_at(zoom), CONTENT, budget_ms=10, is_moving=True)
    planned = len(source.boxes)

    layer.refresh(frame_at(1.3), CONTENT, budget_ms=10)
    qtbot.waitUntil(lambda: layer.is_settled)

    assert planned == 3
    assert color_at(layer, frame_at(1.3), 5, 5) == "#ff0000"


def test_a_cleared_layer_shows_nothing_of_before(layer: TileLayer, source: Painter) -> None:
    layer.refresh(frame_at(), CONTENT, budget_ms=100)
    source.cost_ms = 1000

    layer.clear()
    layer.refresh(frame_at(2.0), CONTENT, budget_ms=10, is_moving=True)

    assert color_at(layer, frame_at(2.0), 5, 5) == "#000000"


def test_what_waits_for_the_worker_is_not_painted_any_more_once_cleared(
    qtbot: QtBot, layer: TileLayer, source: Painter
) -> None:
    layer.refresh(frame_at(), CONTENT, budget_ms=0)
    begun = len(source.boxes)
    assert not layer.is_settled

    layer.clear()
    qtbot.waitUntil(lambda: layer.is_settled)

    assert len(source.boxes) == begun


def test_empty_tiles_cost_nothing(layer: TileLayer, source: Painter) -> None:
    source.is_empty = True

    assert layer.refresh(frame_at(), CONTENT, budget_ms=0) == []
    assert color_at(layer, frame_at(), 5, 5) == "#000000"


def test_far_tiles_are_dropped(layer: TileLayer, source: Painter) -> None:
    for step in range(40):
        layer.refresh(frame_at(x=-512.0 * step), (0.0, 0.0, 1e6, 1e6), budget_ms=1000)
    source.boxes.clear()

    layer.refresh(frame_at(), (0.0, 0.0, 1e6, 1e6), budget_ms=1000)

    assert len(source.boxes) > 0


def test_tiles_lie_on_device_pixels_at_any_offset_and_ratio() -> None:
    for ratio in (1.0, 1.25, 2.0):
        frame = frame_at(0.7, 13.37, -4.2, ratio)

        box = frame.box_of(frame.rect_of((1, 1)))

        x = (box[0] * 0.7 + 13.37) * ratio
        assert x == pytest.approx(frame.rect_of((1, 1)).left())
        around = frame.box_of(frame.rect_of((1, 1)).adjusted(-OVERLAP, -OVERLAP, OVERLAP, OVERLAP))
        assert frame.grid.box_of((1, 1), WHOLE_TILE) == pytest.approx(around)


def test_an_error_on_the_worker_is_raised_on_the_gui_thread(qtbot: QtBot, worker: TileWorker) -> None:
    def fail() -> None:
        raise RuntimeError("no paint left")

    with qtbot.captureExceptions() as exceptions:
        worker.submit(fail, lambda _: None)
        qtbot.waitUntil(lambda: bool(exceptions))

    assert "no paint left" in str(exceptions[0][1])
