"""How long a mask of a 12-megapixel photo takes to become a region, a simpler one, and a mask again.

Objects fill the photo: a disc, one with a ragged border, and one with a very ragged border and hundreds of specks. A
small object on the same photo shows what the size of the photo costs. Peers answer the same question, as far as they
do: OpenCV's contours run through pixel centres and are not exact; pycocotools, where it is installed, knows run lengths
only.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import shapely
from numpy.typing import NDArray

from sam3_annotator.project import Region, mask_to_region, region_to_mask, simplify_region
from sam3_annotator.project.rle import mask_to_rle, rle_to_coco_string, rle_to_region

HEIGHT, WIDTH = 3000, 4000
TOLERANCE = 1.4
SPECK_AREA = 16

Mask = NDArray[np.bool_]
Action = Callable[[], object]


def photos() -> dict[str, Mask]:
    """Make the masks."""
    rng = np.random.default_rng(0)
    grain = rng.standard_normal((HEIGHT, WIDTH)).astype(np.float32)
    noise = np.asarray(cv2.GaussianBlur(grain, (0, 0), 6), np.float32)
    noise /= noise.std()
    y, x = np.ogrid[:HEIGHT, :WIDTH]
    distance = ((x - WIDTH / 2) / 1800) ** 2 + ((y - HEIGHT / 2) / 1300) ** 2
    small = ((x - 900) / 120) ** 2 + ((y - 700) / 90) ** 2 + 0.02 * noise < 1
    return {
        "smooth": distance < 1,
        "ragged": distance + 0.02 * noise < 1,
        "very ragged": distance + 0.08 * noise < 1,
        "small": small,
    }


def timed(name: str, peer: str | None, runs: int, action: Callable[[], object]) -> dict[str, object]:
    """Run several times and sum up the milliseconds."""
    action()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        action()
        times.append((time.perf_counter() - started) * 1e3)
    p99 = statistics.quantiles(times, n=100, method="inclusive")[98] if len(times) > 1 else times[0]
    return {
        "name": f"masks {name}",
        "median_ms": round(statistics.median(times), 3),
        "p99_ms": round(p99, 3),
        "runs": runs,
        "peer": peer,
    }


def contours(mask: Mask) -> object:
    return cv2.findContours(mask.view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)


def drawn(found: tuple[list[NDArray[np.int32]], object]) -> object:
    canvas = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    return cv2.fillPoly(canvas, found[0], 1)


def shape_of(region: Region) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([(polygon.outer, polygon.holes) for polygon in region.polygons])


def run_lengths_of_peer(mask: Mask) -> tuple[Action | None, Action | None]:
    """Give how pycocotools writes a mask in run lengths, and reads them; None where it is not installed."""
    try:
        from pycocotools import mask as coco_mask
    except ImportError:
        return None, None
    theirs = coco_mask.encode(np.asfortranarray(mask.view(np.uint8)))
    return (
        lambda: coco_mask.encode(np.asfortranarray(mask.view(np.uint8))),
        lambda: coco_mask.decode(theirs),
    )


def rows_of(name: str, mask: Mask, runs: int) -> Iterator[dict[str, object]]:
    """Measure everything with one mask, each of ours with its peer, if that is here, after it."""
    region = mask_to_region(mask)
    assert np.array_equal(region_to_mask(region, HEIGHT, WIDTH), mask)
    found = contours(mask)
    shape = shape_of(region)
    rle = mask_to_rle(mask)
    encode, decode = run_lengths_of_peer(mask)
    steps: list[tuple[str, Action, str, Action | None]] = [
        ("mask to region", lambda: mask_to_region(mask), "OpenCV findContours", lambda: contours(mask)),
        (
            "region to mask",
            lambda: region_to_mask(region, HEIGHT, WIDTH),
            "OpenCV fillPoly",
            lambda: drawn(found),  # type: ignore[arg-type] # what findContours gave
        ),
        (
            "simplify",
            lambda: simplify_region(region, TOLERANCE, SPECK_AREA),
            "shapely simplify, topology kept",
            lambda: shapely.simplify(shape, TOLERANCE, preserve_topology=True),
        ),
        ("mask to run lengths", lambda: rle_to_coco_string(mask_to_rle(mask)), "pycocotools encode", encode),
        ("run lengths to region", lambda: rle_to_region(rle), "pycocotools decode", decode),
    ]
    for step, ours, peer, other in steps:
        label = f"{step}, {name} ({region.vertex_count} vertices)"
        yield timed(label, None, runs, ours)
        if other is not None:
            yield timed(label, peer, runs, other)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--runs", type=int, default=15)
    words = parser.parse_args()
    rows = [row for name, mask in photos().items() for row in rows_of(name, mask, words.runs)]
    if words.json:
        print(json.dumps({"benchmark": "masks", "results": rows}, indent=2))
        return
    ours: dict[str, float] = {}
    for row in rows:
        name, median = str(row["name"]), float(str(row["median_ms"]))
        if row["peer"] is None:
            ours[name] = median
            print(f"{name:<62} {median:>9} ms")
        else:
            print(f"{'':<62} {median:>9} ms {row['peer']}: we take {ours[name] / median:.2f} of that")


if __name__ == "__main__":
    main()
