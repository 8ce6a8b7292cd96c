"""What the built-in model keeps of an image: its sizes, the views encoded so far, the answers on the way."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.zoom import Belief, Pyramid, ViewWindow
from sam3_annotator.model.distinct import overlap
from sam3_annotator.model.trail import Trail

MOST_VIEWS = 4

LEAST_PIXELS = 6
"""A mask with fewer pixels of the view shows nothing."""

SAME_ABOVE = 0.8
"""Masks of one look with this IoU show the same thing; their mean shows it better than each of them."""


class StemArrays(NamedTuple):
    """What the stem makes of views: `half` `(B, 16, S/2, S/2)` and `quarter` `(B, 24, S/4, S/4)`, float32."""

    half: NDArray[np.float32]
    quarter: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Pixels `(S, S, 3)` uint8 seen through a window, and the stem's features of them.

    Both are those of the mirror image, left and right exchanged, if the view `is_mirrored`.
    """

    window: ViewWindow
    pixels: NDArray[np.uint8]
    stem: StemArrays
    is_mirrored: bool = False


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class BuiltinEmbedding:
    """An image in several sizes, the view of the whole, and what was looked at and answered so far."""

    pyramid: Pyramid
    whole: View
    trail: Trail[Answer] = field(default_factory=Trail)
    views: OrderedDict[tuple[ViewWindow, int, bool], View] = field(default_factory=OrderedDict)

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width of the image in pixels."""
        return self.pyramid.image_size

    @property
    def nbytes(self) -> int:
        """Memory held, without the few views that come and go."""
        return self.pyramid.nbytes + sum(feature.nbytes for feature in self.whole.stem)

    def view(self, window: ViewWindow, side: int, is_mirrored: bool, encode: Callable[[], View]) -> View:
        """Give a view of `side` pixels looked at lately, or encode it."""
        view = self.views.pop((window, side, is_mirrored), None) or encode()
        self.views[window, side, is_mirrored] = view
        while len(self.views) > MOST_VIEWS:
            self.views.popitem(last=False)
        return view


@dataclass(frozen=True, slots=True, eq=False)
class Guess:
    """One thing seen in a look, as what the user may mean: probabilities `chance` `(S, S)` and the view it was seen in.

    `chance` is the mean of the masks that show it, of which `index` is the first, the merged one 0. `scores` `(4,)` are
    the IoU that the network predicts for all masks of the look; `agreement` is the mean IoU of that first one with all
    others.
    """

    chance: NDArray[np.float32]
    pixels: NDArray[np.uint8]
    window: ViewWindow
    scores: NDArray[np.float32]
    index: int
    agreement: float

    def belief(self) -> Belief:
        """Give what to go on from."""
        return Belief(self.chance, self.window.area, self.window)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What one look through a window gave: `chances` `(4, S, S)` and `scores` `(4,)`, the merged mask first."""

    view: View
    chances: NDArray[np.float32]
    scores: NDArray[np.float32]

    def mean_with(self, other: Look) -> Look:
        """Give the mean of this look and another through the same window at as many pixels, as a look at this view."""
        chances, scores = np.mean([self.chances, other.chances], 0), np.mean([self.scores, other.scores], 0)
        return Look(self.view, np.asarray(chances, np.float32), np.asarray(scores, np.float32))

    def belief(self) -> Belief:
        """Give the merged mask, to look closer at."""
        return Belief(self.chances[0], self.view.window.area, self.view.window)

    def guesses(self) -> list[Guess]:
        """Give each thing that is seen; what the merged mask shows if all are empty."""
        masks = [chance > 0.5 for chance in self.chances]
        things: dict[int, list[int]] = {}  # the masks that show the same, by the first of them
        for index, mask in enumerate(masks):
            if np.count_nonzero(mask) >= LEAST_PIXELS:
                first = next((first for first in things if overlap(mask, masks[first]) >= SAME_ABOVE), index)
                things.setdefault(first, []).append(index)
        return [self._guess(same, masks) for same in things.values() or [[0]]]

    def _guess(self, same: list[int], masks: list[NDArray[np.bool_]]) -> Guess:
        index = same[0]
        agreement = [overlap(masks[index], mask) for other, mask in enumerate(masks) if other != index]
        chance = np.average(self.chances[same], axis=0, weights=self.scores[same])
        return Guess(chance, self.view.pixels, self.view.window, self.scores, index, sum(agreement) / len(agreement))


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What the user was shown: the mask, the guess behind it, and what else the prompts could have meant.

    `guess` is None if the mask is the user's own. `shown` holds what was on the screen before each of the last of the
    `clicks` that had been made, None where nothing was.
    """

    belief: Belief
    guess: Guess | None = None
    others: tuple[Guess, ...] = ()
    shown: tuple[Belief | None, ...] = ()
    clicks: int = 0
