"""Looks at an image through windows: at the whole, nearer around the clicks, closer at what was found."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.asked import Asked
from sam3_annotator.model.builtin.looks import BuiltinEmbedding, Look, View
from sam3_annotator.model.builtin.prompt_maps import draw_prompt_maps
from sam3_annotator.model.builtin.runtime import Runtime
from sam3_annotator.model.builtin.zoom import SMALLEST_SPAN, Belief, Box, Pyramid, ViewWindow, to_chance
from sam3_annotator.model.session import Check

MARGIN = 2.0
"""A window shows the object with so much of its surroundings: its side over the object's longer side."""

CLOSER_BELOW = 0.3
"""Look closer once more if the object spans less of the window than this."""

FILLED_ABOVE = 0.6
"""A window is filled by an object that spans more of it than this. Then fewer pixels do: the object is larger in view
than others are, and with as many pixels it was found no better."""

MOST_LOOKS = 4

NEARER_PARTS = (2.5, 6)
"""The first look is taken from nearer too, through windows of the longer side divided by these."""

LARGE_FROM = 900
"""An image of so many pixels on the longer side can hold much smaller objects."""

NEARER_PARTS_OF_LARGE = (2.5, 6, 16)
"""The same for large images."""

DETAILS_FROM = 4
"""From so many clicks on, what is left are details."""

DOUBTFUL_BELOW = 0.8
"""Details are looked at twice if the network expects less of all its masks."""

CLICKS_REACH = 1.3
"""A nearer window is so much wider than the clicks on the object lie apart, or is left out."""


class Viewer:
    """Puts what windows show to the network."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._config = runtime.config

    def embed(self, pyramid: Pyramid) -> BuiltinEmbedding:
        """Look at the whole image, nothing being asked of it."""
        window = ViewWindow.whole(pyramid.image_size)
        return BuiltinEmbedding(pyramid, self._encode(pyramid, window, self._config.whole_side))

    def first_looks(self, embedding: BuiltinEmbedding, asked: Asked) -> Iterator[Look]:
        """Look at the whole image, then nearer and nearer around the clicks on the object: small ones show only there.

        They are taken when they are asked for, one on each thread at the same time: its layers are so small that a look
        takes two threads nearly as long as one.
        """
        windows = [None, *self._nearer_windows(embedding.image_size, asked)]
        for first in range(0, len(windows), self._runtime.threads):
            together = windows[first : first + self._runtime.threads]
            look = partial(self._look_first, embedding, asked, beside_others=len(together) > 1)
            # All are waited for: what goes on in the background would slow down what comes next.
            yield from self._runtime.at_once(look, together) if len(together) > 1 else map(look, together)

    def _look_first(
        self, embedding: BuiltinEmbedding, asked: Asked, window: ViewWindow | None, *, beside_others: bool
    ) -> Look:
        """Look through a window; None is the whole image."""
        view = embedding.whole
        if window is not None:
            view = self._encode(embedding.pyramid, window, self._config.whole_side, beside_others=beside_others)
        return self._ask(view, asked, None, beside_others=beside_others)

    @staticmethod
    def _nearer_windows(image_size: tuple[int, int], asked: Asked) -> Iterator[ViewWindow]:
        longest = max(image_size)
        xs, ys = [x for x, _ in asked.positives], [y for _, y in asked.positives]
        x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
        least = max(SMALLEST_SPAN, CLICKS_REACH * max(max(xs) - min(xs), max(ys) - min(ys)))
        for part in NEARER_PARTS if longest < LARGE_FROM else NEARER_PARTS_OF_LARGE:
            span = longest / part
            if span >= least:
                around = (x - span / 2, y - span / 2, x + span / 2, y + span / 2)
                yield ViewWindow.around(around, 1.0, image_size)

    def look_closer(
        self, embedding: BuiltinEmbedding, asked: Asked, belief: Belief | None, last: ViewWindow | None, check: Check
    ) -> Look:
        """Look through windows until the object fills one; gives the last look.

        Starts from a belief, or from the box that is asked for; `last` is the window looked through before, if any.
        Where it is clear what is meant, but not how it looks, it is the mean of two looks, one of them at the mirror
        image: each gets other details wrong.
        """
        box = asked.widened(belief.box(asked.positives) if belief is not None else None)
        for _ in range(MOST_LOOKS):
            check()
            assert box is not None  # read_prompts refuses prompts that say nothing of where
            window = ViewWindow.around(box, MARGIN, embedding.image_size)
            if last is not None and last.shows(box, window):
                window = last
            side = self._side_of(box, window, with_box=asked.box is not None)
            earlier = belief
            look = self._ask(self._view(embedding, window, side), asked, earlier)
            belief = look.belief()
            box = asked.widened(belief.box(asked.positives))
            if box is None or not _is_small(box, window):
                break
        if look.scores.max() >= DOUBTFUL_BELOW or not _leaves_details(asked):
            return look
        check()
        return look.mean_with(self._ask(self._view(embedding, window, side, is_mirrored=True), asked, earlier))

    def _side_of(self, box: Box, window: ViewWindow, *, with_box: bool) -> int:
        """Give the pixels of a view of an object in a window."""
        if with_box:
            return self._config.box_side
        is_filled = max(box[2] - box[0], box[3] - box[1]) > FILLED_ABOVE * window.span
        return self._config.filled_side if is_filled else self._config.close_side

    def _view(self, embedding: BuiltinEmbedding, window: ViewWindow, side: int, *, is_mirrored: bool = False) -> View:
        def encode() -> View:
            return self._encode(embedding.pyramid, window, side, is_mirrored=is_mirrored)

        return embedding.view(window, side, is_mirrored, encode)

    def _encode(
        self,
        pyramid: Pyramid,
        window: ViewWindow,
        side: int,
        *,
        is_mirrored: bool = False,
        beside_others: bool = False,
    ) -> View:
        pixels = pyramid.cut(window, side)
        if is_mirrored:
            pixels = np.ascontiguousarray(pixels[:, ::-1])
        stem = self._runtime.encode(pixels[None], beside_others=beside_others)
        return View(window, pixels, stem, is_mirrored)

    def _ask(self, view: View, asked: Asked, belief: Belief | None, *, beside_others: bool = False) -> Look:
        """Put prompts and the belief so far to the network."""
        side = len(view.pixels)
        box = view.window.place_box(asked.box, side) if asked.box is not None else None
        earlier = belief.seen_through(view.window, side) if belief is not None else None
        maps = draw_prompt_maps(side, asked.points_in(view.window, side), box, earlier)
        across = -1 if view.is_mirrored else 1
        seen = np.ascontiguousarray(maps[None, :, :, ::across])
        answer = self._runtime.answer(view.stem, seen, beside_others=beside_others)
        logits = np.ascontiguousarray(answer.logits[0, :, :, ::across])
        return Look(view, to_chance(_enlarge(logits, side)), to_chance(answer.score_logits[0]))


def _enlarge(logits: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Bring masks' logits `(M, h, w)` to `side` pixels."""
    return np.stack([cv2.resize(one, (side, side), interpolation=cv2.INTER_LINEAR) for one in logits])


def _leaves_details(asked: Asked) -> bool:
    """Whether the prompts say so well what is meant that only its details are left: a box alone, or several clicks."""
    is_box_alone = asked.box is not None and not asked.points and asked.belief is None
    return is_box_alone or len(asked.points) >= DETAILS_FROM


def _is_small(box: Box, window: ViewWindow) -> bool:
    """Whether there is more to see closer up."""
    longest = max(box[2] - box[0], box[3] - box[1])
    return longest < CLOSER_BELOW * window.span and window.span > 1.3 * SMALLEST_SPAN
