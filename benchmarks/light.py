"""How long a frame takes in another brightness and contrast, on a 50-megapixel image; a 60 Hz screen allows 16.7 ms.

The canvas has 1920 x 1080 pixels, and the image fills it. `slider` moves a slider, so that all that is in view is lit
anew for each frame; `redrawn` is the same frame of the image as it is. `pan` drags the image with the middle button.
`auto` finds the light that suits the image.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from canvas import Frame, pan, row, settle, time_frames
from PySide6.QtWidgets import QApplication

from sam3_annotator.ui.canvas.light import NEUTRAL, Light, own_light
from sam3_annotator.ui.canvas.view import CanvasView

IMAGE_SIZE = 8660, 5774
CANVAS_SIZE = 1920, 1080
ZOOMS = (0.25, 1.0, 4.0)


def make_canvas() -> CanvasView:
    """Show the canvas with a dark image of as many colours as noise has."""
    view = CanvasView()
    view.resize(*CANVAS_SIZE)
    view.show()
    view.show_image(np.random.default_rng(0).integers(0, 60, (*IMAGE_SIZE[::-1], 3), dtype=np.uint8))
    settle(view)
    return view


def redraw(view: CanvasView, frames: int) -> Iterator[Callable[[], None]]:
    """Have all that is in view put together anew."""
    return (partial(view.set_fill_opacity, view.fill_opacity) for _ in range(frames))


def slide(view: CanvasView, frames: int) -> Iterator[Callable[[], None]]:
    """Move the slider of brightness to and fro."""
    return (partial(view.light.set_light, Light(20 + step % 50, 20, 1.5)) for step in range(frames))


def time_auto(view: CanvasView) -> list[Frame]:
    """Find the light that suits the image."""
    pixels = np.random.default_rng(1).integers(0, 60, (*view.image_size[::-1], 3), dtype=np.uint8)
    started, cpu_started = time.perf_counter(), time.thread_time()
    own_light(pixels)
    return [((time.perf_counter() - started) * 1e3, (time.thread_time() - cpu_started) * 1e3)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    words = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication([])
    view = make_canvas()
    results = []
    for zoom in ZOOMS:
        view.set_zoom(zoom)
        for name, events in (("redrawn", redraw), ("slider", slide)):
            settle(view)
            results.append(row(f"{zoom:.0%} {name}", time_frames(view, events(view, words.frames))))
        view.light.reset()
    for name, light in (("pan", NEUTRAL), ("pan lit", Light(20, 20, 1.5))):
        view.light.set_light(light)
        results.append(row(name, pan(view, words.frames)))
    results.append(row("auto", time_auto(view)))
    view.close()
    del application
    if words.json:
        print(json.dumps({"benchmark": "light", "results": results}, indent=2))
        return
    for result in results:
        print(
            f"{result['name']:<16} median {result['median_ms']:>8} ms   p99 {result['p99_ms']:>8} ms"
            f"   own work {result['median_cpu_ms']:>6} ms"
        )


if __name__ == "__main__":
    main()
