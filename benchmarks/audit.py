"""Measures the audit of outlines: how many spoilt ones it finds by the agreement with a model, and how many good ones.

Each region is compared as it is and spoilt in the ways labels go wrong: shifted by a third of its size, half of it
missing, its box in place of its outline, dilated by a fifth of the root of its area, and the outline of another region
of its picture laid over it. The figures are those of a project of which a tenth is spoilt in one way: `auc` of telling
both apart, `found` among the tenth that agrees least, `recall` and `precision` of what is told (as `check` chooses it,
each source being a category, or with `--least` what agrees less than that), `told` of the good ones.
Any folder of `SOURCE/NAME.jpg` with label maps `NAME.png` (uint16, 0 = not annotated) will do:

    python benchmarks/audit.py --data FOLDER [--source NAME] [--regions 5] [--session builtin] [--least T] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, installed or not

from clicks import SMALLEST_SHARE, list_regions, read_rgb

from sam3_annotator.model import BoxPrompt, Embedding, Session, open_session
from sam3_annotator.project import agreement_with, least_agreement, mask_to_region

SPOILT_SHARE = 0.1
GOOD = "good"
KINDS = ("shifted", "half", "box", "dilated", "other")

Mask = NDArray[np.bool_]
Values = dict[str, list[float]]  # agreements of one source: of the good regions, and of those spoilt in each way


def box_of(mask: Mask) -> tuple[int, int, int, int]:
    """Give the box x0, y0, x1, y1 of a mask that is not empty."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def moved(mask: Mask, dx: float, dy: float) -> Mask:
    """Give a mask moved by so many pixels; what leaves the picture is cut."""
    height, width = mask.shape
    by = np.array([[1, 0, round(dx)], [0, 1, round(dy)]], dtype=np.float64)
    return np.asarray(cv2.warpAffine(mask.astype(np.uint8), by, (width, height), flags=cv2.INTER_NEAREST)) > 0


def half_of(mask: Mask, keeps_start: bool) -> Mask:
    """Keep the half of a mask's pixels that lies left or right, or above or below if it is taller than wide."""
    x0, y0, x1, y1 = box_of(mask)
    places = np.nonzero(mask)[1 if x1 - x0 >= y1 - y0 else 0]
    middle = int(np.median(places))
    line = np.arange(mask.shape[1])[None, :] if x1 - x0 >= y1 - y0 else np.arange(mask.shape[0])[:, None]
    return mask & ((line < middle) if keeps_start else (line >= middle))


def dilated(mask: Mask) -> Mask:
    """Grow a mask on all sides by a fifth of the root of its area."""
    radius = max(2, round(float(np.sqrt(np.count_nonzero(mask))) / 5))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), disc)) > 0


def spoilt(mask: Mask, other: Mask | None, rng: np.random.Generator) -> dict[str, Mask]:
    """Give a region spoilt in each way; without `other`, another region of its picture, in all ways but that."""
    x0, y0, x1, y1 = box_of(mask)
    angle = rng.uniform(0, 2 * np.pi)
    boxed = np.zeros_like(mask)
    boxed[y0:y1, x0:x1] = True
    made = {
        "shifted": moved(mask, (x1 - x0) / 3 * np.cos(angle), (y1 - y0) / 3 * np.sin(angle)),
        "half": half_of(mask, bool(rng.integers(2))),
        "box": boxed,
        "dilated": dilated(mask),
    }
    if other is not None:
        left, top, right, bottom = box_of(other)
        made["other"] = moved(other, (x0 + x1 - left - right) / 2, (y0 + y1 - top - bottom) / 2)
    return {kind: one for kind, one in made.items() if one.any()}


def compare(session: Session, embedding: Embedding, label: Mask) -> float:
    """Give the agreement of a label with what the session draws in its box."""
    found = session.segment(embedding, [BoxPrompt(*map(float, box_of(label)))], multimask=False)
    return agreement_with(mask_to_region(label), found.masks[0])


def try_source(session: Session, folder: Path, count: int, seed: int) -> Values:
    """Compare regions of one source as they are and spoilt, spread over its pictures."""
    rng = np.random.default_rng(seed)
    values: Values = {kind: [] for kind in (GOOD, *KINDS)}
    for path, masks in list_regions(folder, count, seed):
        embedding = session.embed(read_rgb(path))
        for mask in masks:
            values[GOOD].append(compare(session, embedding, mask))
            for kind, label in spoilt(mask, another(path, mask, rng), rng).items():
                values[kind].append(compare(session, embedding, label))
    return values


def another(path: Path, mask: Mask, rng: np.random.Generator) -> Mask | None:
    """Draw a region of the same picture that is not this one, if there is any."""
    others = [one for one in regions_of(path) if not np.array_equal(one, mask)]
    return others[rng.integers(len(others))] if others else None


def regions_of(path: Path) -> list[Mask]:
    """Give the regions on the label maps of a picture that are large enough to be labelled."""
    stem = path.name.removesuffix(".jpg")
    regions: list[Mask] = []
    for one in [path.with_name(f"{stem}.png"), *sorted(path.parent.glob(f"{stem}.[0-9].png"))]:
        labels = np.asarray(cv2.imdecode(np.frombuffer(one.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED))
        masks = (labels == number for number in range(1, int(labels.max()) + 1))
        regions += [mask for mask in masks if mask.mean() >= SMALLEST_SHARE]
    return regions


def summary(good: Sequence[float], bad: Sequence[float], least: float | None) -> dict[str, float]:
    """Give what a project would show that has a tenth of bad regions, in percent; `told` is the share of good ones."""
    if least is None:
        least = least_agreement([*good] * round((1 - SPOILT_SHARE) / SPOILT_SHARE) + [*bad])
    better, worse = np.array(good), np.array(bad)
    margins = better[:, None] - worse[None, :]
    auc = float(np.mean((margins > 0) + 0.5 * (margins == 0)))
    told = float(np.mean(better < least))
    recall = float(np.mean(worse < least))
    found = share_in_lowest(better, worse, SPOILT_SHARE)
    return {"auc": 100 * auc, "found": 100 * found, "recall": 100 * recall, "told": 100 * told}


def share_in_lowest(good: NDArray[np.float64], bad: NDArray[np.float64], share: float) -> float:
    """Give how much of the bad is among the lowest `share` of all, of which the bad are the same share."""
    values = np.concatenate([good, bad])
    is_bad = np.repeat([False, True], [len(good), len(bad)])
    weights = np.where(is_bad, share / len(bad), (1 - share) / len(good))
    order = np.argsort(values, kind="stable")
    ends = np.minimum(np.cumsum(weights[order]), share)
    taken = np.diff(ends, prepend=0.0)
    return float(taken[is_bad[order]].sum()) / share


def report(per_source: dict[str, Values], least: float | None) -> list[dict[str, Any]]:
    """Make a row for each kind of mistake: means over the sources that have it, and the precision they come to."""
    rows = []
    for kind in KINDS:
        had = [values for values in per_source.values() if values[kind]]
        if not had:
            continue
        sums = [summary(values[GOOD], values[kind], least) for values in had]
        row = {key: float(np.mean([one[key] for one in sums])) for key in sums[0]}
        right, wrong = SPOILT_SHARE * row["recall"], (1 - SPOILT_SHARE) * row["told"]
        row["precision"] = 100 * right / (right + wrong) if right + wrong else 100.0
        regions = sum(len(values[kind]) for values in had)
        facts = {"sources": len(had), "regions": regions, "median": _median(had, kind)}
        rows.append({"name": f"audit {kind}", **facts, **{key: round(value, 1) for key, value in row.items()}})
    return rows


def _median(had: Sequence[Values], kind: str) -> float:
    return round(100 * float(np.median([value for values in had for value in values[kind]])), 1)


def read_words(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = Path(__file__).parents[1] / "tests" / "data" / "clicks"
    parser.add_argument("--data", type=Path, default=data, help="folder of SOURCE/NAME.jpg; the tests' own by default")
    parser.add_argument("--source", action="append", help="only this source; may be repeated")
    parser.add_argument("--regions", type=int, default=5, help="regions of each source")
    parser.add_argument("--session", default="builtin", help="its name, or the path of weights for the built-in one")
    parser.add_argument("--least", type=float, help="agreement below which outlines are told")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="one JSON document, with all agreements, and nothing else")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    words = read_words(arguments)
    session = open_session(words.session)
    per_source: dict[str, Values] = {}
    for folder in sorted(path for path in words.data.iterdir() if path.is_dir()):
        if words.source and folder.name not in words.source:
            continue
        values = try_source(session, folder, words.regions, words.seed)
        if values[GOOD]:
            per_source[folder.name] = values
            medians = (f"{kind} {np.median(found):.2f}" for kind, found in values.items() if found)
            print(f"{folder.name:18} {'  '.join(medians)}", file=sys.stderr, flush=True)
    if not per_source:
        print(f"There is no SOURCE/NAME.jpg with a label map in {words.data}.", file=sys.stderr)
        return 1
    results = report(per_source, words.least)
    if words.json:
        print(json.dumps({"results": results, "least": words.least, "agreements": per_source}, indent=1))
    else:
        for row in results:
            print("  ".join(f"{key} {value}" for key, value in row.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
