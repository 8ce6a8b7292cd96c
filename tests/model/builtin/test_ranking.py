"""Guesses are ranked by the weights that were fitted, starts and answers apart."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sam3_annotator.model.builtin.heads import RankingHead
from sam3_annotator.model.builtin.ranking import Ranking
from sam3_annotator.model.builtin.traits import TRAITS


def ranking_of(head: RankingHead) -> Ranking:
    return Ranking({f"ranking.{name}": value.numpy() for name, value in head.state_dict().items()})


def test_before_it_is_fitted_a_ranking_is_the_predicted_iou() -> None:
    traits = [np.full(TRAITS, 0.5, np.float32) for _ in range(3)]
    for one, score in zip(traits, (0.3, 0.9, 0.6), strict=True):
        one[0] = np.log(score / (1 - score))

    unfitted = ranking_of(RankingHead())

    assert unfitted.rank_starts(traits) == pytest.approx([0.3, 0.9, 0.6], abs=1e-5)
    assert unfitted.rank_answers(traits) == pytest.approx([0.3, 0.9, 0.6], abs=1e-5)


def test_it_answers_as_the_head_that_was_fitted() -> None:
    torch.manual_seed(0)
    head = RankingHead()
    for mlp in (head.start, head.answer):
        torch.nn.init.normal_(mlp[2].weight)  # type: ignore[arg-type]  # torch types parameters of a sequence as modules too
    traits = 4 * torch.randn(5, TRAITS)

    with torch.inference_mode():
        starts, answers = head.rank_starts(traits).sigmoid(), head.rank_answers(traits).sigmoid()

    ranking = ranking_of(head)
    assert ranking.rank_starts(list(traits.numpy())) == pytest.approx(starts.numpy(), abs=1e-5)
    assert ranking.rank_answers(list(traits.numpy())) == pytest.approx(answers.numpy(), abs=1e-5)
    assert not np.allclose(starts, answers)
