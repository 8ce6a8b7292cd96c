"""How long an edit, an undo and a read of a project take; an edit must stay well below a frame (16 ms).

Commits wait for the disk, on purpose. The rows `... in memory` are measured on a disk in memory, where there is one,
and show what the store itself takes; `store flush of the disk` is what the disk takes for one write.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from sam3_annotator.project import (
    CategoryId,
    ImageFacts,
    ImageId,
    Origin,
    Polygon,
    ProjectStore,
    PromptRecord,
    Provenance,
    Region,
    statistics as project_statistics,
)

MEMORY_DISK = Path("/dev/shm")
VERTICES = 120
CROWD = 10_000
COUNTED = 50_000


@dataclass(frozen=True)
class Bench:
    """An open project: one image with 10,000 instances, one with none, and 10,000 more without anything."""

    store: ProjectStore
    crowded: ImageId
    empty: ImageId
    category: CategoryId


def outline(seed: int) -> Region:
    """Make a region of 120 whole-pixel vertices, as a mask's simplified border has them."""
    rng = np.random.default_rng(seed)
    angles = np.linspace(0, 2 * np.pi, VERTICES, endpoint=False)
    radii = 60 + 15 * np.sin(angles * rng.integers(2, 7)) + rng.random(VERTICES) * 4
    center = rng.integers(100, 3900, 2)
    return Region((Polygon(np.round(center + radii[:, None] * np.column_stack([np.cos(angles), np.sin(angles)]))),))


def timed(action: Callable[[], object]) -> float:
    """Run once and return the milliseconds it took."""
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1e3


def row(name: str, times: list[float]) -> dict[str, object]:
    """Sum up the milliseconds of several runs."""
    p99 = statistics.quantiles(times, n=100, method="inclusive")[98] if len(times) > 1 else times[0]
    return {
        "name": f"store {name}",
        "median_ms": round(statistics.median(times), 3),
        "p99_ms": round(p99, 3),
        "runs": len(times),
        "peer": None,
    }


def filled(path: Path) -> Bench:
    """Make the project that is measured."""
    store = ProjectStore.create(path)
    regions = [outline(seed) for seed in range(200)]
    with store.edit("Fill", undoable=False) as edit:
        category = edit.add_category("cell")
        crowded, empty, *_ = [
            edit.add_image(f"photos/{n:05}.jpg", ImageFacts(4000, 4000, n, f"{n:0128x}")) for n in range(CROWD + 2)
        ]
        for number in range(CROWD):
            edit.add_instance(crowded, category, regions[number % len(regions)])
    return Bench(store, crowded, empty, category)


def edit_rows(bench: Bench, runs: int, where: str) -> Iterator[dict[str, object]]:
    """Measure single edits, as they come from a hand."""
    store = bench.store
    regions = [outline(seed) for seed in range(runs)]

    def add(region: Region) -> None:
        with store.edit("Add instance") as edit:
            edit.add_instance(bench.empty, bench.category, region)

    def change(region: Region) -> None:
        with store.edit("Move vertex") as edit:
            edit.update_instance(target, region=region)

    yield row(f"add instance{where}", [timed(partial(add, region)) for region in regions])
    target = store.instances(bench.crowded)[CROWD // 2].id
    yield row(
        f"move vertex among {CROWD} instances{where}",
        [timed(partial(change, region)) for region in regions],
    )
    yield row(f"undo{where}", [timed(store.undo) for _ in range(runs)])
    yield row(f"redo{where}", [timed(store.redo) for _ in range(runs)])


def bulk_rows(bench: Bench, runs: int, where: str) -> Iterator[dict[str, object]]:
    """Measure edits of many rows at once."""
    store = bench.store
    regions = [outline(seed) for seed in range(500)]

    def add_many() -> None:
        with store.edit("Add 500 instances") as edit:
            for region in regions:
                edit.add_instance(bench.empty, bench.category, region)

    times = [(timed(add_many), timed(store.undo)) for _ in range(runs)]
    yield row(f"add 500 instances{where}", [time_ for time_, _ in times])
    yield row(f"undo of adding 500 instances{where}", [time_ for _, time_ in times])


def read_rows(bench: Bench, runs: int) -> Iterator[dict[str, object]]:
    """Measure opening and reading, first from the file, then what is remembered."""
    opened, images, first, again = [], [], [], []
    path = bench.store.path
    for _ in range(runs):
        started = time.perf_counter()
        with ProjectStore.open(path, read_only=True) as store:
            opened.append((time.perf_counter() - started) * 1e3)
            images.append(timed(store.images))
            first.append(timed(partial(store.instances, bench.crowded)))
            again.append(timed(partial(store.instances, bench.crowded)))
    yield row("open a project", opened)
    yield row(f"read {CROWD} images", images)
    yield row(f"read {CROWD} instances of an image", first)
    yield row(f"read {CROWD} instances again", again)


def statistics_row(folder: Path, runs: int) -> dict[str, object]:
    """Measure how long it takes to count instances on 5000 images, each clicked twice, and sum up their effort."""
    clicks = tuple(PromptRecord("point", (x, 250.0)) for x in (1000.25, 2000.5))
    region = outline(0)
    with ProjectStore.create(folder / "counted.sam3proj") as store:
        with store.edit("Fill", undoable=False) as edit:
            categories = [edit.add_category(f"cell {number}") for number in range(40)]
            images = [edit.add_image(f"photos/{n:05}.jpg") for n in range(COUNTED // 10)]
            for number in range(COUNTED):
                minute, second = divmod(5 * number, 60)
                at = f"2026-01-{1 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:{second:02}+00:00"
                made = Provenance(Origin.MODEL, "Built-in", clicks, 0.9, 0.95, at, number % 2)
                edit.add_instance(images[number // 10], categories[number % 40], region, provenance=made)
        return row(
            f"statistics of {COUNTED} instances", [timed(partial(project_statistics, store)) for _ in range(runs)]
        )


def flush_row(folder: Path, runs: int) -> dict[str, object]:
    """Measure what the disk alone takes: 8 kB written and flushed."""

    def flush() -> None:
        os.write(descriptor, bytes(8192))
        os.fsync(descriptor)

    descriptor = os.open(folder / "flush", os.O_CREAT | os.O_WRONLY)
    try:
        return row("flush of the disk", [timed(flush) for _ in range(runs)])
    finally:
        os.close(descriptor)


def measured(runs: int) -> Iterator[dict[str, object]]:
    """Measure everything, on the disk and in memory."""
    places = [("", None), (" in memory", MEMORY_DISK)] if MEMORY_DISK.is_dir() else [("", None)]
    for where, parent in places:
        with tempfile.TemporaryDirectory(dir=parent) as folder:
            bench = filled(Path(folder) / "bench.sam3proj")
            yield from edit_rows(bench, runs, where)
            yield from bulk_rows(bench, max(3, runs // 20), where)
            if not where:
                yield from read_rows(bench, max(3, runs // 20))
                yield statistics_row(Path(folder), max(3, runs // 20))
                yield flush_row(Path(folder), runs)
            bench.store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--runs", type=int, default=200, help="edits of each kind")
    words = parser.parse_args()
    rows = list(measured(words.runs))
    if words.json:
        print(json.dumps({"benchmark": "store", "results": rows}, indent=2))
        return
    for entry in rows:
        print(f"{entry['name']:<52} median {entry['median_ms']:>9} ms   p99 {entry['p99_ms']:>9} ms")


if __name__ == "__main__":
    main()
