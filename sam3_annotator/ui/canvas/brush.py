"""The brush as a value: its size, how that steps, its colour; without Qt."""

from __future__ import annotations

from dataclasses import dataclass

MAX_RADIUS = 1000
# From one size to the next, and by one pixel at least.
SIZE_STEP = 1.18
# A brush that suits an image is some dozen pixels of a screen that shows all of it.
SUITABLE_SHARE = 1 / 80


@dataclass(frozen=True, slots=True)
class Brush:
    """`radius` is in image pixels, 0 for one that suits the image; `color` is that of what is painted anew."""

    radius: int = 0
    color: str = "#4c8dff"

    def radius_on(self, image_size: tuple[int, int]) -> int:
        """Give the radius on an image of this width and height."""
        return self.radius or max(1, round(max(image_size) * SUITABLE_SHARE))


def larger_radius(radius: int) -> int:
    """Give the next larger size."""
    return min(max(radius + 1, round(radius * SIZE_STEP)), MAX_RADIUS)


def smaller_radius(radius: int) -> int:
    """Give the next smaller size; a pixel is the smallest."""
    return max(min(radius - 1, round(radius / SIZE_STEP)), 1)
