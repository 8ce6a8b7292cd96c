"""An object of the earlier image, looked for in the later one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.packed_masks import PackedMask
from sam3_annotator.model.propagation.flow import Flow
from sam3_annotator.model.propagation.frames import FramePair, grey_of
from sam3_annotator.model.propagation.likeness import likeness
from sam3_annotator.model.propagation.similarity import Matrix, for_opencv, growth, inverse, moving, place, scaling

VIEW_SIDE = 96
"""Objects are compared in views of so many pixels."""

MARGIN = 1.6
"""A view is so many times as wide as the object."""

LEAST_SPAN = 24.0
"""A view is at least so many image pixels wide."""

RIM = 5
"""Objects are compared with a rim of so many pixels across, which tells where a plain one ends."""

MOST_STEPS = 3
LEAST_STEP = 0.001
"""A movement is made finer as long as the likeness gains so much."""

SEARCH_SIDE = 32
"""An object has so many pixels along its longer side while it is searched for."""

REACH = 3.0
"""It is searched for so many times its size around where it would be, or in so much of the image at least:"""
REACH_OF_IMAGE = 0.15
FARTHEST = 10.0

PLACES = 3
LEAST_MATCH = 0.3
"""So many places are tried that match so well."""

LEAST_TEMPLATE = 20
"""Fewer pixels match anything."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """A movement of the object, and how much it looks the same after it, 0..1."""

    movement: Matrix
    score: float


class TrackedObject:
    """An object by its mask, which must not be empty."""

    def __init__(self, frames: FramePair, mask: PackedMask) -> None:
        self._frames = frames
        self._inside = mask.inside.astype(np.float32)
        self._offset = moving(mask.left, mask.top)
        x0, y0, x1, y1 = mask.box_xyxy
        self.size = float(max(x1 - x0, y1 - y0))
        self.centre = (x0 + x1) / 2, (y0 + y1) / 2
        span = max(MARGIN * self.size, LEAST_SPAN)
        scale = VIEW_SIDE / span
        self._view = scaling(scale) @ moving(span / 2 - self.centre[0], span / 2 - self.centre[1])
        self._shape = VIEW_SIDE, VIEW_SIDE
        self._seen = frames.before.see(self._view, self._shape)
        self._grey = grey_of(self._seen)
        self._mask = self.drawn(self._view, self._shape)
        kernel = np.ones((RIM, RIM), np.uint8)
        self._weights = np.asarray(cv2.dilate(self._mask.astype(np.uint8), kernel), np.float64)
        self.is_seen = bool(self._mask.any())

    def drawn(self, matrix: Matrix, size: tuple[int, int]) -> NDArray[np.bool_]:
        """Draw the mask, moved by a transform from the earlier image, in a picture of height and width `size`."""
        moved = for_opencv(matrix @ self._offset)
        # A mask that shrinks much would lose thin parts between the pixels that are looked at.
        source, shrink = self._inside, growth(matrix)
        if shrink < 0.5:
            shape = max(1, round(source.shape[0] * shrink)), max(1, round(source.shape[1] * shrink))
            source = np.asarray(cv2.resize(source, shape[::-1], interpolation=cv2.INTER_AREA), np.float32)
            enlarged = np.diag([self._inside.shape[1] / shape[1], self._inside.shape[0] / shape[0], 1.0])
            moved = for_opencv(matrix @ self._offset @ enlarged)
        return np.asarray(cv2.warpAffine(source, moved, size[::-1]) > 0.5)

    def follow(self, movement: Matrix) -> Track:
        """Tell how much the object looks the same where a movement puts it."""
        return Track(movement, likeness(self._seen, self._see_after(movement), self._weights))

    def refine(self, track: Track) -> Track:
        """Make a movement finer, step by step, by the flow between the views that it brings together."""
        for _ in range(MOST_STEPS):
            flow = Flow(self._grey, grey_of(self._see_after(track.movement)))
            rest, _ = flow.movement(self._mask)
            if rest is None or not 0.5 < growth(rest) < 2:
                break
            finer = self.follow(track.movement @ inverse(self._view) @ rest @ self._view)
            if finer.score < track.score + LEAST_STEP:
                break
            track = finer
        return track

    def search(self) -> Iterator[Matrix]:
        """Look around in the later image for what matches the object best; gives movements, the likeliest first.

        It is looked for upright and as large as it was, around where the camera's movement alone would put it.
        """
        across = max(1, round(SEARCH_SIDE * VIEW_SIDE / self.size / self._view[0, 0]))
        template, weights = self._template(across)
        if np.count_nonzero(weights) < LEAST_TEMPLATE:
            return
        still, longest = self._frames.still, max(self._frames.after.size)
        size = self.size * growth(still)
        scale = SEARCH_SIDE / size
        reach = min(max(REACH * size, REACH_OF_IMAGE * longest), FARTHEST * size)
        side = round(2 * reach * scale) + across
        x, y = place(self._frames.camera, *self.centre)
        area = moving(side / 2, side / 2) @ scaling(scale) @ moving(-x, -y)
        picture = self._frames.after.see(area, (side, side)).astype(np.float32)
        matches = cv2.matchTemplate(picture, template, cv2.TM_CCOEFF_NORMED, mask=np.repeat(weights[..., None], 3, 2))
        matches[~np.isfinite(matches) | (np.abs(matches) > 1.01)] = -1  # nothing to compare with in plain parts
        for _ in range(PLACES):
            _, best, _, (column, row) = cv2.minMaxLoc(matches)
            if best < LEAST_MATCH:
                return
            there = place(inverse(area), column + across / 2, row + across / 2)
            before = place(still, *self.centre)
            yield moving(there[0] - before[0], there[1] - before[1]) @ still
            near = SEARCH_SIDE // 4
            matches[max(0, row - near) : row + near, max(0, column - near) : column + near] = -1

    def is_another(self, track: Track) -> bool:
        """Whether what a track leads to was there before: another thing of the same kind, which stayed where it was."""
        if self.is_near(track.movement, self._frames.camera):
            return False
        where_it_was = self._view @ inverse(track.movement) @ self._frames.camera
        there_before = self._frames.before.see(where_it_was, self._shape)
        return likeness(there_before, self._see_after(track.movement), self._weights) >= track.score

    def is_near(self, first: Matrix, second: Matrix) -> bool:
        """Whether two movements differ no more than flow is wrong by."""
        (x, y), (other_x, other_y) = place(first, *self.centre), place(second, *self.centre)
        apart = np.hypot(x - other_x, y - other_y)
        return bool(apart < self.size * growth(first) / 4 and 0.7 < growth(second) / growth(first) < 1.4)

    def _see_after(self, movement: Matrix) -> NDArray[np.uint8]:
        return self._frames.after.see(self._view @ inverse(movement), self._shape)

    def _template(self, across: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Give the view at the scale of the search, `across` pixels wide, and 1 where it is of the object."""
        size = across, across
        template = cv2.resize(self._seen, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        weights = cv2.resize(self._weights.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5
        return template, weights.astype(np.float32)
