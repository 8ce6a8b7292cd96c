"""The training loop: several simulated clicks on every batch, with everything needed to go on after a stop."""

from __future__ import annotations

import copy
import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.builtin.encoder import StemFeatures
from sam3_annotator.model.builtin.network import BuiltinNetwork, normalise
from training.builtin.clicks import Prompts, first_prompts, next_prompts
from training.builtin.losses import total_loss
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings

MOST_GRADIENT = 5.0
"""The length that gradients are cut to."""


@dataclass(slots=True)
class Progress:
    """How far a run is; `updates` counts optimiser steps, `seconds` those spent training."""

    updates: int = 0
    seconds: float = 0.0


class Trainer:
    """Owns the network, its moving average, the optimiser and the random state of a run."""

    def __init__(
        self,
        network: BuiltinNetwork,
        samples: SampleMaker,
        settings: TrainingSettings,
        folder: Path,
        *,
        device: str = "cpu",
        minutes: float | None = None,
    ) -> None:
        self.network = network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub has no such overload
        self.average = copy.deepcopy(network).eval().requires_grad_(False)
        self.progress = Progress()
        self._samples, self._settings, self._folder = samples, settings, folder
        self._device, self._minutes = torch.device(device), minutes
        network.stem.requires_grad_(False)
        others = [*network.prompts.parameters(), *network.decoder.parameters()]
        self._optimizer = torch.optim.AdamW(
            [
                {"params": list(network.trunk.parameters()), "peak": settings.encoder_learning_rate},
                {"params": others, "peak": settings.learning_rate},
            ],
            weight_decay=settings.weight_decay,
            fused=True,
        )
        self._rng = np.random.default_rng(settings.seed)
        torch.manual_seed(settings.seed)

    @property
    def share_done(self) -> float:
        """How much of the run is done, 0..1, by updates or by time, whichever is further."""
        share = self.progress.updates / self._settings.updates
        if self._minutes is not None:
            share = max(share, self.progress.seconds / 60 / self._minutes)
        return min(share, 1.0)

    def train_batch(self) -> dict[str, float]:
        """Draw one batch and learn from several successive clicks on it; gives what to log."""
        started = time.monotonic()
        side = [side for start, side in self._settings.sides if self.share_done >= start][-1]
        drawn = [self._samples.draw(side, self._rng) for _ in range(self._settings.batch)]
        masks = np.stack([mask for _, mask in drawn])
        stem = self._encode(np.stack([pixels for pixels, _ in drawn]))
        target = F.avg_pool2d(torch.from_numpy(masks).to(self._device).float()[:, None] / 255, 2)
        truths = masks > 127
        prompts = [first_prompts(truth, self._rng) for truth in truths]
        log: dict[str, float] = {"side": side}
        for click in range(self._settings.clicks_per_batch):
            logits, loss, iou = self._learn(stem, prompts, target)
            log |= {f"loss{click + 1}": loss, f"iou{click + 1}": float(iou[:, 0].mean())}
            log[f"best{click + 1}"] = float(iou.max(1).values.mean())
            chance = F.interpolate(logits[:, :1].sigmoid(), scale_factor=2.0, mode="bilinear")[:, 0].cpu().numpy()
            for one, guess, truth in zip(prompts, chance, truths, strict=True):
                next_prompts(one, guess, truth, self._rng)
        self.progress.seconds += time.monotonic() - started
        return log

    def _encode(self, pixels: NDArray[np.uint8]) -> StemFeatures:
        view = normalise(torch.from_numpy(pixels).to(self._device).permute(0, 3, 1, 2).float())
        with torch.no_grad():
            return self.network.stem(view.contiguous(memory_format=torch.channels_last))

    def _learn(self, stem: StemFeatures, prompts: list[Prompts], target: Tensor) -> tuple[Tensor, float, Tensor]:
        self._set_learning_rates()
        maps = torch.from_numpy(np.stack([one.draw() for one in prompts])).to(self._device)
        self.network.train()
        with torch.autocast(self._device.type, torch.bfloat16, enabled=_has_fast_bfloat16(self._device)):
            output = self.network(stem, maps)
        loss, iou = total_loss(output, target)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        length = torch.nn.utils.clip_grad_norm_(self.network.parameters(), MOST_GRADIENT)
        self.progress.updates += 1
        # One sample that overflows would spoil every weight, and with them hours of training.
        if torch.isfinite(length):
            self._optimizer.step()
            self._move_average()
        return output.logits.detach().float(), float(loss.detach()), iou

    def _set_learning_rates(self) -> None:
        warm = min(1.0, (self.progress.updates + 1) / self._settings.warmup_updates)
        factor = warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * self.share_done)))
        for group in self._optimizer.param_groups:
            group["lr"] = group["peak"] * factor

    @torch.no_grad()
    def _move_average(self) -> None:
        updates = self.progress.updates
        decay = min(self._settings.average_decay, (1 + updates) / (10 + updates))
        mine, theirs = self.average.state_dict(), self.network.state_dict()
        for name, value in mine.items():
            if value.dtype.is_floating_point:
                value.lerp_(theirs[name], 1 - decay)
            else:
                value.copy_(theirs[name])

    def save(self) -> None:
        """Write `checkpoint.pt`, replacing the one before only when the new one is whole.

        Raises `FloatingPointError` for weights that are spoilt; the checkpoint before stays.
        """
        if not all(torch.isfinite(value).all() for value in self.average.state_dict().values()):
            raise FloatingPointError(
                f"The weights overflowed before update {self.progress.updates}. {self._folder / 'checkpoint.pt'} "
                "holds those from before; lower the learning rates in the settings, and go on from them."
            )
        state = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "progress": (self.progress.updates, self.progress.seconds),
            "rng": json.dumps(self._rng.bit_generator.state),
            "torch_rng": torch.get_rng_state(),
        }
        temporary = self._folder / "checkpoint.tmp"
        torch.save(state, temporary)
        temporary.replace(self._folder / "checkpoint.pt")

    def resume(self) -> bool:
        """Go on from `checkpoint.pt`; False if there is none."""
        path = self._folder / "checkpoint.pt"
        if not path.exists():
            return False
        state: dict[str, Any] = torch.load(path, map_location=self._device, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.progress = Progress(*state["progress"])
        self._rng.bit_generator.state = json.loads(state["rng"])
        torch.set_rng_state(state["torch_rng"].cpu())
        return True


def _has_fast_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 is faster than float32: on GPUs, and on processors with matrix tiles."""
    return device.type == "cuda" or (device.type == "cpu" and torch.cpu._is_amx_tile_supported())  # noqa: SLF001 - no public question
