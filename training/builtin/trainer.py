"""The training loop: several simulated clicks on every batch, with everything needed to go on after a stop."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.builtin.encoder import StemFeatures
from sam3_annotator.model.builtin.network import BuiltinNetwork, normalise
from training.builtin.batches import draw_batches
from training.builtin.losses import total_loss
from training.builtin.people import People
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings

MOST_GRADIENT = 5.0
"""The length that gradients are cut to."""


@dataclass(slots=True)
class Progress:
    """How far a run is; `updates` counts optimiser steps, `seconds` those spent training."""

    batches: int = 0
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
        workers: int = 0,
        minutes: float | None = None,
    ) -> None:
        self.network = network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub has no such overload
        self.average = copy.deepcopy(network).eval().requires_grad_(False)
        self.progress = Progress()
        self._samples, self._settings, self._folder, self._workers = samples, settings, folder, workers
        self._device, self._minutes = torch.device(device), minutes
        self._batches: Iterator[tuple[Tensor, Tensor]] | None = None
        network.stem.requires_grad_(settings.stem_learning_rate > 0)
        others = [*network.prompts.parameters(), *network.decoder.parameters()]
        self._optimizer = torch.optim.AdamW(
            [
                {"params": list(network.stem.parameters()), "peak": settings.stem_learning_rate},
                {"params": list(network.trunk.parameters()), "peak": settings.encoder_learning_rate},
                {"params": others, "peak": settings.learning_rate},
            ],
            weight_decay=settings.weight_decay,
            fused=True,
        )
        # Its only work here: to leave out, without waiting for the device, updates that overflowed.
        self._guard = torch.amp.GradScaler(device=self._device.type, init_scale=1.0, growth_interval=1 << 30)
        self._chances = torch.Generator(self._device)
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
        if self._batches is None:
            self._batches = draw_batches(self._samples, self._settings, self.progress.batches, self._workers)
        self._chances.manual_seed((self._settings.seed << 32) + self.progress.batches)
        pixels, masks = (values.to(self._device, non_blocking=True) for values in next(self._batches))
        view = normalise(pixels.permute(0, 3, 1, 2).float()).contiguous(memory_format=torch.channels_last)
        target = F.avg_pool2d(masks[:, None].float() / 255, 2)
        people = People(target[:, 0] > 0.5, self._chances)
        people.begin()
        log: dict[str, Tensor] = {}
        stem = None
        for click in range(1, self._settings.clicks_per_batch + 1):
            if stem is None or self._settings.stem_learning_rate > 0:
                stem = self._encode(view)
            logits, loss, iou = self._learn(stem, people.maps, target)
            log |= {f"loss{click}": loss, f"iou{click}": iou[:, 0].mean(), f"best{click}": iou.max(1).values.mean()}
            people.go_on(F.interpolate(logits[:, :1].sigmoid(), scale_factor=2.0, mode="bilinear")[:, 0])
        self.progress.batches += 1
        values = torch.stack(list(log.values())).tolist()  # waits for the device, once
        self.progress.seconds += time.monotonic() - started
        return dict(zip(log, values, strict=True))

    def _encode(self, view: Tensor) -> StemFeatures:
        with self._quickly(), torch.set_grad_enabled(self._settings.stem_learning_rate > 0):
            stem: StemFeatures = self.network.stem(view)
        return stem

    def _quickly(self) -> torch.autocast:
        return torch.autocast(self._device.type, torch.bfloat16, enabled=_has_fast_bfloat16(self._device))

    def _learn(self, stem: StemFeatures, maps: Tensor, target: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        self._set_learning_rates()
        self._set_modes()
        with self._quickly():
            output = self.network(stem, maps)
        loss, iou = total_loss(output, target)
        self._optimizer.zero_grad(set_to_none=True)
        self._guard.scale(loss).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        self._guard.unscale_(self._optimizer)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), MOST_GRADIENT)
        # One sample that overflows would spoil every weight, and with them hours of training.
        self._guard.step(self._optimizer)
        self._guard.update()
        self.progress.updates += 1
        self._move_average()
        return output.logits.detach().float(), loss.detach(), iou

    def _set_modes(self) -> None:
        self.network.train()
        for module in self.network.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.train(self._settings.learns_statistics)

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
            "progress": (self.progress.batches, self.progress.updates, self.progress.seconds),
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
        return True


def _has_fast_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 is faster than float32: on GPUs, and on processors with matrix tiles."""
    return device.type == "cuda" or (device.type == "cpu" and torch.cpu._is_amx_tile_supported())  # noqa: SLF001 - no public question
