"""Measures "propagate": how well masks are carried over to the next image of a sequence, and how long that takes.

There are no films here: the next image is made from a picture with a label map. Up to four regions of it (0.2 to 25 %
of the picture) move over it, each turns and grows by itself, a fifth of them is gone, and the hole they leave is
filled; then all of it moves with the camera, changes its brightness and becomes noisy. `small` are neighbouring frames
of a film, `bent` are such in which things bend, `large` are images of a burst. The IoU are in percent, means over the
regions of which at least 30 % are seen: of the mask `copied` to the same pixels, which is the peer, `moved`, and moved
and `redrawn` by the session. `found` are those that score at least 0.5, `gone_found` such of those that are gone. Any
folder of `SOURCE/NAME.jpg` with label maps `NAME.png` (uint16, 0 = not annotated) will do:

    python benchmarks/propagate.py --data FOLDER [--source NAME] [--pictures 4] [--session builtin] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, installed or not

from _motion import Mask, Motion, MovedPair, move
from clicks import iou
from exemplars import EVERY, list_pictures

from sam3_annotator.model import Embedding, PackedMask, Session, never_cancelled, open_session
from sam3_annotator.model.packed_masks import PackedMasks
from sam3_annotator.model.propagation.following import follow
from sam3_annotator.model.propagation.frames import FramePair
from sam3_annotator.model.propagation.redrawing import redraw

MOTIONS = (Motion("small", 0.03, 0.3), Motion("bent", 0.03, 0.3, 0.04), Motion("large", 0.1, 1.0, 0.02))
IN_VIEW = 0.3
"""A region is there if so much of it is seen."""

FOUND = 0.5
STEPS = ("frame", "object", "redraw")


@dataclass(slots=True)
class Tally:
    """What became of the regions of one kind of motion: IoU of those that are there, scores of all, milliseconds."""

    ious: dict[str, list[float]] = field(default_factory=lambda: {way: [] for way in ("copied", "moved", "redrawn")})
    scores: list[float] = field(default_factory=list)
    gone_scores: list[float] = field(default_factory=list)
    steps_ms: dict[str, list[float]] = field(default_factory=lambda: {step: [] for step in STEPS})
    objects_ms: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """Percent, and milliseconds: of each step, and of one object moved and redrawn."""
        found: dict[str, Any] = {"regions": len(self.scores), "gone": len(self.gone_scores)}
        found |= {way: _percent(ious) for way, ious in self.ious.items()}
        found["found"] = _percent([score >= FOUND for score in self.scores])
        found["gone_found"] = _percent([score >= FOUND for score in self.gone_scores])
        for step, times in (("", self.objects_ms), *((f"{step}_", times) for step, times in self.steps_ms.items())):
            median, slowest = np.percentile(times or [0.0], (50, 99))
            found |= {f"{step or 'median_'}ms": round(float(median), 1), f"{step}p99_ms": round(float(slowest), 1)}
        return found


def _percent(values: Sequence[float]) -> float | None:
    return round(100 * float(np.mean(values)), 1) if values else None


def try_pair(session: Session, pair: MovedPair, tally: Tally) -> None:
    """Carry all regions of a pair over."""
    embedding = session.embed(pair.after)
    started = time.perf_counter()
    frames = FramePair(pair.before, pair.after)
    tally.steps_ms["frame"].append(_since(started))
    for region in pair.regions:
        moved, redrawn, score = _carry(session, embedding, frames, region.before, tally)
        if region.is_gone:
            tally.gone_scores.append(score)
        elif np.count_nonzero(region.after) >= IN_VIEW * np.count_nonzero(region.before):
            tally.scores.append(score)
            for way, mask in (("copied", region.before), ("moved", moved), ("redrawn", redrawn)):
                tally.ious[way].append(iou(mask, region.after))


def _carry(
    session: Session, embedding: Embedding, frames: FramePair, before: Mask, tally: Tally
) -> tuple[Mask, Mask, float]:
    """Give the moved mask, the redrawn one, and the score; empty masks and 0 if it is not found."""
    packed = PackedMask.of(before)
    started = time.perf_counter()
    followed = follow(frames, packed)
    tally.steps_ms["object"].append(_since(started))
    if followed is None:
        tally.objects_ms.append(_since(started))
        return np.zeros_like(before), np.zeros_like(before), 0.0
    redrawing = time.perf_counter()
    redrawn = redraw(session, embedding, followed.mask, never_cancelled)
    tally.steps_ms["redraw"].append(_since(redrawing))
    tally.objects_ms.append(_since(started))
    moved, drawn = PackedMasks(before.shape, (followed.mask, redrawn)).whole()
    return moved, drawn, followed.score


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def read_words(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = Path(__file__).parents[1] / "tests" / "data" / "clicks"
    parser.add_argument("--data", type=Path, default=data, help="folder of SOURCE/NAME.jpg; the tests' own by default")
    parser.add_argument("--source", action="append", help="only this source; may be repeated")
    parser.add_argument("--pictures", type=int, default=EVERY, help="most pictures of each source; all by default")
    parser.add_argument("--session", default="builtin", help="its name, or the path of weights for the built-in one")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output, nothing else")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    words = read_words(arguments)
    session = open_session(words.session)
    folders = [one for one in sorted(words.data.iterdir()) if one.is_dir() and one.name in (words.source or [one.name])]
    results: list[dict[str, Any]] = []
    for motion in MOTIONS:
        tally = Tally()
        for folder in folders:
            for number, (image, labels) in enumerate(list_pictures(folder, words.pictures, 1)):
                # The same picture moves the same way, whatever else is measured.
                rng = np.random.default_rng([number, *folder.name.encode()])
                if (pair := move(image, labels, motion, rng)) is not None:
                    try_pair(session, pair, tally)
        if not tally.steps_ms["frame"]:
            print(f"There is no SOURCE/NAME.jpg with a region of a fitting size in {words.data}.", file=sys.stderr)
            return 1
        row = {"name": f"propagate {motion.name}", "session": words.session, "peer": "copied", **tally.summary()}
        results.append(row)
        shown = "  ".join(f"{key} {value}" for key, value in tally.summary().items())
        print(f"{motion.name:6} {shown}", file=sys.stderr, flush=True)
    if words.json:
        print(json.dumps({"results": results}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
