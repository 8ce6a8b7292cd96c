"""Fits the ranking of guesses: what the built-in session sees in training pictures, and how good it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.builtin.heads import RankingHead
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.ranking import SURE, Floats
from sam3_annotator.model.builtin.traits import TRAITS
from training.builtin.questions import Followed, OpenRuntime, Step, collect_in_shares
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings

EPOCHS = 30
LEARNING_RATE = 3e-3
BATCH = 64

SHARPNESS = 20.0
"""How strictly the best expected IoU of several is followed while learning: the factor before the softmax."""

CHOICE_WEIGHT = 3.0
"""What is lost by choosing wrongly weighs so much beside the error of the expected IoU itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Guesses of which one is taken: traits `(N, 42)`, and the IoU `(N,)` that each has or leads to."""

    traits: Floats
    ious: Floats


def fit_ranking(
    network: BuiltinNetwork,
    open_runtime: OpenRuntime,
    makers: Sequence[SampleMaker],
    settings: TrainingSettings,
    workers: int = 0,
) -> dict[str, float]:
    """Fit `network.ranking` in place; gives the mean IoU of what it takes, and of the best there is.

    Both are of a tenth of the regions, which it does not learn from. `makers` draw the same number of regions each:
    of the pictures that the network learnt from, and of those that it never saw, on which it is less sure of itself.
    What `open_runtime` opens answers with the network's weights, in so many more processes. Where no region is large
    enough to ask for, nothing is fitted.
    """
    torch.manual_seed(settings.seed)
    learned: list[Step] = []
    held_out: list[Step] = []
    for index, samples in enumerate(makers):
        share = settings.ranking_regions // len(makers)
        regions = collect_in_shares(open_runtime, samples, share, (settings.seed + 3, index), workers)
        count = max(1, round(0.9 * len(regions)))
        learned += [step for region in regions[:count] for step in region]
        held_out += [step for region in regions[count:] for step in region]
    if not learned:
        return {}
    head = RankingHead()
    _fit(head.answer, list_answers(learned))
    _fit(head.start, list_starts(learned, head))
    network.ranking.load_state_dict(head.state_dict())
    if not held_out:
        return {}
    answers = [_join(step) for step in held_out]
    return {
        "ranking_taken": float(np.mean([choice.ious[_take(head, choice)] for choice in answers])),
        "ranking_best": float(np.mean([choice.ious.max() for choice in answers])),
    }


def list_answers(steps: Sequence[Step]) -> list[Choice]:
    """Give the choices among answers: of one look, and of all that were looked closer at."""
    single = [Choice(followed.traits, followed.ious) for step in steps for followed in step]
    return [_join(step) for step in steps] + [choice for choice in single if len(choice.ious) > 1]


def list_starts(steps: Sequence[Step], head: RankingHead) -> list[Choice]:
    """Give the choices among starts, each worth the answer that `head` takes of what it led to."""
    choices = []
    for step in steps:
        known = [(followed.start, followed) for followed in step if followed.start is not None]
        if len(known) > 1:
            worth = [one.ious[_take(head, Choice(one.traits, one.ious))] for _, one in known]
            choices.append(Choice(np.stack([start for start, _ in known]), np.array(worth, np.float32)))
    return choices


def _join(step: Sequence[Followed]) -> Choice:
    return Choice(np.concatenate([one.traits for one in step]), np.concatenate([one.ious for one in step]))


def _take(head: RankingHead, choice: Choice) -> int:
    with torch.inference_mode():
        return int(head.rank_answers(torch.from_numpy(choice.traits)).argmax())


def _fit(mlp: torch.nn.Sequential, choices: Sequence[Choice]) -> None:
    """Fit one of the head's parts in place; a single guess, which nothing can be told from, leaves it as it is."""
    if sum(len(choice.ious) for choice in choices) < 2:
        return
    traits, ious, given = _stack(choices)
    centre, spread = traits[given].mean(0), traits[given].std(0) + 1e-3
    predicted = traits[..., 0].clamp(-SURE, SURE)
    optimizer = torch.optim.AdamW(mlp.parameters(), lr=LEARNING_RATE, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    for _ in range(EPOCHS):
        for chosen in torch.split(torch.randperm(len(ious)), BATCH):
            guess = predicted[chosen] + mlp((traits[chosen] - centre) / spread)[..., 0]
            loss = _loss(guess, ious[chosen], given[chosen])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            optimizer.step()
        schedule.step()
    mlp.requires_grad_(False)
    # The head takes the traits as they are: centre and spread move into its first layer.
    first = mlp[0]
    assert isinstance(first, torch.nn.Linear)
    first.weight.div_(spread)
    first.bias.sub_(first.weight @ centre)


def _stack(choices: Sequence[Choice]) -> tuple[Tensor, Tensor, Tensor]:
    """Give traits `(N, most, 42)`, IoU `(N, most)`, and which of them there are, bool, of all choices."""
    shape = len(choices), max(len(choice.ious) for choice in choices)
    traits, ious, given = torch.zeros(*shape, TRAITS), torch.zeros(shape), torch.zeros(shape, dtype=torch.bool)
    for index, choice in enumerate(choices):
        count = len(choice.ious)
        traits[index, :count] = torch.from_numpy(choice.traits)
        ious[index, :count] = torch.from_numpy(choice.ious)
        given[index, :count] = True
    return traits, ious, given


def _loss(guess: Tensor, ious: Tensor, given: Tensor) -> Tensor:
    """Punish wrong expectations, and choices that lose IoU; all `(B, most)`, `guess` as logits."""
    wrong = F.binary_cross_entropy_with_logits(guess[given], ious[given])
    chance = (SHARPNESS * guess.sigmoid()).masked_fill(~given, -torch.inf).softmax(1)
    return wrong - CHOICE_WEIGHT * (chance * ious).sum(1).mean()
