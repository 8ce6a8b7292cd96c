"""Draws batches of samples, in as many processes as there are to spare; batch `n` is the same every time."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings


class Batches(Dataset[tuple[Tensor, Tensor]]):
    """Pixels `(B, S, S, 3)` uint8 RGB and masks `(B, S, S)` uint8, 255 on the target, by the number of the batch."""

    def __init__(self, samples: SampleMaker, settings: TrainingSettings) -> None:
        self._samples, self._settings = samples, settings

    def __getitem__(self, number: int) -> tuple[Tensor, Tensor]:
        """Draw batch `number`; its views have one side, which goes through the settings' by turns."""
        rng = np.random.default_rng((self._settings.seed, number))
        side = self._settings.sides[number % len(self._settings.sides)]
        drawn = [self._samples.draw(side, rng) for _ in range(self._settings.batch)]
        pixels, masks = zip(*drawn, strict=True)
        return torch.from_numpy(np.stack(pixels)), torch.from_numpy(np.stack(masks))


def draw_batches(
    samples: SampleMaker, settings: TrainingSettings, first: int, workers: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Give batches from number `first` on, without end; with no `workers`, draws them here when asked."""
    if workers:
        # OpenCV's threads do not come along into another process, which would wait for them for ever.
        cv2.setNumThreads(1)
        # What is decoded before they start, processes share, where the system can do that.
        samples.preload(workers)
    numbers = range(first, 1 << 40)
    pinned = bool(workers) and torch.cuda.is_available()
    return iter(
        DataLoader(Batches(samples, settings), batch_size=None, sampler=numbers, num_workers=workers, pin_memory=pinned)
    )
