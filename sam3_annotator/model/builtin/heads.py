"""The two small heads that are fitted to a finished network: the ranking of looks, and the likeness to exemplars."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sam3_annotator.model.builtin import likeness, ranking


class RankingHead(nn.Module):
    """From a look's traits to the IoU of what going on from it ends in; `ranking.Ranking` answers with its weights.

    Until it is fitted it says what the network predicts for the look's own mask.
    """

    def __init__(self) -> None:
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(ranking.TRAITS, ranking.HIDDEN), nn.ReLU(), nn.Linear(ranking.HIDDEN, 1))
        nn.init.zeros_(self.mlp[2].weight)  # type: ignore[arg-type]  # torch types parameters of a sequence as modules too
        nn.init.zeros_(self.mlp[2].bias)  # type: ignore[arg-type]

    def forward(self, traits: Tensor) -> Tensor:
        """`(N, 16)` -> logits of the IoU `(N,)`."""
        found: Tensor = traits[:, 0] + self.mlp(traits)[:, 0]
        return found


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
