"""How long one frame of the canvas takes with many instances on a 12-megapixel image; the promise is 16 ms.

A frame is one event of mouse or wheel, what follows from it, and the painting, at the pace of 60 frames a second.
Tiles painted meanwhile on the canvas's own thread count where they hold up the frame. `settle` is how long after
the last zoom everything is sharp again. `preview` moves the mouse with the points tool while a model thread, as fast as
it can, makes full-size masks and their outlines for where the cursor is; `preview shown` is how old what is shown is:
from the cursor's move until its outline is on the canvas, painted with the next frame. `polygon` moves the mouse
while a polygon of 2000 vertices is drawn, `polygon snap` with Ctrl held. `brush` paints on an instance of 5000
vertices, in one stroke; `brush ends` are its beginning and its end, when it becomes part of the instance. `proposals`
moves the mouse over 200 proposals of 100 vertices, and `focus` turns from each to the next; no instances are there
then.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sam3_annotator.model import (
    CacheBudgets,
    Check,
    ConceptPrompt,
    Detection,
    Embedding,
    EmbeddingCache,
    PointPrompt,
    Prompt,
    Segmentation,
    UnsupportedPrompt,
    never_cancelled,
)
from sam3_annotator.project import ImageId, InstanceId, Polygon, Region
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.preview import Preview
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.canvas.brush import Brush
from sam3_annotator.ui.canvas.proposals import Proposal, Proposals
from sam3_annotator.ui.canvas.scene import CanvasInstance
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.settings import PreviewMode, Settings

IMAGE_SIZE = 4000, 3000
CANVAS_SIZE = 1100, 800
FRAME_S = 1 / 60
SETTLE_TIMEOUT_S = 60.0
BRUSHED_VERTICES, BRUSH_RADIUS = 5000, 60
# As many as SAM 3 finds at most.
PROPOSAL_COUNT = 200
DRAWN_VERTICES = 2_000
# Milliseconds that passed, and those the GUI thread worked: what passes beyond is other programs' on a shared machine.
Frame = tuple[float, float]
COLORS = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")


class Embedded:
    """What the quick model needs of an image."""

    image_size, nbytes = IMAGE_SIZE[::-1], 1000


class QuickSession:
    """A model that finds a wavy blob around any point in no time, and paints its three masks at full size."""

    name, device, capabilities = "Quick", "CPU", frozenset({"points"})

    def embed(self, image: NDArray[np.uint8], *, check: Check = never_cancelled) -> Embedded:
        """Give what is needed of any image of this size."""
        del image, check
        return Embedded()

    def segment(
        self,
        embedding: Embedding,
        prompts: Sequence[Prompt],
        *,
        multimask: bool = True,
        check: Check = never_cancelled,
    ) -> Segmentation:
        """Paint blobs of three sizes."""
        del multimask
        check()
        point = prompts[0]
        assert isinstance(point, PointPrompt)
        center = np.array([point.x, point.y])
        masks = np.zeros((3, *embedding.image_size), np.uint8)
        angles = np.linspace(0, 2 * np.pi, 400, endpoint=False)
        for mask, radius in zip(masks, (300, 180, 450), strict=True):
            around = radius * (1 + 0.15 * np.sin(8 * angles) + 0.03 * np.sin(60 * angles))
            ring = np.stack((np.cos(angles), np.sin(angles)), axis=1) * around[:, None]
            cv2.fillPoly(mask, [np.round(center + ring).astype(np.int32)], 1)
        scores = np.array([0.9, 0.8, 0.7], np.float32)
        return Segmentation(masks.view(np.bool_), scores, np.zeros((3, 4, 4), np.float32))

    def detect(
        self,
        embedding: Embedding,
        concept: ConceptPrompt,
        *,
        threshold: float = 0.5,
        check: Check = never_cancelled,
    ) -> Detection:
        """Refuse: it takes points only."""
        del embedding, concept, threshold, check
        raise UnsupportedPrompt(f"{self.name} finds no instances of a concept.")


def make_instances(count: int, vertex_count: int) -> list[CanvasInstance]:
    """Scatter blobs of `vertex_count` vertices, 16 to 60 pixels wide at 10,000."""
    rng = np.random.default_rng(0)
    angles = np.linspace(0, 2 * np.pi, vertex_count, endpoint=False)
    spread = (10_000 / count) ** 0.5
    instances = []
    for number in range(1, count + 1):
        center = rng.uniform((0, 0), IMAGE_SIZE)
        radius = rng.uniform(8, 30) * spread * (1 + 0.2 * np.sin(3 * angles + rng.uniform(0, 6)))
        ring = center + radius[:, None] * np.stack((np.cos(angles), np.sin(angles)), axis=1)
        region = Region((Polygon(np.clip(ring, 0, IMAGE_SIZE)),))
        instances.append(CanvasInstance(InstanceId(number), region, COLORS[number % len(COLORS)], "cell", 0.9))
    return instances


def make_canvas(instances: list[CanvasInstance]) -> CanvasView:
    """Show the canvas with image and instances, and wait until it is sharp."""
    view = CanvasView()
    view.resize(*CANVAS_SIZE)
    view.selection_requested.connect(view.set_selection)
    view.show()
    ys, xs = np.mgrid[: IMAGE_SIZE[1], : IMAGE_SIZE[0]]
    view.show_image(np.stack((xs % 256, ys % 256, (xs + ys) % 256), axis=2).astype(np.uint8))
    view.set_instances(instances)
    settle(view)
    return view


def settle(view: CanvasView) -> float:
    """Wait until everything is painted sharply; returns how long it took in milliseconds."""
    started = time.perf_counter()
    QTest.qWait(0)
    while not view.is_settled:
        QTest.qWait(2)
        if time.perf_counter() - started > SETTLE_TIMEOUT_S:
            raise SystemExit("The canvas has not come to rest within a minute.")
    return (time.perf_counter() - started) * 1e3


def time_frames(view: CanvasView, events: Iterator[Callable[[], None]]) -> list[Frame]:
    """Send events at the pace of a screen; returns for each the time from the event to its painting."""
    frames = []
    for send in events:
        started, cpu_started = time.perf_counter(), time.thread_time()
        send()
        view.viewport().repaint()
        QApplication.processEvents()
        spent = time.perf_counter() - started
        frames.append((spent * 1e3, (time.thread_time() - cpu_started) * 1e3))
        time.sleep(max(0.0, FRAME_S - spent))
    return frames


def pan(view: CanvasView, frames: int) -> list[Frame]:
    """Drag the image around with the middle button, there and back."""
    view.set_zoom(1.0)
    settle(view)
    port = view.viewport()
    QTest.mousePress(port, Qt.MouseButton.MiddleButton, pos=QPoint(700, 500))
    way = [700 - 12 * (step if step < frames / 2 else frames - step) for step in range(frames)]
    times = time_frames(view, (partial(QTest.mouseMove, port, QPoint(x, 500 + x // 7)) for x in way))
    QTest.mouseRelease(port, Qt.MouseButton.MiddleButton)
    return times


def turn_wheel(view: CanvasView, notches: float) -> None:
    at = QPointF(600, 420)
    event = QWheelEvent(
        at,
        QPointF(view.viewport().mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, round(notches * 120)),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), event)


def zoom(view: CanvasView, frames: int) -> list[Frame]:
    """Zoom in from the whole image to 200 % and back, in steps of a quarter notch."""
    view.fit()
    settle(view)
    steps = [0.25 if step % 100 < 50 else -0.25 for step in range(frames)]
    return time_frames(view, (partial(turn_wheel, view, step) for step in steps))


def hover(view: CanvasView, frames: int) -> list[Frame]:
    """Move the mouse over the instances of the whole image."""
    view.fit()
    view.set_selection(())
    settle(view)
    port = view.viewport()
    places = (QPoint(150 + 5 * (i % 160), 200 + 3 * (i % 130)) for i in range(frames))
    return time_frames(view, (partial(QTest.mouseMove, port, place) for place in places))


def preview(view: CanvasView, frames: int) -> tuple[list[Frame], list[Frame]]:
    """Move the mouse over the whole image with previews on; also gives from move to painting for those shown."""
    settings = Settings()
    settings.preview = PreviewMode.ON
    engine = EngineBridge(QuickSession, embeddings=EmbeddingCache(CacheBudgets(device_bytes=1 << 20)))
    assist = Assist(engine, settings)
    previews = Preview(engine, assist, settings)
    moved: dict[PointPrompt, float] = {}
    ages: list[Frame] = []

    def note(prompt: PointPrompt | None) -> None:
        if prompt is not None:
            moved[prompt] = time.perf_counter()
        previews.offer(prompt)

    def show(region: Region | None) -> None:
        view.set_preview(region, QColor(COLORS[0]))
        if region is not None:
            x0, y0, x1, y1 = region.box_xyxy
            prompt = min(moved, key=lambda known: abs(known.x - (x0 + x1) / 2) + abs(known.y - (y0 + y1) / 2))
            ages.append(((time.perf_counter() - moved[prompt]) * 1e3, 0.0))

    view.prompt_offered.connect(note)
    previews.changed.connect(show)
    view.fit()
    view.set_selection(())
    view.set_tool("points")
    engine.start()
    assist.show(ShownImage(ImageId(1), "shown", np.zeros((*IMAGE_SIZE[::-1], 3), np.uint8)))
    settle(view)
    while not engine.is_idle:
        QTest.qWait(2)
    places = (QPoint(400 + 3 * (i % 100), 350 + 2 * (i % 70)) for i in range(frames))
    times = time_frames(view, (partial(QTest.mouseMove, view.viewport(), place) for place in places))
    engine.close()
    view.prompt_offered.disconnect(note)
    view.set_tool("select")
    return times, ages


def drag_vertex(view: CanvasView, frames: int, instance: CanvasInstance) -> list[Frame]:
    """Drag a vertex of an instance around."""
    view.fit()
    view.set_selection([instance.id])
    settle(view)
    port = view.viewport()
    x, y = instance.region.polygons[0].outer[0].tolist()
    start = view.viewport_from_image(QPointF(x, y)).toPoint()
    QTest.mouseMove(port, start)
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    places = (start + QPoint(round(0.5 * i) % 90, round(0.3 * i) % 70) for i in range(1, frames + 1))
    times = time_frames(view, (partial(QTest.mouseMove, port, place) for place in places))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton)
    return times


def brush(view: CanvasView, frames: int) -> tuple[list[Frame], list[Frame]]:
    """Paint along the edge of a large instance; also gives the frames in which the button goes down and up."""
    angles = np.linspace(0, 2 * np.pi, BRUSHED_VERTICES, endpoint=False)
    ring = (2000, 1500) + 700 * (1 + 0.1 * np.sin(80 * angles))[:, None] * np.stack((np.cos(angles), np.sin(angles)), 1)
    painted = CanvasInstance(InstanceId(1), Region((Polygon(ring),)), COLORS[0], "cell")
    view.update_instances([painted])
    view.set_selection([painted.id])
    view.brush.take(Brush(BRUSH_RADIUS))
    view.set_tool("brush")
    view.fit()
    settle(view)
    view.region_edited.connect(lambda _id, region, _label: view.update_instances([replace(painted, region=region)]))
    way = (np.array((1.02, 1.0)) * ring[:: max(len(ring) // frames, 1)])[: frames + 1].tolist()
    start, *places = [view.viewport_from_image(QPointF(x, y)).toPoint() for x, y in way]
    port = view.viewport()
    press = partial(QTest.mousePress, port, Qt.MouseButton.LeftButton, pos=start)
    ends = time_frames(view, iter((press,)))
    moves = time_frames(view, (partial(QTest.mouseMove, port, place) for place in places))
    release = partial(QTest.mouseRelease, port, Qt.MouseButton.LeftButton, pos=places[-1])
    ends += time_frames(view, iter((release,)))
    view.region_edited.disconnect()
    view.set_tool("select")
    return moves, ends


def draw_polygon(view: CanvasView, frames: int, keys: Qt.KeyboardModifier) -> list[Frame]:
    """Move the mouse in the middle of a polygon of many vertices, as wide as half the image."""
    view.fit()
    view.set_selection(())
    view.set_tool("polygon")
    angles = np.linspace(0, 1.9 * np.pi, DRAWN_VERTICES)
    around = 1000 * (1 + 0.2 * np.sin(7 * angles) + 0.02 * np.sin(300 * angles))
    ring = np.array(IMAGE_SIZE) / 2 + around[:, None] * np.stack((np.cos(angles), np.sin(angles)), axis=1)
    view.polygon.add(ring)
    settle(view)

    def move(place: QPointF) -> None:
        buttons = Qt.MouseButton.NoButton
        event = QMouseEvent(QEvent.Type.MouseMove, place, view.viewport().mapToGlobal(place), buttons, buttons, keys)
        QApplication.sendEvent(view.viewport(), event)

    places = (QPointF(150 + 5 * (i % 160), 200 + 3 * (i % 130)) for i in range(frames))
    times = time_frames(view, (partial(move, place) for place in places))
    view.polygon.put(())
    view.set_tool("select")
    return times


def proposals(view: CanvasView, frames: int) -> tuple[list[Frame], list[Frame]]:
    """Move the mouse over proposals on the whole image, then turn from one to the next."""
    regions = [instance.region for instance in make_instances(PROPOSAL_COUNT, 100)]
    found = [Proposal(region.box_xyxy, region, 0.9, 0.99) for region in regions]
    shown = Proposals(ImageId(1), ConceptPrompt("cell")).with_found(found)
    view.set_instances(())
    view.set_selection(())
    view.set_proposals(shown, QColor(COLORS[0]))
    view.set_tool("exemplar")
    view.fit()
    settle(view)
    places = (QPoint(150 + 5 * (i % 160), 200 + 3 * (i % 130)) for i in range(frames))
    hovering = time_frames(view, (partial(QTest.mouseMove, view.viewport(), place) for place in places))
    turns = (partial(view.set_proposals, shown.with_focus_moved(i), QColor(COLORS[0])) for i in range(frames))
    return hovering, time_frames(view, turns)


def row(name: str, frames: list[Frame]) -> dict[str, object]:
    walls, cpus = zip(*frames, strict=True)
    return {
        "name": name,
        "median_ms": round(statistics.median(walls), 2),
        "p99_ms": round(statistics.quantiles(walls, n=100)[98] if len(walls) > 1 else walls[0], 2),
        "median_cpu_ms": round(statistics.median(cpus), 2),
        "frames": len(frames),
        "peer": None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=10_000)
    parser.add_argument("--vertices", type=int, default=60, help="vertices of each instance")
    parser.add_argument("--frames", type=int, default=200)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    words = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    folder = tempfile.TemporaryDirectory()  # the settings of whoever runs this stay as they are
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder.name)
    application = QApplication.instance() or QApplication([])
    instances = make_instances(words.instances, words.vertices)
    view = make_canvas(instances)
    count = words.instances
    middle = min(instances, key=lambda item: abs(item.region.box_xyxy[0] - 2000) + abs(item.region.box_xyxy[1] - 1500))
    results = [
        row(f"{count} pan", pan(view, words.frames)),
        row(f"{count} zoom", zoom(view, words.frames)),
        row(f"{count} settle", [(settle(view), 0.0)]),
        row(f"{count} hover", hover(view, words.frames)),
        row(f"{count} drag vertex", drag_vertex(view, words.frames, middle)),
    ]
    for name, keys in (("", Qt.KeyboardModifier.NoModifier), (" snap", Qt.KeyboardModifier.ControlModifier)):
        results.append(row(f"{count} polygon{name}", draw_polygon(view, words.frames, keys)))
    frames, ages = preview(view, words.frames)
    results += [row(f"{count} preview", frames), row(f"{count} preview shown", ages)]
    painting, ends = brush(view, words.frames)
    results += [row(f"{count} brush", painting), row(f"{count} brush ends", ends)]
    hovering, turning = proposals(view, words.frames)
    results += [row(f"{PROPOSAL_COUNT} proposals", hovering), row(f"{PROPOSAL_COUNT} proposals focus", turning)]
    view.close()
    del application
    if words.json:
        print(json.dumps({"benchmark": "canvas", "results": results}, indent=2))
        return
    for result in results:
        print(
            f"{result['name']:<24} median {result['median_ms']:>8} ms   p99 {result['p99_ms']:>8} ms"
            f"   own work {result['median_cpu_ms']:>6} ms"
        )


if __name__ == "__main__":
    main()
