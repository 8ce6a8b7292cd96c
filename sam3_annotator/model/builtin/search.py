"""Searches an image for what is like examples: likely places become clicks, and their masks are compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.candidates import Candidate, choose_candidates
from sam3_annotator.model.builtin.feature_map import FeatureMap, Floats
from sam3_annotator.model.builtin.likeness import Portrait, describe
from sam3_annotator.model.builtin.portraits import GridMask, lay_on_grid, portray
from sam3_annotator.model.builtin.prompt_maps import draw_prompt_maps
from sam3_annotator.model.builtin.runtime import Answer, Runtime
from sam3_annotator.model.builtin.zoom import Pyramid, ViewWindow, to_chance
from sam3_annotator.model.session import Check

MANY_SIDE, FEW_SIDE = 96, 128
"""Pixels of a view where there can be hundreds of instances, and where an exemplar is too large for that."""

FEW_ABOVE = 0.15
"""An exemplar is large if its longer side is more of the image's than this."""

MARGIN = 2.0
"""A window's side over the exemplar's longer side."""

BATCH = 8

MOST_CLICKS = 224
"""Clicks tried at most, and as many boxes: what bounds the time."""

PATIENCE = 64
"""So many looks in a row without a good mask, and the rest, less likely, is left."""

SURE, MOST_LEARNED = 0.7, 6
"""The score from which finds serve as examples, and how many of them."""

LEAST_SCORE = 0.1
"""What scores less is not kept."""

SETTLED = 0.5
"""A mask with this score needs no second look at its place."""

BOX_SLACK = 1.2
"""A box put on a likely place is so much larger than the exemplar's."""


MOST_TIMES = 4.0
"""Masks so many times larger or smaller than every exemplar are not looked into."""

LEAST_LIKELY = 0.0
"""Places with less are not tried: 0 is what surrounds the exemplar, 1 is the exemplar."""

LATTICE = 0.6
"""Between peaks, places are tried this part of the exemplar's shorter side apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """One instance: its mask in a window and on the grid, what it is known by, and its score."""

    candidate: Candidate
    mask: GridMask
    portrait: Portrait
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """An exemplar's mask on the grid, what it is known by, and the size of its box in pixels."""

    mask: GridMask
    portrait: Portrait
    size: tuple[float, float]
    positive: bool


class Search:
    """One search through one image."""

    def __init__(self, runtime: Runtime, pyramid: Pyramid, features: FeatureMap, examples: Sequence[Example]) -> None:
        """Take what is searched, and for what; at least one example is positive."""
        self._runtime = runtime
        self._pyramid = pyramid
        self._features = features
        self._wanted = [one for one in examples if one.positive]
        self._unwanted = [one for one in examples if not one.positive]
        self._width = float(np.median([one.size[0] for one in self._wanted]))
        self._height = float(np.median([one.size[1] for one in self._wanted]))
        is_large = max(self._width, self._height) > FEW_ABOVE * max(pyramid.image_size)
        self._side = FEW_SIDE if is_large else MANY_SIDE
        self.found: list[Found] = []

    def run(self, check: Check) -> list[Found]:
        """Click on likely places, then put boxes on those where no click led to a good mask."""
        for with_box in (False, True):
            places = self.likely_places()
            tried, last_good = 0, 0
            for batch in self._unsettled(places):
                check()
                before = len(self.found)
                self._try(batch, with_box)
                tried += len(batch)
                if any(one.score >= SETTLED for one in self.found[before:]):
                    last_good = tried
                if tried >= MOST_CLICKS or tried - last_good >= PATIENCE:
                    break
            if not with_box:
                self._learn()
        return self.found

    def _learn(self) -> None:
        """Take the surest finds for examples too: one exemplar tells little of how instances differ."""
        surest = [one for one in drop_duplicates(self.found) if one.score >= SURE][:MOST_LEARNED]
        self._wanted += [Example(one.mask, one.portrait, (self._width, self._height), True) for one in surest]
        self.found = [
            replace(one, score=max(one.score, self._score(one.portrait, one.candidate))) for one in self.found
        ]

    def _unsettled(self, places: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
        """Give places in batches, without those on a good mask by the time of their turn."""
        batch: list[tuple[int, int]] = []
        for row, column in places:
            if not any(one.score >= SETTLED and one.mask.holds(row, column) for one in self.found):
                batch.append((row, column))
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def likely_places(self) -> list[tuple[int, int]]:
        """Give rows and columns on the grid where the features are an example's rather than its surroundings'."""
        side = max(self._width, self._height) * self._features.steps
        small = min(self._width, self._height) * self._features.steps
        likely = np.max([_likelihood(self._features, example.portrait) for example in self._wanted], axis=0)
        fine = cv2.resize(likely, self._features.grid_shape[::-1], interpolation=cv2.INTER_LINEAR)
        blurred = cv2.GaussianBlur(fine, (0, 0), max(0.17 * small, 1.0), borderType=cv2.BORDER_REPLICATE)
        smooth = np.asarray(blurred, np.float32)
        reach = max(1, round(0.15 * small + 0.05 * side))
        highest = cv2.dilate(smooth, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
        peaks = _sorted_by(smooth, (smooth >= highest) & (smooth > LEAST_LIKELY))
        step = max(2, round(LATTICE * small))
        lattice = np.zeros(smooth.shape, np.bool_)
        lattice[step // 2 :: step, step // 2 :: step] = True
        return peaks + _sorted_by(smooth, lattice & (smooth > LEAST_LIKELY))

    def _try(self, places: Sequence[tuple[int, int]], with_box: bool) -> None:
        """Segment at each place, and keep what may be like the examples."""
        for candidate, mask in self.look(places, with_box):
            portrait = portray(mask, self._features)
            likeness = self._score(portrait, candidate)
            if likeness >= LEAST_SCORE:
                self.found.append(Found(candidate, mask, portrait, likeness))

    def look(self, places: Sequence[tuple[int, int]], with_box: bool) -> Iterator[tuple[Candidate, GridMask]]:
        """Segment at each place through a window of the examples' size; gives masks on their places of such a size."""
        size = max(self._width, self._height)
        windows, maps = [], []
        for row, column in places:
            x, y = (column + 0.5) / self._features.steps, (row + 0.5) / self._features.steps
            box = (x - size / 2, y - size / 2, x + size / 2, y + size / 2)
            window = ViewWindow.around(box, MARGIN, self._pyramid.image_size)
            across, down = self._width * BOX_SLACK / 2, self._height * BOX_SLACK / 2
            around = window.place_box((x - across, y - down, x + across, y + down), self._side) if with_box else None
            windows.append(window)
            maps.append(draw_prompt_maps(self._side, [(*window.place(x, y, self._side), True)], around))
        views = np.stack([self._pyramid.cut(window, self._side) for window in windows])
        for window, place, chances, scores in zip(windows, places, *self._ask(views, np.stack(maps)), strict=True):
            for candidate in choose_candidates(list(chances), scores, window):
                mask = lay_on_grid(candidate, self._features)
                if mask.holds(*place) and self._has_fitting_size(mask):
                    yield candidate, mask

    def _has_fitting_size(self, mask: GridMask) -> bool:
        sizes = [one.mask.count for one in self._wanted]
        return min(sizes) / MOST_TIMES < mask.count < max(sizes) * MOST_TIMES

    def _ask(self, views: NDArray[np.uint8], maps: Floats) -> tuple[Floats, Floats]:
        """Put prompt maps to the network, a part of the views on each thread."""

        def ask(part: NDArray[np.intp]) -> Answer:
            stem = self._runtime.encode(views[part], beside_others=is_divided)
            return self._runtime.answer(stem, maps[part], beside_others=is_divided)

        parts = np.array_split(np.arange(len(views)), min(self._runtime.threads, len(views)))
        is_divided = len(parts) > 1
        answers = self._runtime.at_once(ask, parts)
        logits, scores = (np.concatenate(each) for each in zip(*answers, strict=True))
        return to_chance(logits), to_chance(scores)

    def _score(self, portrait: Portrait, candidate: Candidate) -> float:
        """Take the likeness to the most alike example; lower the more alike an unwanted one is."""
        best = self._likeness(portrait, candidate, self._wanted)
        if not self._unwanted:
            return best
        return best * best / (best + self._likeness(portrait, candidate, self._unwanted))

    def _likeness(self, portrait: Portrait, candidate: Candidate, examples: Sequence[Example]) -> float:
        traits = describe(portrait, [one.portrait for one in examples], candidate.predicted_iou, doubt(candidate))
        return float(self._runtime.likeness.score(traits).max())


def _likelihood(features: FeatureMap, wanted: Portrait) -> Floats:
    """Give each cell's place `(h, w)` on the line from an example's surroundings, 0, to the example, 1."""
    outside = wanted.inside - wanted.contrast
    along = (features.features - outside) @ wanted.contrast
    return np.asarray(along / (wanted.contrast @ wanted.contrast + 1e-6), np.float32)


def doubt(candidate: Candidate) -> float:
    """Give the share of a mask and its border that could as well be off or on."""
    reach = candidate.chance > 0.25
    doubtful = int(np.count_nonzero(reach & (candidate.chance < 0.75)))
    return doubtful / max(int(np.count_nonzero(reach)), 1)


def _sorted_by(values: Floats, chosen: NDArray[np.bool_]) -> list[tuple[int, int]]:
    rows, columns = np.nonzero(chosen)
    order = np.argsort(-values[rows, columns], kind="stable")
    return [(int(rows[index]), int(columns[index])) for index in order]


def drop_duplicates(found: Sequence[Found]) -> list[Found]:
    """Keep the best of masks that share much of what they cover, best first."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: -one.score):
        count = one.mask.count
        shares = ((one.mask.overlap(other.mask), other.mask.count) for other in kept)
        if all(both <= 0.5 * min(count, other) and both <= 0.3 * (count + other - both) for both, other in shares):
            kept.append(one)
    return kept
