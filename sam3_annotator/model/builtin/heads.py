"""The two small heads that are fitted to a finished network: the ranking of guesses, and the likeness to exemplars."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sam3_annotator.model.builtin import likeness, ranking, traits


class RankingHead(nn.Module):
    """From a guess's traits to the IoU to be expected: `start` if it is looked closer at, `answer` if it is taken.

    `ranking.Ranking` answers with the weights. Until it is fitted it says what the network predicts for the mask.
    """

    def __init__(self) -> None:
        super().__init__()
        self.start, self.answer = _build_mlp(), _build_mlp()

    def rank_starts(self, found: Tensor) -> Tensor:
        """`(..., 42)` -> logits of the IoU `(...)`."""
        return _rank(self.start, found)

    def rank_answers(self, found: Tensor) -> Tensor:
        """`(..., 42)` -> logits of the IoU `(...)`."""
        return _rank(self.answer, found)


def _build_mlp() -> nn.Sequential:
    last = nn.Linear(ranking.HIDDEN, 1)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    return nn.Sequential(nn.Linear(traits.TRAITS, ranking.HIDDEN), nn.ReLU(), last)


def _rank(mlp: nn.Sequential, found: Tensor) -> Tensor:
    corrected: Tensor = found[..., 0].clamp(-ranking.SURE, ranking.SURE) + mlp(found)[..., 0]
    return corrected


class LikenessHead(nn.Module):
    """From a mask's traits to whether it is an instance of what an example shows: a logistic regression.

    `likeness.Likeness` answers with its weights.
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(likeness.TRAITS, 1)
        with torch.no_grad():
            self.linear.weight.copy_(torch.tensor([likeness.UNFITTED]))
            self.linear.bias.fill_(likeness.UNFITTED_BIAS)

    def forward(self, traits: Tensor) -> Tensor:
        """`(N, 6)` -> logits `(N,)`."""
        found: Tensor = self.linear(traits)[:, 0]
        return found
