"""How long the window stands still when thousands of instances change at once; 100 ms are felt.

All are on one image of 12 megapixels: proposals are accepted, instances get another category, are deleted, and each of
that is undone by Ctrl+Z. With `--project` an attribute of so many instances on other images is renamed, and their
category merged into another. The time is the longest for which the window's thread answers nothing, painting included;
`own work` is how long that thread has worked for the step and all that follows, whatever other programs do meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from canvas import IMAGE_SIZE, QuickSession
from PIL import Image
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest

from sam3_annotator.app import build_window, make_application
from sam3_annotator.project import ImageFacts, InstanceCopy, Polygon, ProjectStore, Region
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.canvas.proposals import PropagatedFrom, Proposal
from sam3_annotator.ui.verbs import attribute_operations, operations
from sam3_annotator.ui.window.main_window import MainWindow

QUIET_S = 0.2
PER_IMAGE = 200
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def outlines(count: int) -> list[Region]:
    """Scatter blobs of 20 to 60 vertices on whole pixels, as outlines of masks have them."""
    rng = np.random.default_rng(0)
    regions = []
    for _ in range(count):
        angles = np.linspace(0, 2 * np.pi, rng.integers(20, 61), endpoint=False)
        radii = rng.uniform(12, 22) + rng.uniform(0, 5, len(angles))
        center = rng.uniform(30, np.array(IMAGE_SIZE) - 30)
        ring = np.round(center + radii[:, None] * np.stack((np.cos(angles), np.sin(angles)), axis=1))
        regions.append(Region((Polygon(ring),)))
    return regions


def make_project(folder: Path, elsewhere: int) -> Path:
    """Make a project of one image file, and with so many instances on images whose files are not there."""
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (*IMAGE_SIZE[::-1], 3), dtype=np.uint8)).save(
        folder / "shown.jpg"
    )
    path = folder / "thousands.sam3proj"
    with ProjectStore.create(path, image_roots=[folder]) as store, store.edit("Fill", undoable=False) as edit:
        edit.add_category("cell")
        edit.add_category("other")
        wide = edit.add_category("elsewhere")
        for number, region in enumerate(outlines(elsewhere)):
            if number % PER_IMAGE == 0:
                image_id = edit.add_image(f"{number}.jpg", ImageFacts(*IMAGE_SIZE, 1, f"{number:0128x}"))
            edit.add_instance(image_id, wide, region, attributes={"occluded": number % 2 == 0})
    return path


class Bench:
    """A window, and how long it stood still in each step."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.store = window.store
        self.times: dict[str, list[tuple[float, float]]] = {}

    def settle(self) -> float:
        """Go on until nothing is to be done any more; returns the longest step of the event loop in milliseconds."""
        longest, last = 0.0, time.perf_counter()
        while time.perf_counter() - last < QUIET_S:
            started = time.perf_counter()
            QTest.qWait(0)
            took = time.perf_counter() - started
            longest = max(longest, took)
            time.sleep(1e-3)  # else waiting would be own work
            if took > 1e-3 or not self.window.is_idle():
                last = time.perf_counter()
        return longest * 1e3

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key on the canvas."""
        QTest.keyClick(self.window.canvas, key, modifiers)

    def step(self, name: str, action: Callable[[], object]) -> None:
        """Measure a step and what follows from it."""
        started, worked = time.perf_counter(), time.thread_time()
        action()
        took = (time.perf_counter() - started) * 1e3
        stood = max(took, self.settle())
        self.times.setdefault(name, []).append((stood, (time.thread_time() - worked) * 1e3))

    def undo(self) -> None:
        """Press Ctrl+Z."""
        self.press(Qt.Key.Key_Z, CTRL)


def change_image(bench: Bench, regions: list[Region]) -> None:
    """Accept, change and delete as many instances as there are regions, and leave none."""
    window, count = bench.window, len(regions)
    image_id, cell = bench.store.images()[0].id, bench.store.categories()[0]
    found = tuple(
        Proposal(region.box_xyxy, region, 0.9, 1.0, "Quick", InstanceCopy(cell.name, cell.color, region), cell.id)
        for region in regions
    )
    finder = window.findChild(Finder)
    assert finder is not None
    finder.propagate(PropagatedFrom(image_id, "shown.jpg", count), lambda _image: lambda _bench: found)
    bench.settle()
    bench.step(f"{count} accept", lambda: bench.press(Qt.Key.Key_Return, CTRL | SHIFT))
    bench.step(f"{count} undo accept", bench.undo)
    bench.press(Qt.Key.Key_Return, CTRL | SHIFT)
    bench.settle()
    assert len(bench.store.instances(image_id)) == count
    bench.step(f"{count} select all", lambda: bench.press(Qt.Key.Key_A, CTRL))
    bench.step(f"{count} change category", lambda: bench.press(Qt.Key.Key_2))
    bench.step(f"{count} undo change category", bench.undo)
    bench.step(f"{count} delete", lambda: bench.press(Qt.Key.Key_Delete))
    bench.step(f"{count} undo delete", bench.undo)
    bench.press(Qt.Key.Key_A, CTRL)
    bench.press(Qt.Key.Key_Delete)
    bench.settle()
    assert bench.store.instances(image_id) == ()


def change_project(bench: Bench, count: int) -> None:
    """Rename an attribute of so many instances on other images, and merge their category into another."""
    store = bench.store
    _, other, wide = (category.id for category in store.categories())
    bench.step(f"{count} rename attribute", lambda: attribute_operations.rename_attribute(store, "occluded", "hidden"))
    bench.step(f"{count} undo rename attribute", bench.undo)
    bench.step(f"{count} merge category", lambda: operations.merge_category(store, wide, other))
    bench.step(f"{count} undo merge category", bench.undo)


def rows(times: dict[str, list[tuple[float, float]]]) -> Iterator[dict[str, object]]:
    for name, pairs in times.items():
        runs, own = zip(*pairs, strict=True)
        yield {
            "name": f"thousands {name}",
            "median_ms": round(statistics.median(runs), 1),
            "p99_ms": round(max(runs), 1),
            "median_cpu_ms": round(statistics.median(own), 1),
            "runs": len(runs),
            "peer": None,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=5000)
    parser.add_argument("--project", type=int, default=0, help="instances on other images")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    words = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    with tempfile.TemporaryDirectory() as folder:  # the settings of whoever runs this stay as they are
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)
        application = make_application()
        window = build_window(make_project(Path(folder), words.project), session_factory=QuickSession)
        window.resize(1440, 900)
        window.show()
        bench = Bench(window)
        bench.settle()
        for _ in range(words.runs):
            change_image(bench, outlines(words.instances))
            if words.project:
                change_project(bench, words.project)
        window.close()
        del application
    results = list(rows(bench.times))
    if words.json:
        print(json.dumps({"benchmark": "thousands", "results": results}, indent=2))
        return
    for entry in results:
        print(
            f"{entry['name']:<44} median {entry['median_ms']:>8} ms   longest {entry['p99_ms']:>8} ms"
            f"   own work {entry['median_cpu_ms']:>8} ms"
        )


if __name__ == "__main__":
    main()
