"""How well queries match the prompt."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.scoring import DotProductScoring


@pytest.fixture
def scoring(tiny_config: Sam3Config, randomise: Callable[..., None]) -> DotProductScoring:
    scoring = DotProductScoring(tiny_config)
    randomise(scoring, 0)
    return scoring.requires_grad_(False)


def draw(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_padded_tokens_are_left_out_of_the_mean(scoring: DotProductScoring) -> None:
    queries, prompt = draw(1, 10, 32, seed=1), draw(1, 5, 32, seed=2)

    padded = scoring(queries, prompt, torch.tensor([[True, True, True, False, False]]))

    assert padded.shape == (1, 10, 1)
    torch.testing.assert_close(padded, scoring(queries, prompt[:, :3], torch.ones(1, 3, dtype=torch.bool)))


def test_a_token_said_twice_counts_twice(scoring: DotProductScoring) -> None:
    queries, prompt = draw(1, 4, 32, seed=1), draw(1, 2, 32, seed=2)
    once, twice = [0, 1], [0, 1, 1]

    said = [scoring(queries, prompt[:, order], torch.ones(1, len(order), dtype=torch.bool)) for order in (once, twice)]

    assert (said[0] - said[1]).abs().max() > 0.01


def test_logits_end_at_twelve(scoring: DotProductScoring) -> None:
    logits = scoring(draw(1, 50, 32, seed=1) * 1000, draw(1, 2, 32, seed=2), torch.ones(1, 2, dtype=torch.bool))

    assert logits.min() == -12
    assert logits.max() == 12
