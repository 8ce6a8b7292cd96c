"""Follows one object from the earlier image to the later one: by flow, with the camera, or by a search for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sam3_annotator.model.packed_masks import PackedMask
from sam3_annotator.model.propagation.frames import FramePair
from sam3_annotator.model.propagation.similarity import Matrix, growth, moving, place
from sam3_annotator.model.propagation.tracked_object import Track, TrackedObject

SURE_PART = 0.4
"""The flow is sure of an object of which such a part comes back to where it began."""

BY_FLOW, BY_WEAK_FLOW, BY_CAMERA, BY_PLACE, BY_SEARCH = 0.0, 0.19, 0.25, 0.28, 0.31
"""What is only guessed must look so much more the same than what the flow is sure of: among many of a kind, the
likest is often another one."""

GUESSES_TRIED = 2

LEAST_GAIN = 0.025
"""A finer movement is taken if the object looks so much more the same after it."""

SURE_SCORE, POOR_SCORE = 0.75, 0.12
"""An object that looks so much the same is looked for no further; one that looks so little the same is in any case."""

LEAST_SCORE = 0.1
"""What looks less the same is not there any more."""

HALF_DIAGONAL = 0.71
"""Of a square, over its side."""


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """A mask in the later image, and how much what it is of looks the same there, 0..1."""

    mask: PackedMask
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Guess:
    """A track, and the `doubt` of how it was come by."""

    track: Track
    doubt: float

    @property
    def worth(self) -> float:
        """How good it is beside others."""
        return self.track.score - self.doubt


def follow(frames: FramePair, mask: PackedMask) -> Followed | None:
    """Move a mask to where its object is now; None if it cannot be found, or has left the image."""
    if not mask.width:
        return None
    tracked = TrackedObject(frames, mask)
    if not tracked.is_seen:
        return None
    track = find_track(frames, tracked)
    moved = _cut(tracked, track.movement, frames.after.size)
    return Followed(moved, track.score) if moved.width and track.score >= LEAST_SCORE else None


def find_track(frames: FramePair, tracked: TrackedObject) -> Track:
    """Give the likeliest movement of an object."""
    guesses = sorted(_guess(frames, tracked), key=lambda guess: -guess.worth)
    best = None
    for guess in guesses[:GUESSES_TRIED]:
        finer = _refine(tracked, guess)
        if best is None or finer.worth > best.worth:
            best = finer
        if best.track.score >= SURE_SCORE:
            return best.track
    assert best is not None  # the camera is always there
    if best.doubt > BY_FLOW or best.track.score < POOR_SCORE:
        found = [tracked.refine(tracked.follow(movement)) for movement in tracked.search()]
        its_own = [Guess(track, BY_SEARCH) for track in found if not tracked.is_another(track)]
        best = max([best, *its_own], key=lambda guess: guess.worth)
    return best.track


def _guess(frames: FramePair, tracked: TrackedObject) -> list[Guess]:
    """Say where the object may be: where the flow leads, where the camera does, or where it was."""
    by_flow, sure_part = frames.movement(tracked.drawn(*frames.small))
    guesses = [Guess(tracked.follow(frames.camera), BY_CAMERA), Guess(tracked.follow(frames.still), BY_PLACE)]
    if by_flow is not None:
        guesses.append(Guess(tracked.follow(by_flow), BY_FLOW if sure_part >= SURE_PART else BY_WEAK_FLOW))
    return guesses


def _refine(tracked: TrackedObject, guess: Guess) -> Guess:
    """Make a guess finer; one that the flow is sure of stays if that would lead elsewhere."""
    finer = tracked.refine(guess.track)
    leads_elsewhere = guess.doubt <= BY_FLOW and not tracked.is_near(guess.track.movement, finer.movement)
    gains = finer.score >= guess.track.score + LEAST_GAIN
    return Guess(finer, guess.doubt) if gains and not leads_elsewhere else guess


def _cut(tracked: TrackedObject, movement: Matrix, size: tuple[int, int]) -> PackedMask:
    """Draw a moved mask as far as it is on the image of height and width `size`."""
    height, width = size
    x, y = place(movement, *tracked.centre)
    reach = tracked.size * growth(movement) * HALF_DIAGONAL + 2
    left, top = max(0, int(x - reach)), max(0, int(y - reach))
    right, bottom = min(width, int(x + reach) + 1), min(height, int(y + reach) + 1)
    if left >= right or top >= bottom:
        return PackedMask.of(np.zeros((1, 1), np.bool_))
    drawn = tracked.drawn(moving(-left, -top) @ movement, (bottom - top, right - left))
    return PackedMask.of(drawn, left, top)
