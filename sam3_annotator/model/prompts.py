"""What the user tells the model, as frozen values in image pixels (x right, y down, pixel *i* spans *i..i+1*)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from math import isfinite

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class PointPrompt:
    """A point on the object (`positive`) or off it."""

    x: float
    y: float
    positive: bool = True

    def __post_init__(self) -> None:
        """Refuse a place that is none."""
        if not (isfinite(self.x) and isfinite(self.y)):
            raise ValueError(f"A point needs finite coordinates; got {self.x}, {self.y}.")


@dataclass(frozen=True, slots=True)
class BoxPrompt:
    """A box around the object, with `x0 < x1` and `y0 < y1`."""

    x0: float
    y0: float
    x1: float
    y1: float

    def __post_init__(self) -> None:
        """Refuse an empty or flipped box."""
        if not (self.x0 < self.x1 and self.y0 < self.y1):
            raise ValueError(f"A box needs x0 < x1 and y0 < y1; got {self.x0}, {self.y0}, {self.x1}, {self.y1}.")


@dataclass(frozen=True, eq=False)
class MaskPrompt:
    """An earlier mask to go on from: `(H, W)` bool at image size, or a session's own `(h, w)` float logits."""

    mask: NDArray[np.bool_] | NDArray[np.float32]

    def __post_init__(self) -> None:
        """Refuse whole numbers: nothing tells whether they are a mask (0 and 255) or logits."""
        if self.mask.dtype.kind not in "bf":
            raise ValueError(f"A mask is bool, or float logits; got {self.mask.dtype}. Take `mask > 0`.")

    @cached_property
    def content(self) -> tuple[object, ...]:
        """What tells it from masks with other values; worked out once, since masks of image size are large."""
        values = np.ascontiguousarray(self.mask)
        return values.shape, hashlib.blake2b(values.data, digest_size=16).digest()


Prompt = PointPrompt | BoxPrompt | MaskPrompt


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A box around an example of a concept (`positive`) or around what must not be found."""

    x0: float
    y0: float
    x1: float
    y1: float
    positive: bool = True


@dataclass(frozen=True, slots=True)
class ConceptPrompt:
    """All instances of this: a noun phrase, exemplars, or both."""

    phrase: str = ""
    exemplars: tuple[Exemplar, ...] = ()

    def __post_init__(self) -> None:
        """Accept any sequence of exemplars."""
        object.__setattr__(self, "exemplars", tuple(self.exemplars))
