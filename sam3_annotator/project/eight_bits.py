"""Values of any type and range become the 8 bits that are shown and that models see."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

# As many values tell the range as well as all of them.
_SAMPLED: Final = 1_000_000
# As many are brought to 8 bits at a time, since they fit into the caches of a processor.
_AT_A_TIME: Final = 250_000
# Floats below stand for no value: the lowest of 32 bits is what programs for maps write outside of what they know.
_LOWEST: Final = -3e38


def eight_bits(values: NDArray[Any], no_data: float | None = None, *, is_white_zero: bool = False) -> Pixels:
    """Bring values `(H, W)` or `(H, W, C)` of any type to 0..255, all channels alike; 8 bits stay as they are.

    Linearly from the whole range of the type (0..65535 of whole numbers, 0..1 of floats) if they use half of it or
    more, else stretched from their own range: that between the 0.1th and 99.9th percentile, so that a few hot pixels
    do not darken the rest. What is not a number, and `no_data`, does not count in that and becomes black.
    `is_white_zero` says that the lowest value is white.
    """
    if values.dtype == np.uint8:
        return np.invert(values) if is_white_zero else values
    low, high = _range_of(values, no_data)
    gain = (-255.0 if is_white_zero else 255.0) / (high - low)
    start = high if is_white_zero else low
    pixels: Pixels = np.empty(values.shape, dtype=np.uint8)
    rows = max(1, _AT_A_TIME // max(values[0].size, 1))
    for top in range(0, len(values), rows):
        part = values[top : top + rows]
        with np.errstate(invalid="ignore", over="ignore"):
            scaled = part.astype(_exact_float(values.dtype))
            scaled -= start
            scaled *= gain
        scaled += 0.5
        if values.dtype.kind == "f" or no_data is not None:
            scaled[~_is_value(part, no_data)] = 0
        pixels[top : top + rows] = np.clip(scaled, 0, 255, out=scaled)
    return pixels


def _range_of(values: NDArray[Any], no_data: float | None) -> tuple[float, float]:
    """Give the values that become black and white."""
    full_scale = 1.0 if values.dtype.kind == "f" else 65535.0
    step = max(1, int((values.shape[0] * values.shape[1] / _SAMPLED) ** 0.5))
    sample = values[::step, ::step]
    sample = sample[_is_value(sample, no_data) & np.isfinite(sample)].astype(np.float64)
    if not sample.size:
        return 0.0, full_scale
    low, high = (float(value) for value in np.percentile(sample, (0.1, 99.9)))
    uses_full_scale = low >= 0 and high <= full_scale and high - low >= full_scale / 2
    return (0.0, full_scale) if uses_full_scale or high <= low else (low, high)


def _is_value(values: NDArray[Any], no_data: float | None) -> NDArray[np.bool_]:
    """Tell which values stand for something."""
    if values.dtype.kind != "f":
        return np.full(values.shape, True) if no_data is None else values != no_data
    with np.errstate(over="ignore"):  # half floats know no such numbers; and decimal ones are only come near to
        is_value: NDArray[np.bool_] = values > values.dtype.type(_LOWEST)  # which what is not a number never is
        if no_data is not None:
            is_value &= values != values.dtype.type(no_data)
    return is_value


def _exact_float(dtype: np.dtype[Any]) -> np.dtype[np.floating[Any]]:
    """Say in which floats values are told apart: 24 bits are too few for whole numbers of 32, as of doubles."""
    return np.dtype(np.float32 if dtype.itemsize <= 2 or dtype == np.float32 else np.float64)
