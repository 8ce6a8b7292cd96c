"""The training loop: several simulated clicks on every batch, with everything needed to go on after a stop.

On a graphics card whole batches are recorded as graphs, one for each side of the views: an update is some two thousand
small steps, and the card is done with most of them before Python has asked for the next.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from itertools import compress
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name
from torch.nn.attention import SDPBackend, sdpa_kernel

from sam3_annotator.model.builtin.encoder import StemFeatures
from sam3_annotator.model.builtin.network import BuiltinNetwork, normalise
from sam3_annotator.model.machine.replay import Record, Work, recorder_for
from training.builtin.batches import draw_batches
from training.builtin.losses import total_loss
from training.builtin.people import People
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings

MOST_GRADIENT = 5.0
"""The length that gradients are cut to."""

LAYOUT = torch.channels_last
"""How maps lie in memory, which convolutions are faster on."""

ATTENTIONS = [SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH]
"""Ways to attend. cuDNN's is not among them: on an H200 with torch 2.11 the gradients of views of 128 pixels were no
numbers. cuDNN is known for that with as many places as those have (https://github.com/pytorch/pytorch/issues/196678,
where there is a mask too); whether it was the cause here has not been tried."""

LOGGED = ("loss", "iou", "best", "left_out")
"""What is told of each click: the loss, the IoU of the merged mask and of the best, and 1 if its update overflowed."""

Inputs = tuple[Tensor, Tensor]
"""Pixels `(B, S, S, 3)` and masks `(B, S, S)`, uint8."""


@dataclass(slots=True)
class Progress:
    """How far a run is; `updates` counts optimiser steps, `seconds` those spent training.

    `is_ending` tells that what the settings say of the end of the run holds.
    """

    batches: int = 0
    updates: int = 0
    seconds: float = 0.0
    is_ending: bool = False


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
        get_recorder: Callable[[torch.device], Record | None] = recorder_for,
    ) -> None:
        self._device, self._minutes = torch.device(device), minutes
        self.network = network.to(device=device, memory_format=LAYOUT)  # type: ignore[call-overload]  # torch's stub has no such overload
        self.average = copy.deepcopy(network).eval().requires_grad_(False)
        self.progress = Progress()
        self._samples, self._settings, self._folder, self._workers = samples, settings, folder, workers
        self._batches: Iterator[Inputs] | None = None
        network.stem.requires_grad_(settings.stem_learning_rate > 0)
        network.train()
        self._learn_statistics_or_not()
        others = [*network.prompts.parameters(), *network.decoder.parameters()]
        self._optimizer = torch.optim.AdamW(
            [
                {"params": list(part), "peak": peak}
                for part, peak in (
                    (network.stem.parameters(), settings.stem_learning_rate),
                    (network.trunk.parameters(), settings.encoder_learning_rate),
                    (others, settings.learning_rate),
                )
            ],
            weight_decay=settings.weight_decay,
            fused=True,
        )
        self._prepare_for_recording()
        self._moved = torch.zeros((), device=device)  # how far the average goes towards the weights, 0..1
        # Its only work here: to leave out, without waiting for the device, updates that overflowed.
        self._guard = torch.amp.GradScaler(device=self._device.type, init_scale=1.0, growth_interval=1 << 30)
        # A graph takes chances from this generator without being told of it.
        on_card = self._device.type == "cuda"
        self._chances = torch.cuda.default_generators[self._device.index or 0] if on_card else torch.Generator()
        self._record = get_recorder(self._device)
        self._recorded: dict[int, tuple[Inputs, Work]] = {}
        self._running: torch.cuda.Event | None = None
        torch.manual_seed(settings.seed)

    @property
    def share_done(self) -> float:
        """How much of the run is done, 0..1, by updates or by time, whichever is further."""
        share = self.progress.updates / self._settings.updates
        if self._minutes is not None:
            share = max(share, self.progress.seconds / 60 / self._minutes)
        return min(share, 1.0)

    def train_batch(self) -> Tensor:
        """Draw one batch and learn from several successive clicks on it.

        Gives what to log, `(clicks, 4)` in the order of `LOGGED`; it is on its way when a graphics card learns, which
        is never more than a batch behind.
        """
        started = time.monotonic()
        if self._settings.ending_share >= 1 - self.share_done > 0:
            # Its statistics fit its weights, which are quieter than those of the last few batches.
            self.network.load_state_dict(self.average.state_dict())
            self._begin_ending()
        if self._batches is None:
            self._batches = draw_batches(self._samples, self._settings, self.progress.batches, self._workers)
        self._chances.manual_seed((self._settings.seed << 32) + self.progress.batches)
        self._set_rates()
        values = self._do_or_repeat(next(self._batches))
        self.progress.batches += 1
        self.progress.updates += self._settings.clicks_per_batch
        self._wait_for_batch_before()
        self.progress.seconds += time.monotonic() - started
        return values

    def _begin_ending(self) -> None:
        self._settings = self._settings.for_the_end()
        self._samples = self._samples.with_settings(self._settings)
        self._learn_statistics_or_not()
        self._batches = None
        self._recorded.clear()  # with other clicks, or statistics that stay, the steps are others
        self.progress.is_ending = True

    def _learn_statistics_or_not(self) -> None:
        for module in self.network.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.train(self._settings.learns_statistics)

    def _do_or_repeat(self, inputs: Inputs) -> Tensor:
        side = inputs[0].shape[1]
        if self._record is None:
            return self._learn_from(*(values.to(self._device) for values in inputs))
        if side not in self._recorded:
            places = inputs[0].to(self._device), inputs[1].to(self._device)
            first, replay = self._record(lambda: (self._learn_from(*places),))
            self._recorded[side] = places, replay
            return first[0]
        places, replay = self._recorded[side]
        for place, values in zip(places, inputs, strict=True):
            place.copy_(values, non_blocking=True)
        return replay()[0].clone()

    def _wait_for_batch_before(self) -> None:
        if self._device.type == "cuda":
            before, self._running = self._running, torch.cuda.Event()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            self._running.record()
            if before is not None:
                before.synchronize()

    def _learn_from(self, pixels: Tensor, masks: Tensor) -> Tensor:
        """Learn from one batch on the device, asking nothing back of it."""
        view = normalise(pixels.permute(0, 3, 1, 2).float()).contiguous(memory_format=LAYOUT)
        target = F.avg_pool2d(masks[:, None].float() / 255, 2)
        people = People(target[:, 0] > 0.5, self._chances, self._settings.box_chance)
        people.begin()
        log = []
        stem = None
        for _ in range(self._settings.clicks_per_batch):
            if stem is None or self._settings.stem_learning_rate > 0:
                stem = self._encode(view)
            logits, loss, iou, overflowed = self._learn(stem, people.maps, target)
            log.append(torch.stack([loss, iou[:, 0].mean(), iou.max(1).values.mean(), overflowed.float()]))
            people.go_on(F.interpolate(logits[:, :1].sigmoid(), scale_factor=2.0, mode="bilinear")[:, 0])
        self._move_average()
        return torch.stack(log)

    def _encode(self, view: Tensor) -> StemFeatures:
        with self._quickly(), torch.set_grad_enabled(self._settings.stem_learning_rate > 0):
            stem: StemFeatures = self.network.stem(view)
        return stem

    def _quickly(self) -> torch.autocast:
        # Nothing is kept for a second use: there is none, and what is recorded must not rely on what was kept before.
        fast = _has_fast_bfloat16(self._device)
        return torch.autocast(self._device.type, torch.bfloat16, enabled=fast, cache_enabled=False)

    def _learn(self, stem: StemFeatures, maps: Tensor, target: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        with self._quickly(), sdpa_kernel(ATTENTIONS):
            output = self.network(stem, maps)
        loss, iou = total_loss(output, target)
        self._guard.scale(loss).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        self._guard.unscale_(self._optimizer)
        length = torch.nn.utils.clip_grad_norm_(self.network.parameters(), MOST_GRADIENT)
        # One sample that overflows would spoil every weight, and with them hours of training.
        self._guard.step(self._optimizer)
        # By itself it would halve the scale each time, until, a hundred times later, nothing is left of the gradients.
        self._guard.update(1.0)
        self._optimizer.zero_grad(set_to_none=True)
        return output.logits.detach().float(), loss.detach(), iou, ~length.isfinite()

    def _prepare_for_recording(self) -> None:
        for group in self._optimizer.param_groups:
            # In a tensor, what changes from batch to batch changes in a recorded one too.
            group.update(lr=torch.zeros((), device=self._device), capturable=self._device.type == "cuda")

    def _set_rates(self) -> None:
        """Set how fast the weights and their average move in the next batch."""
        updates, settings = self.progress.updates, self._settings
        warm = min(1.0, (updates + 1) / settings.warmup_updates)
        factor = warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * self.share_done)))
        for group in self._optimizer.param_groups:
            group["lr"].fill_(group["peak"] * factor)
        decay = min(settings.average_decay, (1 + updates) / (10 + updates))
        self._moved.fill_(1 - decay**settings.clicks_per_batch)

    @torch.no_grad()
    def _move_average(self) -> None:
        mine, theirs = (list(network.state_dict().values()) for network in (self.average, self.network))
        is_floating = [value.dtype.is_floating_point for value in mine]
        for value, other, floating in zip(mine, theirs, is_floating, strict=True):
            if not floating:
                value.copy_(other)
        averaged, learnt = list(compress(mine, is_floating)), list(compress(theirs, is_floating))
        steps = torch._foreach_sub(learnt, averaged)  # noqa: SLF001 - the only way to move all at once
        torch._foreach_mul_(steps, self._moved)
        torch._foreach_add_(averaged, steps)

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
            "progress": astuple(self.progress),
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
        self._prepare_for_recording()  # on this device, whichever the checkpoint is from
        self.progress = Progress(*state["progress"])
        if self.progress.is_ending:
            self._begin_ending()
        return True


def _has_fast_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 is faster than float32: on GPUs, and on processors with matrix tiles."""
    return device.type == "cuda" or (device.type == "cpu" and torch.cpu._is_amx_tile_supported())  # noqa: SLF001 - no public question
