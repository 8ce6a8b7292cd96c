"""In which light the image is shown: what brightness, contrast and gamma make of a value, and which suit an image."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

MAX_BRIGHTNESS: Final = 100.0
MAX_CONTRAST: Final = 100.0
# An image in which nothing is brighter than a thirtieth of white can still be stretched to all of it.
STRONGEST_GAIN: Final = 32.0
MAX_GAMMA: Final = 4.0
# What may become black, and what white, of an image that is shown in its own light.
CLIPPED_SHARE: Final = 0.005
# Where stretching leaves an image dark because of a few lamps, its middle tones are lifted, but not the noise of night.
WANTED_MEDIAN, MAX_OWN_GAMMA = 0.25, 2.0
# As many values tell how light an image is as well as all of them.
SAMPLED_PIXELS: Final = 250_000


@dataclass(frozen=True, slots=True)
class Light:
    """How values are shown; all channels alike, so that grey stays grey.

    `brightness`, -100 to 100, says which value is shown as the middle one: at 100 it is black, at -100 white.
    `contrast`, -100 to 100, says how far values are spread around that: 32 times at 100. `gamma`, 1/4 to 4, lightens
    the middle tones above 1 and darkens them below, black and white staying as they are.
    """

    brightness: float = 0.0
    contrast: float = 0.0
    gamma: float = 1.0

    @property
    def is_neutral(self) -> bool:
        """Every value is shown as it is."""
        return self == NEUTRAL

    def table(self) -> NDArray[np.uint8]:
        """Give what each of the 256 values of a channel is shown as."""
        values = np.arange(256) / 255
        middle = 0.5 - 0.5 * self.brightness / MAX_BRIGHTNESS
        gain = STRONGEST_GAIN ** (self.contrast / MAX_CONTRAST)
        spread = np.clip((values - middle) * gain + 0.5, 0.0, 1.0)
        table: NDArray[np.uint8] = np.round(255 * spread ** (1 / self.gamma)).astype(np.uint8)
        return table


NEUTRAL: Final = Light()


def own_light(pixels: NDArray[np.uint8]) -> Light:
    """Give the light that suits an image `(H, W, 3)`: it spans black to white, and is not dark in the middle.

    What lies outside the percentiles of `CLIPPED_SHARE` is clipped. An image of one value only is left as it is.
    """
    step = max(math.ceil(math.sqrt(pixels.shape[0] * pixels.shape[1] / SAMPLED_PIXELS)), 1)
    counts = np.bincount(pixels[::step, ::step].ravel(), minlength=256)
    shares = np.cumsum(counts) / counts.sum()
    low, high = (int(np.searchsorted(shares, share)) for share in (CLIPPED_SHARE, 1 - CLIPPED_SHARE))
    if low >= high:
        return NEUTRAL
    gain = min(255 / (high - low), STRONGEST_GAIN)
    brightness = MAX_BRIGHTNESS * (1 - (low + high) / 255)
    contrast = MAX_CONTRAST * math.log(gain, STRONGEST_GAIN)
    return Light(brightness, contrast, _own_gamma(counts, low, high))


def _own_gamma(counts: NDArray[np.intp], low: int, high: int) -> float:
    """Give the gamma that lifts the median of what is not background, the darkest of all, to the wanted one."""
    above = np.cumsum(counts[low + 1 : high + 1])
    median = (1 + int(np.searchsorted(above, above[-1] / 2))) / (high - low)
    return min(max(math.log(median) / math.log(WANTED_MEDIAN), 1.0), MAX_OWN_GAMMA)


def relit(rows: NDArray[np.uint8], table: NDArray[np.uint8], out: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
    """Give rows of values `(H, N)`, each value as the `table` of 256 says, in `out` if there is one."""
    import cv2  # not needed at the start; NumPy would take six times as long

    shown = np.empty_like(rows) if out is None else out
    cv2.LUT(rows, table, dst=shown)
    return shown
