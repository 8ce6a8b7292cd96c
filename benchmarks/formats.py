"""How long it takes to export 10,000 instances, and to read them in again.

200 images of 1.5 megapixels with 50 instances each, of which every tenth has a hole and every tenth two parts; images
are not copied. Reading is compared with pycocotools decoding the same file to masks, which is the least a tool has to
do with it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from pycocotools.coco import COCO

from sam3_annotator.project import ImageFacts, Polygon, ProjectStore, Region
from sam3_annotator.project.formats import coco
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.registry import export_project, import_project

IMAGES, INSTANCES = 200, 50
HEIGHT, WIDTH = 1000, 1500


def instance(seed: int) -> Region:
    """Make an outline of 120 whole-pixel vertices, some with a hole, some with a second part."""
    rng = np.random.default_rng(seed)
    angles = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    radii = 60 + 15 * np.sin(angles * rng.integers(2, 7)) + rng.random(120) * 4
    center = rng.integers(150, [WIDTH - 350, HEIGHT - 150])
    outer = np.round(center + radii[:, None] * circle)
    holes = [np.round(center + 20 * circle[::6])] if seed % 10 == 0 else []
    parts = [Polygon(outer, holes)]
    if seed % 10 == 5:
        parts.append(Polygon(np.round(center + [200, 0] + 30 * circle[::4])))
    return Region(tuple(parts))


def fill(store: ProjectStore) -> None:
    with store.edit("Fill", undoable=False) as edit:
        categories = [edit.add_category(name) for name in ("cell", "nucleus", "debris")]
        for number in range(IMAGES):
            image = edit.add_image(f"photos/{number:05}.jpg", ImageFacts(WIDTH, HEIGHT, 1, f"{number:0128x}"))
            for index in range(INSTANCES):
                edit.add_instance(image, categories[index % 3], instance(number * INSTANCES + index))


def empty(path: Path) -> ProjectStore:
    """Make a project of the images without instances."""
    store = ProjectStore.create(path)
    with store.edit("Fill", undoable=False) as edit:
        for number in range(IMAGES):
            edit.add_image(f"photos/{number:05}.jpg", ImageFacts(WIDTH, HEIGHT, 1, f"{number:0128x}"))
    return store


def timed(name: str, peer: str | None, runs: int, action: Callable[[int], object]) -> dict[str, object]:
    """Run several times, numbered, and sum up the milliseconds."""
    times = []
    for run in range(runs):
        started = time.perf_counter()
        action(run)
        times.append((time.perf_counter() - started) * 1e3)
    p99 = statistics.quantiles(times, n=100, method="inclusive")[98] if len(times) > 1 else times[0]
    return {
        "name": f"formats {name}",
        "median_ms": round(statistics.median(times), 1),
        "p99_ms": round(p99, 1),
        "runs": runs,
        "peer": peer,
    }


def decode_all(file: Path) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(file))
    for annotation in coco.anns.values():
        coco.annToMask(annotation)


def measured(runs: int) -> Iterator[dict[str, object]]:
    count = f"{IMAGES * INSTANCES} instances"
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with ProjectStore.create(folder / "full.sam3proj") as store:
            fill(store)
            for name, segmentation in (("coco", "polygon"), ("coco", "rle"), ("yolo-segment", ""), ("yolo-detect", "")):
                options = ExportOptions(segmentation=segmentation or "polygon", images="none")
                out = folder / f"{name}-{segmentation}"
                label = f"export {count} {name} {segmentation}".strip()
                yield timed(label, None, runs, lambda _, n=name, o=out, c=options: export_project(store, o, n, c))  # type: ignore[misc] # bound per turn
        for segmentation in ("polygon", "rle"):
            file = folder / f"coco-{segmentation}/annotations/instances.json"
            stores = [empty(folder / f"{segmentation}{run}.sam3proj") for run in range(runs)]
            label = f"{count} coco {segmentation}"
            yield timed(f"read {label}", None, runs, lambda _, f=file: coco.read(f))  # type: ignore[misc] # bound per turn
            yield timed(f"read {label}", "pycocotools, to masks", 1, lambda _, f=file: decode_all(f))  # type: ignore[misc] # bound per turn
            yield timed(
                f"import {label}",
                None,
                runs,
                lambda run, s=stores, f=file: import_project(s[run], f, "coco"),  # type: ignore[misc] # bound per turn
            )
            for made in stores:
                made.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--runs", type=int, default=3)
    words = parser.parse_args()
    warnings.filterwarnings("ignore", message="__array__ implementation", category=DeprecationWarning)
    rows = list(measured(words.runs))
    if words.json:
        print(json.dumps({"benchmark": "formats", "results": rows}, indent=2))
        return
    ours: dict[str, float] = {}
    for row in rows:
        name, median = str(row["name"]), float(str(row["median_ms"]))
        if row["peer"] is None:
            ours[name] = median
            print(f"{name:<52} {median:>10.1f} ms")
        else:
            print(f"{'':<52} {median:>10.1f} ms {row['peer']}: we take {ours[name] / median:.2f} of that")


if __name__ == "__main__":
    main()
