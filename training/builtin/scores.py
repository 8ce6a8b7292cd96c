"""Fits the predicted IoU to the finished masks: the score head alone learns, on the averaged network."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.builtin.network import BuiltinNetwork, normalise
from training.builtin.losses import measure_iou
from training.builtin.people import People
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings

EPOCHS = 40


def fit_scores(network: BuiltinNetwork, samples: SampleMaker, settings: TrainingSettings) -> dict[str, float]:
    """Train `network.decoder.score` in place; gives error and correlation on a tenth that it did not learn from."""
    torch.manual_seed(settings.seed)
    described, ious = collect(network, samples, settings)
    # The answers to one batch of views stay together: they are of the same objects.
    learned = int(0.9 * settings.score_batches) * len(ious) // max(settings.score_batches, 1)
    head = network.decoder.score
    with torch.no_grad():
        centre, spread = described[:learned].mean(0), described[:learned].std(0) + 1e-3
    mlp = torch.nn.Sequential(*head.mlp).requires_grad_(True)
    # From scratch: what was fitted before is meant for descriptions as they are.
    for layer in mlp:
        if isinstance(layer, torch.nn.Linear):
            layer.reset_parameters()
    optimizer = torch.optim.AdamW(mlp.parameters(), lr=settings.score_learning_rate, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    for _ in range(EPOCHS):
        for chosen in torch.split(torch.randperm(learned), 256):
            guess = mlp((described[chosen] - centre) / spread)[:, 0]
            loss = F.binary_cross_entropy_with_logits(guess, ious[chosen])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            optimizer.step()
        schedule.step()
    mlp.requires_grad_(False)
    with torch.no_grad():
        found = mlp((described[learned:] - centre) / spread)[:, 0].sigmoid()
        # The head takes the description as it is: centre and spread move into its first layer.
        first = head.mlp[0]
        assert isinstance(first, torch.nn.Linear)
        first.weight.div_(spread)
        first.bias.sub_(first.weight @ centre)
    truth = ious[learned:]
    pair = torch.stack([found, truth])
    return {"score_error": float((found - truth).abs().mean()), "score_correlation": float(torch.corrcoef(pair)[0, 1])}


@torch.no_grad()
def collect(network: BuiltinNetwork, samples: SampleMaker, settings: TrainingSettings) -> tuple[Tensor, Tensor]:
    """Describe masks of simulated clicks `(N, size)`, and measure their IoU `(N,)`."""
    rng = np.random.default_rng(settings.seed + 2)
    device = next(network.parameters()).device
    head = network.decoder.score
    described: list[Tensor] = []
    ious: list[Tensor] = []
    chances = torch.Generator(device).manual_seed(settings.seed + 2)
    # The decoder hands its features to the score head only: they are taken down on the way.
    hook = head.register_forward_pre_hook(lambda _, given: described.append(head.describe(*given).flatten(0, 1)))
    for _ in range(settings.score_batches):
        drawn = [samples.draw(max(settings.sides), rng) for _ in range(settings.batch)]
        pixels, masks = (torch.from_numpy(np.stack(values)).to(device) for values in zip(*drawn, strict=True))
        view = normalise(pixels.permute(0, 3, 1, 2).float())
        stem = network.stem(view.contiguous(memory_format=torch.channels_last))
        target = F.avg_pool2d((masks[:, None] > 127).float(), 2)
        people = People(target[:, 0] > 0.5, chances, settings.box_chance)
        people.begin()
        for _ in range(settings.clicks_per_batch):
            logits = network(stem, people.maps).logits
            ious.append(measure_iou(logits, target.expand_as(logits)).flatten())
            people.go_on(F.interpolate(logits[:, :1].sigmoid(), scale_factor=2.0, mode="bilinear")[:, 0])
    hook.remove()
    return torch.cat(described), torch.cat(ious)
