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
from sam3_annotator.model.builtin.looks import BuiltinEmbedding, Look
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.ranking import RankingHead, describe
from sam3_annotator.model.builtin.refine import obey_clicks
from sam3_annotator.model.builtin.viewer import Viewer
from sam3_annotator.model.builtin.zoom import Pyramid
from sam3_annotator.model.session import never_cancelled
from training.builtin.clicks import click_inside, largest_error
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings

EPOCHS = 120
LEARNING_RATE = 5e-3

MOST_CLICKS = 3
"""On a region."""

LEAST_SHARE = 0.0005
"""Of the picture, for a region to be clicked on."""

ELSEWHERE = 0.3
"""How often the next click follows any of the answers, not the one expected to be the best."""


def fit_ranking(network: BuiltinNetwork, samples: SampleMaker, settings: TrainingSettings) -> dict[str, float]:
    """Fit `network.ranking` in place; gives the correlation on a tenth of the regions that it did not learn from.

    `network` is ready for answers, as `load_network` gives it.
    """
    torch.manual_seed(settings.seed)
    regions = collect(network, samples, settings)
    learned = max(1, round(0.9 * len(regions)))
    traits, ious = _join(regions[:learned])
    centre, spread = traits.mean(0), traits.std(0) + 1e-3
    head = RankingHead()
    optimizer = torch.optim.AdamW(head.parameters(), lr=LEARNING_RATE, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    for _ in range(EPOCHS):
        for chosen in torch.randperm(len(ious)).split(512):
            guess = traits[chosen, 0] + head.mlp((traits[chosen] - centre) / spread)[:, 0]
            loss = F.binary_cross_entropy_with_logits(guess, ious[chosen])
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
    traits, ious = _join(regions[learned:])
    pair = torch.stack([head(traits).sigmoid(), ious])
    return {"ranking_correlation": float(torch.corrcoef(pair)[0, 1])}


Rows = list[tuple[NDArray[np.float32], float]]
"""Traits of looks, and the IoU of what each led to."""


def _join(regions: list[Rows]) -> tuple[Tensor, Tensor]:
    rows = [row for region in regions for row in region]
    return torch.from_numpy(np.stack([traits for traits, _ in rows])), torch.tensor([iou for _, iou in rows])


def collect(network: BuiltinNetwork, samples: SampleMaker, settings: TrainingSettings) -> list[Rows]:
    """Click on regions of training pictures, and follow every look that could be gone on from."""
    rng = np.random.default_rng(settings.seed + 3)
    viewer = Viewer(network)
    found: list[Rows] = []
    while len(found) < settings.ranking_regions:
        picture, target = samples.draw_target(rng, evenly=True)
        truth = picture.mask(target) > 127
        if truth.mean() >= LEAST_SHARE:
            embedding = viewer.embed(Pyramid(picture.pixels, network.config.view_side))
            found.append(_click_on(viewer, network.ranking, embedding, truth, rng))
    return found


def _click_on(
    viewer: Viewer,
    ranking: RankingHead,
    embedding: BuiltinEmbedding,
    truth: NDArray[np.bool_],
    rng: np.random.Generator,
) -> Rows:
    rows: Rows = []
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
        rows += [
            (describe(first, asked, size, goes_on=False, is_close=False), iou)
            for first, iou in zip(firsts, ious, strict=False)
        ]
        traits = [
            describe(look, asked, size, goes_on=index == len(firsts), is_close=True) for index, look in enumerate(looks)
        ]
        rows += zip(traits, ious, strict=True)
        best = int(ranking.rank(traits).argmax())
        earlier = looks[int(rng.integers(len(looks))) if rng.random() < ELSEWHERE else best]
        guess = _paint(earlier, asked, size)
    return rows


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
