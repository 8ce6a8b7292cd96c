"""Two images of a sequence: how the camera moved between them, and what moved in front of it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.zoom import Pyramid
from sam3_annotator.model.propagation.flow import Flow
from sam3_annotator.model.propagation.similarity import Matrix, fit, for_opencv, growth, inverse, scaling

FRAME_SIDE = 640
"""Movement of the whole frame is looked for in so many pixels along its longer side."""

LEAST_SIDE = 96
"""Images are halved down to about so many pixels along the longer side."""

LEAST_SHOWN = 32
"""Corners and flow are looked for in no less; what is smaller shows its borders drawn out."""

MOST_CORNERS = 1500
CORNER_TOLERANCE = 3.0
LEAST_CORNERS = 15
"""So many corners must agree on how the camera moved."""


class Frame:
    """One of the images, `(H, W, 3)` uint8 RGB, in several sizes."""

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        self._levels = Pyramid(pixels, LEAST_SIDE).levels
        self.size = pixels.shape[0], pixels.shape[1]

    def see(self, view: Matrix, size: tuple[int, int]) -> NDArray[np.uint8]:
        """Give what `view`, a transform from the image to a picture of height and width `size`, shows of it."""
        to_image = inverse(view)
        index, step = 0, growth(to_image)
        while index + 1 < len(self._levels) and step > 1.5 * 2**index:
            index += 1
        level = self._levels[index]
        shrunk = np.diag([level.shape[1] / self.size[1], level.shape[0] / self.size[0], 1.0])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        seen = cv2.warpAffine(
            level, for_opencv(shrunk @ to_image), size[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(seen, np.uint8)


class FramePair:
    """An image and a later one of the sequence; movements are transforms from the first to the second."""

    def __init__(self, before: NDArray[np.uint8], after: NDArray[np.uint8]) -> None:
        self.before, self.after = Frame(before), Frame(after)
        longest_before, longest_after = max(self.before.size), max(self.after.size)
        self.still = scaling(longest_after / longest_before)
        self._small = scaling(min(1.0, FRAME_SIDE / longest_before))
        scale = self._small[0, 0]
        self._shape = (
            max(LEAST_SHOWN, round(self.before.size[0] * scale)),
            max(LEAST_SHOWN, round(self.before.size[1] * scale)),
        )
        grey = grey_of(self.before.see(self._small, self._shape))
        unmoved = grey_of(self.after.see(self._small @ inverse(self.still), self._shape))
        self._camera = find_camera_movement(grey, unmoved)
        self.camera = self.still @ inverse(self._small) @ self._camera @ self._small
        steadied = grey_of(self.after.see(self._small @ inverse(self.camera), self._shape))
        self._flow = Flow(grey, steadied)

    def movement(self, mask: NDArray[np.bool_]) -> tuple[Matrix | None, float]:
        """Give how what is in a mask `(h, w)` of the small picture moved, and how much of it tells so; see `Flow`."""
        moved, part = self._flow.movement(mask)
        if moved is None:
            return None, 0.0
        return self.camera @ inverse(self._small) @ moved @ self._small, part

    @property
    def small(self) -> tuple[Matrix, tuple[int, int]]:
        """The transform from the first image to the picture that masks for `movement` are of, and its size."""
        return self._small, self._shape


def find_camera_movement(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> Matrix:
    """Find how most of a grey picture moved, by corners (ORB, Rublee et al. 2011); not at all if they do not agree."""
    finder = cv2.ORB.create(MOST_CORNERS)
    corners_before, told_before = finder.detectAndCompute(before, None)
    corners_after, told_after = finder.detectAndCompute(after, None)
    if not corners_before or not corners_after:
        return np.eye(3)
    matches = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(told_before, told_after)
    sources = np.array([corners_before[match.queryIdx].pt for match in matches], np.float32).reshape(-1, 2)
    targets = np.array([corners_after[match.trainIdx].pt for match in matches], np.float32).reshape(-1, 2)
    matrix, agreeing = fit(sources + 0.5, targets + 0.5, CORNER_TOLERANCE)
    return matrix if matrix is not None and agreeing >= LEAST_CORNERS else np.eye(3)


def grey_of(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turn RGB into grey."""
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
