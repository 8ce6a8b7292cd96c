"""Predicts how good guesses are, as answers and as something to look closer at, so that the best are taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.builtin.zoom import to_chance

HIDDEN = 32

SURE = 4.0
"""The largest logit of a predicted IoU that is gone by."""

Floats = NDArray[np.float32]


class Ranking:
    """The ranking's weights, as `heads.RankingHead` learns them."""

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        """Take what is needed of all the network's weights."""
        self._start, self._answer = (
            [weights[f"ranking.{part}.{name}"] for name in ("0.weight", "0.bias", "2.weight", "2.bias")]
            for part in ("start", "answer")
        )

    def rank_starts(self, traits: Sequence[Floats]) -> Floats:
        """Give the IoU `(N,)` to be expected of what looking closer at each guess will end in."""
        return _rank(traits, *self._start)

    def rank_answers(self, traits: Sequence[Floats]) -> Floats:
        """Give the IoU `(N,)` to be expected of each guess as it is."""
        return _rank(traits, *self._answer)


def _rank(traits: Sequence[Floats], first: Floats, first_bias: Floats, second: Floats, second_bias: Floats) -> Floats:
    stacked = np.stack(traits)
    hidden = np.maximum(stacked @ first.T + first_bias, 0)
    return to_chance(np.clip(stacked[:, 0], -SURE, SURE) + (hidden @ second.T + second_bias)[:, 0])
