"""Measures "find all like this": how many instances one exemplar finds, how many finds are instances, milliseconds.

The exemplar is the box of the instance whose area is the median of its picture's; it counts among the instances. All
regions of a label map count as instances of one kind, and only pictures with enough of them are taken. A find is right
if its IoU with an instance not yet found is at least 0.5. `precision` takes every other find for wrong; `lenient`
leaves those out that lie mostly where nothing is annotated, which is fairer where annotators skipped objects. Any
folder of `SOURCE/NAME.jpg` with label maps `NAME.png` (uint16, 0 = not annotated) will do:

    python benchmarks/exemplars.py --data FOLDER [--source NAME] [--pictures 10] [--session builtin] [--json]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, installed or not

from sam3_annotator.model import ConceptPrompt, Detection, Exemplar, Session, open_session

MATCH = 0.5
EVERY = 1_000_000  # pictures: more than any folder has

Labels = NDArray[np.uint16]


@dataclass(slots=True)
class Tally:
    """What a session found on the pictures of one source, a number from 0 to 1 for each."""

    recalls: list[float] = field(default_factory=list)
    precisions: list[float] = field(default_factory=list)
    lenient: list[float] = field(default_factory=list)
    instances: int = 0
    milliseconds: list[float] = field(default_factory=list)

    def add(self, found: Detection, labels: Labels) -> None:
        """Count one picture's finds."""
        right, on_nothing = match(found.masks, labels)
        count = len(np.unique(labels)) - 1
        self.instances += count
        self.recalls.append(right / count)
        self.precisions.append(right / max(len(found.masks), 1))
        self.lenient.append(right / max(len(found.masks) - on_nothing, 1))

    def summary(self) -> dict[str, float]:
        """Means over pictures in percent; F1 of the mean recall and precision; milliseconds."""
        recall, precision, lenient = (100 * float(np.mean(x)) for x in (self.recalls, self.precisions, self.lenient))
        return {
            "pictures": len(self.recalls),
            "instances": self.instances,
            "recall": round(recall, 1),
            "precision": round(precision, 1),
            "lenient": round(lenient, 1),
            "f1": round(2 * recall * precision / max(recall + precision, 1e-6), 1),
            "median_ms": round(float(np.median(self.milliseconds)), 1),
            "p99_ms": round(float(np.percentile(self.milliseconds, 99)), 1),
        }


def match(masks: NDArray[np.bool_], labels: Labels) -> tuple[int, int]:
    """Count the finds that are instances, each once, the best scored first; and wrong ones mostly on label 0."""
    areas = np.bincount(labels.ravel())
    taken: set[int] = set()
    on_nothing = 0
    for mask in masks:
        under = np.bincount(labels[mask], minlength=len(areas))
        ious = under / np.maximum(areas + int(mask.sum()) - under, 1)
        ious[[0, *taken]] = 0
        if ious.max() >= MATCH:
            taken.add(int(ious.argmax()))
        elif under[0] > 0.5 * under.sum():
            on_nothing += 1
    return len(taken), on_nothing


def exemplar_of(labels: Labels) -> Exemplar:
    """Draw the box of the instance whose area is the median one (the larger of two)."""
    areas = np.bincount(labels.ravel())
    numbers = sorted((n for n in range(1, len(areas)) if areas[n]), key=lambda n: int(areas[n]))
    mask = labels == numbers[len(numbers) // 2]
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return Exemplar(float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))


def list_pictures(folder: Path, count: int, least: int) -> Iterator[tuple[NDArray[np.uint8], Labels]]:
    """Give up to `count` pictures of a source with at least so many instances, in the order of their names' hashes."""
    for path in sorted(folder.glob("*.jpg"), key=lambda path: hashlib.sha1(path.name.encode()).hexdigest()):
        labels = np.asarray(cv2.imdecode(_bytes(path.with_suffix(".png")), cv2.IMREAD_UNCHANGED), np.uint16)
        if len(np.unique(labels)) - 1 >= least and count > 0:
            count -= 1
            pixels = np.asarray(cv2.imdecode(_bytes(path), cv2.IMREAD_COLOR), np.uint8)
            yield np.ascontiguousarray(pixels[..., ::-1]), labels


def _bytes(path: Path) -> NDArray[np.uint8]:
    return np.frombuffer(path.read_bytes(), np.uint8)


def try_source(session: Session, folder: Path, count: int, least: int, threshold: float) -> Tally:
    """Ask a session for everything like the exemplar, picture by picture."""
    tally = Tally()
    for image, labels in list_pictures(folder, count, least):
        embedding = session.embed(image)
        concept = ConceptPrompt(exemplars=(exemplar_of(labels),))
        started = time.perf_counter()
        found = session.detect(embedding, concept, threshold=threshold)
        tally.milliseconds.append((time.perf_counter() - started) * 1000)
        tally.add(found, labels)
    return tally


def read_words(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = Path(__file__).parents[1] / "tests" / "data" / "clicks"
    parser.add_argument("--data", type=Path, default=data, help="folder of SOURCE/NAME.jpg; the tests' own by default")
    parser.add_argument("--source", action="append", help="only this source; may be repeated")
    parser.add_argument("--pictures", type=int, default=EVERY, help="most pictures of each source; all by default")
    parser.add_argument("--least", type=int, default=4, help="instances a picture must have")
    parser.add_argument("--threshold", type=float, default=0.5, help="least score of a find")
    parser.add_argument("--session", default="builtin", help="its name, or the path of weights for the built-in one")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output, nothing else")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    words = read_words(arguments)
    session = open_session(words.session)
    results: list[dict[str, Any]] = []
    for folder in sorted(path for path in words.data.iterdir() if path.is_dir()):
        if words.source and folder.name not in words.source:
            continue
        tally = try_source(session, folder, words.pictures, words.least, words.threshold)
        if tally.recalls:
            row = {"name": f"exemplars {folder.name}", "session": words.session, "peer": None, **tally.summary()}
            results.append(row)
            shown = "  ".join(f"{key} {value}" for key, value in tally.summary().items())
            print(f"{folder.name:18} {shown}", file=sys.stderr, flush=True)
    if not results:
        print(f"There is no SOURCE/NAME.jpg with {words.least} instances or more in {words.data}.", file=sys.stderr)
        return 1
    if words.json:
        print(json.dumps({"results": results}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
