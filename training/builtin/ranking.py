"""Fits the ranking of looks: the built-in session's own looks at training pictures, and what they led to."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model import PointPrompt
from sam3_annotator.model.builtin.asked import Asked, read_prompts
from sam3_annotator.model.builtin.candidates import paint_mask
from sam3_annotator.model.builtin.heads import RankingHead
from sam3_annotator.model.builtin.looks import BuiltinEmbedding, Look
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.ranking import TRAITS, Ranking, describe
from sam3_annotator.model.builtin.refine import obey_clicks
from sam3_annotator.model.builtin.runtime import Runtime
from sam3_annotator.model.builtin.viewer import Viewer
from sam3_annotator.model.builtin.zoom import Pyramid
from sam3_annotator.model.session import never_cancelled
from training.builtin.clicks import click_inside, largest_error
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings

EPOCHS = 60
LEARNING_RATE = 3e-3
BATCH = 64

SHARPNESS = 20.0
"""How strictly the best expected IoU of several is followed while learning: the factor before the softmax."""

CHOICE_WEIGHT = 3.0
"""What is lost by choosing wrongly weighs so much beside the error of the expected IoU itself."""

MOST_CLICKS = 3
"""On a region."""

LEAST_SHARE = 0.0005
"""Of the picture, for a region to be clicked on."""

ELSEWHERE = 0.3
"""How often the next click follows any of the answers, not the one expected to be the best."""


def fit_ranking(
    network: BuiltinNetwork, runtime: Runtime, samples: SampleMaker, settings: TrainingSettings
) -> dict[str, float]:
    """Fit `network.ranking` in place; gives the mean IoU of what it takes, and of the best there is.

    Both are of a tenth of the regions, which it does not learn from. `runtime` answers with the network's weights.
    """
    torch.manual_seed(settings.seed)
    regions = collect(runtime, samples, settings)
    learned = max(1, round(0.9 * len(regions)))
    traits, ious, given = _stack(regions[:learned])
    centre, spread = traits[given].mean(0), traits[given].std(0) + 1e-3
    head = RankingHead()
    optimizer = torch.optim.AdamW(head.parameters(), lr=LEARNING_RATE, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    for _ in range(EPOCHS):
        for chosen in torch.randperm(len(ious)).split(BATCH):
            guess = traits[chosen][..., 0] + head.mlp((traits[chosen] - centre) / spread)[..., 0]
            loss = _loss(guess, ious[chosen], given[chosen])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            optimizer.step()
        schedule.step()
    head.requires_grad_(False)
    # The head takes the traits as they are: centre and spread move into its first layer.
    first = head.mlp[0]
    assert isinstance(first, torch.nn.Linear)
    first.weight.div_(spread)
    first.bias.sub_(first.weight @ centre)
    network.ranking.load_state_dict(head.state_dict())
    if learned == len(regions):
        return {}
    traits, ious, given = _stack(regions[learned:])
    guess = torch.stack([head(choice) for choice in traits]).masked_fill(~given, -torch.inf)
    taken = ious.gather(1, guess.argmax(1, keepdim=True)).mean()
    return {"ranking_taken": float(taken), "ranking_best": float(ious.max(1).values.mean())}


Choice = list[tuple[NDArray[np.float32], float]]
"""Looks among which one is gone on from or answered with: the traits of each, and the IoU of what it led to."""


def _stack(regions: list[list[Choice]]) -> tuple[Tensor, Tensor, Tensor]:
    """Give traits `(N, most, 16)`, IoU `(N, most)`, and which of them there are, bool, of all choices."""
    choices = [choice for region in regions for choice in region]
    shape = len(choices), max(map(len, choices))
    traits, ious, given = torch.zeros(*shape, TRAITS), torch.zeros(shape), torch.zeros(shape, dtype=torch.bool)
    for index, choice in enumerate(choices):
        traits[index, : len(choice)] = torch.from_numpy(np.stack([one for one, _ in choice]))
        ious[index, : len(choice)] = torch.tensor([iou for _, iou in choice])
        given[index, : len(choice)] = True
    return traits, ious, given


def _loss(guess: Tensor, ious: Tensor, given: Tensor) -> Tensor:
    """Punish wrong expectations, and choices that lose IoU; all `(B, most)`, `guess` as logits."""
    wrong = F.binary_cross_entropy_with_logits(guess[given], ious[given])
    chance = (SHARPNESS * guess.sigmoid()).masked_fill(~given, -torch.inf).softmax(1)
    return wrong - CHOICE_WEIGHT * (chance * ious).sum(1).mean()


def collect(runtime: Runtime, samples: SampleMaker, settings: TrainingSettings) -> list[list[Choice]]:
    """Click on regions of training pictures, and follow every look that could be gone on from; choices by region."""
    rng = np.random.default_rng(settings.seed + 3)
    viewer = Viewer(runtime)
    found: list[list[Choice]] = []
    while len(found) < settings.ranking_regions:
        picture, target = samples.draw_target(rng, evenly=True)
        truth = picture.mask(target) > 127
        if truth.mean() >= LEAST_SHARE:
            embedding = viewer.embed(Pyramid(picture.pixels, runtime.config.view_side))
            found.append(_click_on(viewer, runtime.ranking, embedding, truth, rng))
    return found


def _click_on(
    viewer: Viewer,
    ranking: Ranking,
    embedding: BuiltinEmbedding,
    truth: NDArray[np.bool_],
    rng: np.random.Generator,
) -> list[Choice]:
    choices: list[Choice] = []
    prompts: list[PointPrompt] = []
    guess = np.zeros_like(truth)
    earlier: Look | None = None
    size = embedding.image_size
    for _ in range(MOST_CLICKS):
        error = largest_error(guess, truth)
        if error is None:
            break
        area, is_missing = error
        prompts.append(PointPrompt(*click_inside(area, rng if rng.random() < 0.5 else None), is_missing))
        asked = read_prompts(prompts, size)
        firsts = viewer.first_looks(embedding, asked)
        looks = [_follow(viewer, embedding, asked, first, None) for first in firsts]
        if earlier is not None:
            looks.append(_follow(viewer, embedding, asked, earlier, earlier))
        ious = [_iou(_paint(look, asked, size), truth) for look in looks]
        far = [describe(first, asked, size, goes_on=False, is_close=False) for first in firsts]
        traits = [
            describe(look, asked, size, goes_on=index == len(firsts), is_close=True) for index, look in enumerate(looks)
        ]
        choices += [list(zip(far, ious, strict=False)), list(zip(traits, ious, strict=True))]
        best = int(ranking.rank(traits).argmax())
        earlier = looks[int(rng.integers(len(looks))) if rng.random() < ELSEWHERE else best]
        guess = _paint(earlier, asked, size)
    return choices


def _follow(viewer: Viewer, embedding: BuiltinEmbedding, asked: Asked, look: Look, last: Look | None) -> Look:
    window = last.view.window if last is not None else None
    return viewer.look_closer(embedding, asked, look.belief(), window, never_cancelled)


def _paint(look: Look, asked: Asked, size: tuple[int, int]) -> NDArray[np.bool_]:
    mask = np.zeros(size, np.bool_)
    points = asked.points_in(look.view.window, len(look.view.pixels))
    paint_mask(mask, obey_clicks(look.chances[0], points), look.view.window)
    return mask


def _iou(mask: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    return int(np.count_nonzero(mask & truth)) / max(int(np.count_nonzero(mask | truth)), 1)
