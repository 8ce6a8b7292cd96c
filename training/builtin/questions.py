"""Puts clicks and boxes on training pictures to the built-in session's own looks, and says how good every guess is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from multiprocessing import get_context

import cv2
import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model import BoxPrompt, PointPrompt, Prompt
from sam3_annotator.model.builtin.asked import Asked, read_prompts
from sam3_annotator.model.builtin.candidates import Candidate
from sam3_annotator.model.builtin.explanation import distance_to_border
from sam3_annotator.model.builtin.looks import Answer, BuiltinEmbedding
from sam3_annotator.model.builtin.meaning import Question, Ranked, Start
from sam3_annotator.model.builtin.painting import paint_mask
from sam3_annotator.model.builtin.ranking import Floats, Ranking
from sam3_annotator.model.builtin.refine import obey
from sam3_annotator.model.builtin.runtime import Runtime
from sam3_annotator.model.builtin.viewer import Viewer
from sam3_annotator.model.builtin.zoom import Pyramid
from sam3_annotator.model.distinct import overlap
from sam3_annotator.model.session import never_cancelled
from training.builtin.mosaics import make_mosaic
from training.builtin.samples import MOST_TRIES, SampleMaker

LEAST_SHARE = 0.0005
"""Of the picture, for a region to be asked for."""

BOX_CHANCE = 0.25
"""How often a region is asked for by a box and corrected by clicks, rather than by clicks alone."""

MOSAIC_CHANCE, MOST_ACROSS = 0.3, 4
"""How often a picture is shown among others, and how many side by side at most."""

ENLARGED_CHANCE, ENLARGED, LARGEST = 0.2, (2.5, 8.0), 4200
"""How often another picture is enlarged, by what factors, and to how many pixels on the longer side at most: large
photographs are less sharp, and the ranking must not guess what it expects of them."""

MOST_CLICKS, MOST_CORRECTIONS = 5, 2
"""On a region; after a box."""

ANEW_CLICKS = 3
"""After so many clicks or fewer the object is also looked for anew, whatever the answer; and later, if all clicks but
the first were negative."""

EXACT = 0.5
"""How often a click is made exactly in the middle, as the standard protocol has it, and a box drawn exactly."""

LOOSEST_BOX = 0.15
"""The largest deviation of a box's sides, in parts of them."""

SHARE = 50
"""Regions that are asked for with chances of their own, so that it does not matter which process asks."""

Bools = NDArray[np.bool_]

OpenRuntime = Callable[[], Runtime]
"""Opens what answers, here or, if it can be pickled, in another process."""


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """A start that was looked closer at, and what was seen: traits `(N, 42)` and the IoU `(N,)` of every guess.

    `start` holds the traits of the start, None if there were none to choose by.
    """

    start: Floats | None
    traits: Floats
    ious: Floats


Step = list[Followed]
"""What one more prompt on a region led to."""


def collect_in_shares(
    open_runtime: OpenRuntime, samples: SampleMaker, regions: int, seed: Sequence[int], workers: int
) -> list[list[Step]]:
    """Ask as `collect` does, in so many more processes, or here if none; the same, however many there are."""
    counts = [min(SHARE, regions - first) for first in range(0, regions, SHARE)]
    seeds = [(*seed, number) for number in range(len(counts))]
    if workers:
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            shares = list(pool.map(_collect_share, repeat(open_runtime), repeat(samples), counts, seeds))
    else:
        runtime = open_runtime()
        chances = map(np.random.default_rng, seeds)
        shares = [collect(runtime, samples, count, rng) for count, rng in zip(counts, chances, strict=True)]
    return [region for share in shares for region in share]


def _collect_share(
    open_runtime: OpenRuntime, samples: SampleMaker, count: int, seed: Sequence[int]
) -> list[list[Step]]:
    cv2.setNumThreads(1)
    return collect(open_runtime(), samples, count, np.random.default_rng(seed))


def collect(runtime: Runtime, samples: SampleMaker, regions: int, rng: np.random.Generator) -> list[list[Step]]:
    """Ask for so many regions, and follow the likeliest starts and some others; gives steps by region.

    Gives fewer where next to no region is large enough to ask for.
    """
    viewer = Viewer(runtime)
    found: list[list[Step]] = []
    misses = 0
    while len(found) < regions and misses < MOST_TRIES:
        picture, target = samples.draw_target(rng, evenly=True)
        pixels, truth = picture.pixels, picture.mask(target) > 127
        if truth.mean() < LEAST_SHARE:
            misses += 1
            continue
        misses = 0
        if rng.random() < MOSAIC_CHANCE:
            across = int(rng.integers(2, MOST_ACROSS + 1))
            others = [samples.draw_target(rng, evenly=True)[0].pixels for _ in range(across**2 - 1)]
            pixels, truth = make_mosaic(pixels, truth, others, rng)
        elif rng.random() < ENLARGED_CHANCE:
            pixels, truth = enlarge(pixels, truth, rng)
        embedding = viewer.embed(Pyramid(pixels, runtime.config.whole_side))
        found.append(Inquiry(viewer, runtime.ranking, embedding, truth, rng).run())
    return found


class Inquiry:
    """One region, asked for by a simulated person."""

    def __init__(
        self, viewer: Viewer, ranking: Ranking, embedding: BuiltinEmbedding, truth: Bools, rng: np.random.Generator
    ) -> None:
        self._viewer, self._ranking, self._embedding = viewer, ranking, embedding
        self._truth, self._rng = truth, rng
        self._prompts: list[Prompt] = []
        self._earlier: Answer | None = None
        self._shown = np.zeros_like(truth)

    def run(self) -> list[Step]:
        """Ask until the clicks are used up or nothing is wrong."""
        steps = []
        clicks = MOST_CLICKS
        if self._rng.random() < BOX_CHANCE:
            self._prompts.append(draw_box(self._truth, self._rng))
            steps.append(self._ask())
            clicks = MOST_CORRECTIONS
        for _ in range(clicks):
            click = click_on_error(self._shown, self._truth, self._rng)
            if click is None:
                break
            self._prompts.append(click)
            steps.append(self._ask())
        return steps

    def _ask(self) -> Step:
        asked = read_prompts(self._prompts, self._embedding.image_size)
        question = Question(self._viewer, self._ranking, self._embedding, asked, self._earlier)
        starts = self._choose_starts(question, asked)
        seen = [question.follow(start, never_cancelled) for start in starts]
        masks = [[self._paint(one, asked) for one in ranked] for ranked in seen]
        ious = [[overlap(mask, self._truth) for mask in each] for each in masks]
        self._go_on(question, asked, seen, ious)
        return [
            Followed(start.traits, np.stack([one.traits for one in ranked]), np.array(values, np.float32))
            for start, ranked, values in zip(starts, seen, ious, strict=True)
        ]

    def _choose_starts(self, question: Question, asked: Asked) -> list[Start]:
        """Take the answer before and two of its others; of first looks the likeliest by the network, and two others."""
        if self._earlier is None:
            if asked.box is not None:
                return question.list_starts()
            return self._draw_starts(question.list_first_starts(thoroughly=True), 3, 2)
        starts = question.list_starts()
        on = [start for start in starts if start.guess is self._earlier.guess]
        starts = on + self._draw_starts([start for start in starts if start.guess is not self._earlier.guess], 0, 2)
        is_early = asked.box is None and bool(asked.positives) and len(asked.points) <= ANEW_CLICKS
        if is_early or is_cut_down(asked):
            starts += self._draw_starts(question.list_first_starts(thoroughly=True), 2, 1)
        return starts

    def _draw_starts(self, starts: Sequence[Start], best: int, others: int) -> list[Start]:
        ordered = sorted(starts, key=lambda start: -predicted(start))
        rest = [ordered[index] for index in self._rng.permutation(np.arange(best, len(ordered)))]
        return [*ordered[:best], *rest[:others]]

    def _go_on(self, question: Question, asked: Asked, seen: list[list[Ranked]], ious: list[list[float]]) -> None:
        """Show one of the guesses: mostly what is expected or known to be good, sometimes any."""
        flat = [one for ranked in seen for one in ranked]
        known = [iou for values in ious for iou in values]
        how = self._rng.random()
        if how < 0.3:
            index = int(np.argmax([one.traits[0] for one in flat]))
        elif how < 0.6:
            index = int(np.argmax([one.expected for one in flat]))
        elif how < 0.8:
            index = int(np.argmax(np.array(known) + self._rng.normal(0, 0.15, len(known))))
        else:
            index = int(self._rng.integers(len(flat)))
        shown = flat.pop(index)
        self._shown = self._paint(shown, asked)
        self._earlier = question.remember(self._finish(shown, asked), [shown, *flat], [])

    def _finish(self, ranked: Ranked, asked: Asked) -> Candidate:
        """Make a guess obey the prompts, as the session does, but leave edges alone, which would take longest."""
        guess = ranked.guess
        return Candidate(obey(guess.chance, guess.window, asked), ranked.expected, guess.window)

    def _paint(self, ranked: Ranked, asked: Asked) -> Bools:
        mask = np.zeros_like(self._truth)
        candidate = self._finish(ranked, asked)
        paint_mask(mask, candidate.chance, candidate.window)
        return mask


def is_cut_down(asked: Asked) -> bool:
    """Whether all clicks after the first say that too much is shown: then a part of it may be meant, or not."""
    return asked.box is None and len(asked.positives) == 1 and len(asked.points) > 1 and not asked.points[-1][2]


def enlarge(pixels: NDArray[np.uint8], truth: Bools, rng: np.random.Generator) -> tuple[NDArray[np.uint8], Bools]:
    """Enlarge a picture `(H, W, 3)` and a region `(H, W)` of it."""
    factor = min(float(np.exp(rng.uniform(*np.log(ENLARGED)))), LARGEST / max(truth.shape))
    size = (round(truth.shape[1] * factor), round(truth.shape[0] * factor))
    coverage = cv2.resize(truth.astype(np.uint8) * 255, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC), np.uint8), coverage > 127


def predicted(start: Start) -> float:
    """Give the IoU, as a logit, that the network predicts for a start's own mask."""
    return float(start.traits[0]) if start.traits is not None else 0.0


def click_on_error(shown: Bools, truth: Bools, rng: np.random.Generator) -> PointPrompt | None:
    """Click where the error is widest, in the middle or anywhere not too near its border; None if nothing is wrong."""
    missing, excess = (distance_to_border(area) for area in (truth & ~shown, shown & ~truth))
    is_missing = float(missing.max()) >= float(excess.max())
    distance = missing if is_missing else excess
    widest = float(distance.max())
    if not widest:
        return None
    if rng.random() < EXACT:
        place = int(distance.argmax())
    else:
        near = np.flatnonzero(distance >= rng.uniform(0.1, 0.95) * widest)
        place = int(near[rng.integers(len(near))])
    row, column = divmod(place, truth.shape[1])
    return PointPrompt(column + 0.5, row + 0.5, is_missing)


def draw_box(truth: Bools, rng: np.random.Generator) -> BoxPrompt:
    """Draw a box around a region: exactly, or loosely, then half of the time with no side inside."""
    rows, columns = np.flatnonzero(truth.any(1)), np.flatnonzero(truth.any(0))
    box = np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float64)
    if rng.random() >= EXACT:
        sides = np.tile(box[2:] - box[:2], 2)
        off = rng.normal(0, 1, 4) * rng.uniform(0, LOOSEST_BOX) * sides
        box += off if rng.random() < 0.5 else np.abs(off) * [-1, -1, 1, 1]
    height, width = truth.shape
    x0, y0 = max(box[0], 0.0), max(box[1], 0.0)
    return BoxPrompt(x0, y0, min(max(box[2], x0 + 1), width), min(max(box[3], y0 + 1), height))
