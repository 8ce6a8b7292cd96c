"""Decides what the prompts mean: which guesses are looked closer at, and which is the answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.asked import Asked
from sam3_annotator.model.builtin.candidates import Candidate
from sam3_annotator.model.builtin.looks import Answer, BuiltinEmbedding, Guess
from sam3_annotator.model.builtin.ranking import Floats, Ranking
from sam3_annotator.model.builtin.traits import describe
from sam3_annotator.model.builtin.viewer import Viewer
from sam3_annotator.model.builtin.zoom import Belief, ViewWindow
from sam3_annotator.model.session import Check

FEW_CLICKS = 5
"""After so many clicks or fewer, the answer so far may be about another object than the user means."""

CLEAR_FROM, CLEAR_PART = 0.8, 0.25
"""What is expected to end in such an answer, and spans such a part of the view, need not be looked at from nearer."""

DOUBTFUL_BELOW = 0.7
"""An answer that is expected to be worse is compared with what the second best start leads to."""

ANEW_BELOW, ANEW_CLICKS = 0.5, 3
"""If one is expected to be worse than this, after so many clicks or fewer, first looks are taken anew as well."""

BOX_DOUBT = 0.1
"""With a box alone, which leaves little to choose, another mask than the merged one must be expected to be so much
better."""

CLICKS_EXPLAINED = 5
"""A guess must explain where the last clicks were made, so many at most."""

MOST_OTHERS = 12
"""Guesses kept beside the answer."""

T = TypeVar("T", "Start", "Ranked")


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """What a closer look can start from, and the IoU `expected` of what that ends in.

    `belief` is None if only a box says where the object is. `traits` are None if nothing is known but the belief.
    """

    belief: Belief | None
    goes_on: bool
    guess: Guess | None = None
    traits: Floats | None = None
    expected: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """A guess as an answer, by its `traits`, and the IoU that is expected of it."""

    guess: Guess
    traits: Floats
    expected: float


class Question:
    """Prompts on an image, and what was answered before the last of them, if anything."""

    def __init__(
        self, viewer: Viewer, ranking: Ranking, embedding: BuiltinEmbedding, asked: Asked, earlier: Answer | None
    ) -> None:
        self._viewer, self._ranking = viewer, ranking
        self._embedding, self._asked, self._earlier = embedding, asked, earlier
        self._shown = _list_shown(asked, earlier)
        self._seen: dict[tuple[Belief, ViewWindow, int], NDArray[np.bool_]] = {}

    def answer(self, check: Check) -> tuple[list[Ranked], list[Start]]:
        """Look closer from the best start, and from the second best in doubt.

        Gives answers, best first, and the starts that were not followed, best first.
        """
        starts = self.list_starts()
        answers = self.follow(starts.pop(0), check)
        if answers[0].expected < DOUBTFUL_BELOW and len(self._asked.points) <= FEW_CLICKS:
            if answers[0].expected < ANEW_BELOW and self._may_look_anew():
                starts = _best_first([*starts, *self.list_first_starts()])
            if starts:
                answers = _best_first([*answers, *self.follow(starts.pop(0), check)])
        return answers, starts

    def list_starts(self) -> list[Start]:
        """Give what there is to start from, best first: earlier guesses, or the box, or what first looks show."""
        if self._earlier is not None:
            return self._list_earlier_starts(self._earlier)
        if self._asked.box is not None:
            return [Start(None, goes_on=False)]
        return self.list_first_starts()

    def list_first_starts(self, *, thoroughly: bool = False) -> list[Start]:
        """Look from afar, then from nearer and nearer until all is clear; gives what the clicks may be on, best first.

        `thoroughly` goes on in any case.
        """
        starts: list[Start] = []
        for look in self._viewer.first_looks(self._embedding, self._asked):
            seen = [(guess, guess.belief()) for guess in look.guesses()]
            starts = _best_first([*starts, *self._rank_starts(seen, goes_on=False)])
            if not thoroughly and self._is_clear(starts[0]):
                break
        return starts

    def follow(self, start: Start, check: Check) -> list[Ranked]:
        """Look closer from a start; gives what is seen, best first."""
        last = start.belief.window if start.belief is not None and start.goes_on else None
        guesses = self._viewer.look_closer(self._embedding, self._asked, start.belief, last, check).guesses()
        traits = [self._describe(guess, start.belief, goes_on=start.goes_on, is_close=True) for guess in guesses]
        expected = self._ranking.rank_answers(traits)
        if self._asked.box is not None and not self._asked.points:
            is_merged = np.array([guess.index == 0 for guess in guesses])
            expected = np.where(is_merged, expected, np.maximum(expected - BOX_DOUBT, 0))
        return _best_first(Ranked(*each) for each in zip(guesses, traits, map(float, expected), strict=True))

    def remember(self, chosen: Candidate, answers: Sequence[Ranked], starts: Sequence[Start]) -> Answer:
        """Give what to keep of the first of the answers, which was `chosen` and finished."""
        others = [one.guess for one in answers[1:]] + [start.guess for start in starts if start.guess is not None]
        return Answer(
            chosen.belief(), answers[0].guess, tuple(others[:MOST_OTHERS]), self._shown, len(self._asked.points)
        )

    def _may_look_anew(self) -> bool:
        """Whether nothing but clicks says where the object is, and something was answered to them before."""
        asked = self._asked
        only_clicks = asked.box is None and asked.belief is None and bool(asked.positives)
        return only_clicks and self._earlier is not None and len(asked.points) <= ANEW_CLICKS

    def _list_earlier_starts(self, earlier: Answer) -> list[Start]:
        """Give the answer before, and what else it could have been that agrees with all clicks."""
        if earlier.guess is None:
            return [Start(earlier.belief, goes_on=True)]
        others = [(guess, guess.belief()) for guess in earlier.others] if len(self._asked.points) <= FEW_CLICKS else []
        agreeing = [(guess, belief) for guess, belief in others if belief.agrees(self._asked.points)]
        return self._rank_starts([(earlier.guess, earlier.belief), *agreeing], goes_on=True)

    def _is_clear(self, start: Start) -> bool:
        """Whether a start promises a good answer, and its object is large enough in view to be told from its parts."""
        guess = start.guess
        assert guess is not None  # it was seen just now
        box = guess.belief().box(self._asked.positives)
        extent = max(box[2] - box[0], box[3] - box[1]) if box is not None else 0.0
        return start.expected >= CLEAR_FROM and extent >= CLEAR_PART * guess.window.span

    def _rank_starts(self, guesses: Sequence[tuple[Guess, Belief]], *, goes_on: bool) -> list[Start]:
        traits = [self._describe(guess, None, goes_on=goes_on, is_close=False) for guess, _ in guesses]
        expected = map(float, self._ranking.rank_starts(traits))
        return _best_first(
            Start(belief, goes_on, guess, told, iou)
            for (guess, belief), told, iou in zip(guesses, traits, expected, strict=True)
        )

    def _describe(self, guess: Guess, start: Belief | None, *, goes_on: bool, is_close: bool) -> Floats:
        shown = [self._see(one, guess) for one in self._shown]
        started, size = self._see(start, guess), self._embedding.image_size
        return describe(guess, self._asked, shown, size, start=started, goes_on=goes_on, is_close=is_close)

    def _see(self, belief: Belief | None, guess: Guess) -> NDArray[np.bool_] | None:
        """Give what is thought to be on, in a guess's window; guesses of one look ask for the same."""
        if belief is None:
            return None
        side = len(guess.chance)
        key = belief, guess.window, side
        if key not in self._seen:
            self._seen[key] = belief.seen_through(guess.window, side) > 0.5
        return self._seen[key]


def _list_shown(asked: Asked, earlier: Answer | None) -> tuple[Belief | None, ...]:
    """Give what was on the screen before each of the last clicks, as far as that is known."""
    if earlier is not None:
        return (*earlier.shown, *[earlier.belief] * (len(asked.points) - earlier.clicks))[-CLICKS_EXPLAINED:]
    return (None,) if len(asked.points) == 1 and asked.box is None else ()


def _best_first(found: Iterable[T]) -> list[T]:
    return sorted(found, key=lambda one: -one.expected)
