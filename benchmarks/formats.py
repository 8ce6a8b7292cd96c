"""How long it takes to export 10,000 instances in each format, and to read and import them again.

200 images of 1.5 megapixels with 50 instances each, of which every tenth has a hole and every tenth two parts; images
are not copied. Reading COCO is compared with pycocotools, where it is installed, decoding the same file to masks, which
is the least a tool has to do with it.
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
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sam3_annotator.project import ImageFacts, Polygon, ProjectStore, Region
from sam3_annotator.project.formats.options import SEGMENTATIONS, ExportOptions
from sam3_annotator.project.formats.registry import FORMATS, export_project, import_project

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


def decoder_of_peer() -> Callable[[Path], None] | None:
    """Give how pycocotools decodes all of a file to masks; None where it is not installed."""
    try:
        from pycocotools.coco import COCO
    except ImportError:
        return None

    def decode_all(file: Path) -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            coco = COCO(str(file))
        for annotation in coco.anns.values():
            coco.annToMask(annotation)

    return decode_all


@dataclass(frozen=True)
class Case:
    """A format to export to, how COCO writes areas, and the file or folder that is read again."""

    name: str
    segmentation: str = "polygon"
    source: str = "."

    @property
    def title(self) -> str:
        """What rows call it."""
        return f"coco {self.segmentation}" if self.name == "coco" else self.name

    @property
    def reader(self) -> str:
        """The format that reads it."""
        return self.name.split("-")[0]


def cases() -> Iterator[Case]:
    """Give all formats that can be written, COCO in both of its ways."""
    for known in FORMATS.values():
        if known.name == "coco":
            yield from (Case("coco", segmentation, "annotations/instances.json") for segmentation in SEGMENTATIONS)
        elif known.write is not None:
            yield Case(known.name)


def measured(runs: int) -> Iterator[dict[str, object]]:
    with tempfile.TemporaryDirectory() as place, ProjectStore.create(Path(place, "full.sam3proj")) as store:
        fill(store)
        for case in cases():
            yield from measured_case(case, store, Path(place, case.title), runs)


def measured_case(case: Case, store: ProjectStore, folder: Path, runs: int) -> Iterator[dict[str, object]]:
    what = f"{IMAGES * INSTANCES} instances {case.title}"
    out, options = folder / "out", ExportOptions(segmentation=case.segmentation, images="none")
    yield timed(f"export {what}", None, runs, lambda _: export_project(store, out, case.name, options))
    read, source = FORMATS[case.reader].read, out / case.source
    if read is None:
        return
    yield timed(f"read {what}", None, runs, lambda _: read(source))
    decode_all = decoder_of_peer()
    if case.name == "coco" and decode_all is not None:
        yield timed(f"read {what}", "pycocotools, to masks", 1, lambda _: decode_all(source))
    stores = [empty(folder / f"{run}.sam3proj") for run in range(runs)]
    yield timed(f"import {what}", None, runs, lambda run: import_project(stores[run], source, case.reader))
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
