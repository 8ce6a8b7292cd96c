"""Measures a network on fixed views of pictures that it is not trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from sam3_annotator.model.builtin.network import BuiltinNetwork, normalise
from training.builtin.clicks import Prompts, add_correction, click_inside
from training.builtin.samples import MOST_TRIES, SampleMaker
from training.builtin.settings import TrainingSettings
from training.builtin.views import cut_view


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One view `(S, S, 3)` uint8 and its target `(S, S)` bool."""

    pixels: NDArray[np.uint8]
    target: NDArray[np.bool_]


def make_trials(samples: SampleMaker, settings: TrainingSettings, side: int = 224) -> list[Trial]:
    """Cut the same views every time, as the settings' seed says.

    Gives fewer, or none, where the pictures show next to no region that is large enough.
    """
    if not samples.has_regions():
        return []
    rng = np.random.default_rng(settings.seed + 1)
    trials: list[Trial] = []
    misses = 0
    while len(trials) < settings.validation_regions and misses < MOST_TRIES:
        picture, target = samples.draw_target(rng)
        fraction = float(rng.uniform(0.3, 0.8))
        view = cut_view(picture, target, side, rng, fraction=fraction, warp=False)
        if (view.mask > 127).mean() > 0.005:
            trials.append(Trial(view.pixels, view.mask > 127))
            misses = 0
        else:
            misses += 1
    return trials


@torch.inference_mode()
def measure(network: BuiltinNetwork, trials: list[Trial], clicks: int = 3) -> dict[str, float]:
    """Mean IoU of the merged mask after each click, of the best of four after one, and for a box."""
    device = next(network.parameters()).device
    found: dict[str, list[float]] = {}
    for trial in trials:
        view = normalise(torch.from_numpy(trial.pixels).to(device).permute(2, 0, 1)[None].float())
        stem = network.stem(view.contiguous(memory_format=torch.channels_last))
        side = trial.target.shape[0]

        def answer(prompts: Prompts) -> NDArray[np.float32]:
            maps = torch.from_numpy(prompts.draw())[None].to(device)
            logits = network(stem, maps).logits.float()  # noqa: B023 - used within the same turn
            wide = torch.nn.functional.interpolate(logits, scale_factor=2.0, mode="bilinear")
            return wide[0].sigmoid().cpu().numpy()

        prompts = Prompts(side)
        prompts.points.append((*click_inside(trial.target.astype(np.uint8), None), True))
        for click in range(clicks):
            chance = answer(prompts)
            found.setdefault(f"iou@{click + 1}", []).append(_iou(chance[0], trial.target))
            if click == 0:
                found.setdefault("best@1", []).append(max(_iou(one, trial.target) for one in chance))
            add_correction(prompts, chance[0] > 0.5, trial.target, None)
            prompts.earlier = chance[0]
        rows, columns = np.flatnonzero(trial.target.any(1)), np.flatnonzero(trial.target.any(0))
        box = (float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))
        found.setdefault("box", []).append(_iou(answer(Prompts(side, box_xyxy=box))[0], trial.target))
    return {name: round(100 * float(np.mean(values)), 2) for name, values in found.items()}


def _iou(chance: NDArray[np.float32], target: NDArray[np.bool_]) -> float:
    guess = chance > 0.5
    return float((guess & target).sum() / max((guess | target).sum(), 1))
