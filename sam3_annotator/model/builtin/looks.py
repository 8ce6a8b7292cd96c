"""What the built-in model keeps of an image: its sizes, the views encoded so far, the answers on the way."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.zoom import Belief, Pyramid, ViewWindow
from sam3_annotator.model.trail import Trail

MOST_VIEWS = 4


class StemArrays(NamedTuple):
    """What the stem makes of views: `half` `(B, 16, S/2, S/2)` and `quarter` `(B, 24, S/4, S/4)`, float32."""

    half: NDArray[np.float32]
    quarter: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Pixels `(S, S, 3)` uint8 seen through a window, and the stem's features of them."""

    window: ViewWindow
    pixels: NDArray[np.uint8]
    stem: StemArrays


@dataclass(frozen=True, slots=True, eq=False)
class BuiltinEmbedding:
    """An image in several sizes, the view of the whole, and what was looked at and answered so far."""

    pyramid: Pyramid
    whole: View
    trail: Trail[Belief] = field(default_factory=Trail)
    views: OrderedDict[ViewWindow, View] = field(default_factory=OrderedDict)

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width of the image in pixels."""
        return self.pyramid.image_size

    @property
    def nbytes(self) -> int:
        """Memory held, without the few views that come and go."""
        return self.pyramid.nbytes + sum(feature.nbytes for feature in self.whole.stem)

    def view(self, window: ViewWindow, encode: Callable[[ViewWindow], View]) -> View:
        """Give a view looked at lately, or encode it."""
        view = self.views.pop(window, None) or encode(window)
        self.views[window] = view
        while len(self.views) > MOST_VIEWS:
            self.views.popitem(last=False)
        return view


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What one look through a window gave: `chances` `(4, S, S)` and `scores` `(4,)`, the merged mask first."""

    view: View
    chances: NDArray[np.float32]
    scores: NDArray[np.float32]

    def belief(self, index: int = 0) -> Belief:
        """Give what to go on from."""
        return Belief(self.chances[index], self.view.window.area, self.view.window)
