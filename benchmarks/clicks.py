"""Measures sessions by simulated clicks and boxes: IoU after k clicks, clicks to a quality, milliseconds.

The first click is at the centre of the object, each next one at the centre of the largest error. Any folder of
`SOURCE/NAME.jpg` with label maps `NAME.png` (uint16, 0 = not annotated) will do:

    python benchmarks/clicks.py --data FOLDER [--regions 40] [--clicks 10] [--session builtin] [--peer grabcut] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, installed or not

from sam3_annotator.model import BoxPrompt, Embedding, PointPrompt, Prompt, Segmentation, Session, open_session

QUALITIES = (80, 85, 90)
SMALLEST_SHARE = 0.001  # of the image, for a region to be clicked on


@dataclass(frozen=True, slots=True)
class Sloppiness:
    """How a person misses: clicks by so much of the way to the border, boxes by so much of their size."""

    clicks: float = 0.0
    boxes: float = 0.0


@dataclass(slots=True)
class Tally:
    """What one session did on one source."""

    ious: list[list[float]] = field(default_factory=list)
    box_ious: list[float] = field(default_factory=list)
    best_of_first: list[float] = field(default_factory=list)
    embed_ms: list[float] = field(default_factory=list)
    segment_ms: list[float] = field(default_factory=list)

    def summary(self, clicks: int) -> dict[str, float]:
        """Means over regions: IoU in percent, clicks to each quality, milliseconds."""
        table = np.array(self.ious) * 100
        found: dict[str, float] = {"regions": len(table)}
        found |= {f"iou@{k}": round(float(table[:, k - 1].mean()), 1) for k in (1, 2, 3, 5, 10, 20) if k <= clicks}
        found["best@1"] = round(100 * float(np.mean(self.best_of_first)), 1)
        for quality in QUALITIES:
            reached = table >= quality
            needed = np.where(reached.any(1), reached.argmax(1) + 1, clicks)
            found[f"noc@{quality}"] = round(float(needed.mean()), 2)
        found["box"] = round(100 * float(np.mean(self.box_ious)), 1)
        found["embed_ms"] = round(float(np.median(self.embed_ms)), 1)
        found["segment_ms"] = round(float(np.median(self.segment_ms)), 1)
        found["segment_p99_ms"] = round(float(np.percentile(self.segment_ms, 99)), 1)
        return found


def read_rgb(path: Path) -> NDArray[np.uint8]:
    """Decode a picture as `(H, W, 3)` RGB."""
    return np.asarray(cv2.cvtColor(_decode(path, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.uint8)


def _decode(path: Path, flags: int) -> MatLike:
    pixels = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), flags)
    if pixels is None:
        raise ValueError(f"{path} is not a picture that OpenCV can read.")
    return pixels


def list_regions(folder: Path, count: int, seed: int) -> Iterator[tuple[Path, list[NDArray[np.bool_]]]]:
    """Draw up to `count` regions of a source, spread over its pictures; gives each picture with its masks."""
    rng = np.random.default_rng(seed)
    pictures = sorted(folder.glob("*.jpg"))
    order = [pictures[index] for index in rng.permutation(len(pictures))]
    share = max(1, -(-count // max(len(order), 1)))
    left = count
    for path in order:
        stem = path.name.removesuffix(".jpg")
        maps = [path.with_name(f"{stem}.png"), *sorted(path.parent.glob(f"{stem}.[0-9].png"))]
        masks: list[NDArray[np.bool_]] = []
        labels = [_decode(one, cv2.IMREAD_UNCHANGED) for one in maps]
        every = [(index, int(n)) for index, one in enumerate(labels) for n in range(1, int(one.max()) + 1)]
        for choice in rng.permutation(len(every)):
            index, number = every[choice]
            mask = labels[index] == number
            if mask.mean() >= SMALLEST_SHARE and len(masks) < min(share, left):
                masks.append(mask)
        left -= len(masks)
        if masks:
            yield path, masks
        if left <= 0:
            return


def click_on(area: NDArray[np.bool_], missing: float, rng: np.random.Generator) -> tuple[float, float, float]:
    """Pick x, y at the centre of `area` by distance to its border, off it by `missing`; and that distance."""
    padded = cv2.copyMakeBorder(area.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
    inner = distance >= (1 - missing) * distance.max() if missing else distance == distance.max()
    rows, columns = np.nonzero(inner)
    chosen = int(rng.integers(len(rows))) if missing else 0
    return float(columns[chosen]) + 0.5, float(rows[chosen]) + 0.5, float(distance.max())


def next_click(
    guess: NDArray[np.bool_], truth: NDArray[np.bool_], missing: float, rng: np.random.Generator
) -> PointPrompt | None:
    """Click where the error is widest; None if there is no error."""
    best: tuple[float, PointPrompt] | None = None
    for area, positive in ((truth & ~guess, True), (guess & ~truth, False)):
        if area.any():
            x, y, width = click_on(area, missing, rng)
            if best is None or width > best[0]:
                best = width, PointPrompt(x, y, positive)
    return best[1] if best else None


def iou(guess: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    """Intersection over union of two masks."""
    return float(np.count_nonzero(guess & truth) / max(int(np.count_nonzero(guess | truth)), 1))


def box_around(truth: NDArray[np.bool_], loose: float, rng: np.random.Generator) -> BoxPrompt:
    """Draw the box of a mask, each side off by a normal error of `loose` times its size."""
    rows, columns = np.flatnonzero(truth.any(1)), np.flatnonzero(truth.any(0))
    x0, y0, x1, y1 = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    off = np.abs(rng.normal(0, 1, 4)) * loose * np.array([x1 - x0, y1 - y0] * 2)
    height, width = truth.shape
    return BoxPrompt(
        float(max(0, x0 - off[0])), float(max(0, y0 - off[1])),
        float(min(width, x1 + off[2])), float(min(height, y1 + off[3])),
    )  # fmt: skip


def try_region(
    session: Session, embedding: Embedding, truth: NDArray[np.bool_], clicks: int, sloppy: Sloppiness, tally: Tally
) -> None:
    """Click on one region until it is good or the clicks are used up, then try a box instead."""
    rng = np.random.default_rng(int(np.count_nonzero(truth)))
    prompts: list[Prompt] = []
    ious: list[float] = []
    guess = np.zeros_like(truth)
    for click in range(clicks):
        prompt = next_click(guess, truth, sloppy.clicks, rng)
        if prompt is not None:
            prompts.append(prompt)
            found = _timed(session, embedding, prompts, tally)
            guess = found.masks[0]
            if click == 0:
                tally.best_of_first.append(max(iou(mask, truth) for mask in found.masks))
        ious.append(iou(guess, truth))
        if ious[-1] >= max(QUALITIES) / 100 and click >= 4:
            ious += [ious[-1]] * (clicks - len(ious))
            break
    tally.ious.append(ious)
    box = box_around(truth, sloppy.boxes, rng)
    tally.box_ious.append(iou(_timed(session, embedding, [box], tally).masks[0], truth))


def _timed(session: Session, embedding: Embedding, prompts: Sequence[Prompt], tally: Tally) -> Segmentation:
    started = time.perf_counter()
    found = session.segment(embedding, prompts)
    tally.segment_ms.append((time.perf_counter() - started) * 1000)
    return found


def try_source(
    sessions: dict[str, Session], folder: Path, words: argparse.Namespace, sloppy: Sloppiness
) -> dict[str, Tally]:
    """Put every session to the same regions of one source."""
    tallies = {name: Tally() for name in sessions}
    for path, masks in list_regions(folder, words.regions, words.seed):
        image = read_rgb(path)
        if words.scale != 1:
            image = np.asarray(cv2.resize(image, None, fx=words.scale, fy=words.scale, interpolation=cv2.INTER_CUBIC))
        size = (image.shape[1], image.shape[0])
        truths = [cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0 for mask in masks]
        for name, session in sessions.items():
            started = time.perf_counter()
            embedding = session.embed(image)
            tallies[name].embed_ms.append((time.perf_counter() - started) * 1000)
            for truth in truths:
                try_region(session, embedding, truth, words.clicks, sloppy, tallies[name])
    return tallies


def read_words(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = Path(__file__).parents[1] / "tests" / "data" / "clicks"
    parser.add_argument("--data", type=Path, default=data, help="folder of SOURCE/NAME.jpg; the tests' own by default")
    parser.add_argument("--source", action="append", help="only this source; may be repeated")
    parser.add_argument("--regions", type=int, default=40, help="regions of each source")
    parser.add_argument("--clicks", type=int, default=20, help="most clicks on a region")
    parser.add_argument("--session", default="builtin", help="its name, or the path of weights for the built-in one")
    parser.add_argument("--peer", default="grabcut", help="another session, or “none”")
    parser.add_argument("--sloppy", action="store_true", help="clicks and boxes as hurried people make them")
    parser.add_argument("--scale", type=float, default=1.0, help="enlarge the pictures")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output, nothing else")
    return parser.parse_args(arguments)


def open_sessions(words: argparse.Namespace) -> dict[str, Session]:
    """Open the session and its peer, by name."""
    sessions = {words.session: open_session(words.session)}
    if words.peer != "none":
        sessions[words.peer] = open_session(words.peer)
    return sessions


def report(per_source: dict[str, dict[str, dict[str, float]]], peer: str | None) -> dict[str, Any]:
    """Make the document: one row per session and source, and the mean over sources."""
    results = []
    for name in next(iter(per_source.values())):
        rows = {source: found[name] for source, found in per_source.items()}
        keys = next(iter(rows.values())).keys()
        rows["mean"] = {key: round(float(np.mean([row[key] for row in rows.values()])), 2) for key in keys}
        for source, row in rows.items():
            timing = {"median_ms": row["segment_ms"], "p99_ms": row["segment_p99_ms"]}
            results.append({"name": f"clicks {source}", "session": name, "peer": peer, **timing, **row})
    return {"results": results}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    words = read_words(arguments)
    sloppy = Sloppiness(0.6, 0.08) if words.sloppy else Sloppiness()
    sessions = open_sessions(words)
    per_source: dict[str, dict[str, dict[str, float]]] = {}
    for folder in sorted(path for path in words.data.iterdir() if path.is_dir()):
        if words.source and folder.name not in words.source:
            continue
        tallies = try_source(sessions, folder, words, sloppy)
        if all(tally.ious for tally in tallies.values()):
            per_source[folder.name] = {name: tally.summary(words.clicks) for name, tally in tallies.items()}
            for name, row in per_source[folder.name].items():
                print(f"{folder.name:18} {name:10.10} {_line(row)}", file=sys.stderr, flush=True)
    if not per_source:
        print(f"There is no SOURCE/NAME.jpg with a label map in {words.data}.", file=sys.stderr)
        return 1
    document = report(per_source, words.peer if words.peer != "none" else None)
    if words.json:
        print(json.dumps(document, indent=1))
    else:
        for row in document["results"]:
            if row["name"] == "clicks mean":
                print(f"{'mean':18} {row['session']:10.10} {_line(row)}")
    return 0


def _line(row: dict[str, Any]) -> str:
    shown = [key for key in row if key.startswith(("iou@", "best@", "noc@", "box", "embed_ms", "segment"))]
    return "  ".join(f"{key} {row[key]}" for key in shown)


if __name__ == "__main__":
    sys.exit(main())
