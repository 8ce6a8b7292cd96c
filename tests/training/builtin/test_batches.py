"""Batches: numbered, the same whoever draws them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from training.builtin.batches import draw_batches
from training.builtin.pictures import PictureCache, PictureFile, list_pictures
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings

SETTINGS = TrainingSettings(batch=3, sides=(32, 64))


@pytest.fixture
def samples(
    tmp_path: Path, write_picture: Callable[[Path, NDArray[np.uint16]], None], six_discs: NDArray[np.uint16]
) -> SampleMaker:
    write_picture(tmp_path / "discs" / "1.jpg", six_discs)
    write_picture(tmp_path / "discs" / "2.jpg", six_discs)
    return SampleMaker(PictureCache(list_pictures(tmp_path)), SETTINGS)


def test_what_fits_is_decoded_once_and_no_more(samples: SampleMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[str] = []
    load = PictureFile.load
    monkeypatch.setattr(PictureFile, "load", lambda file: decoded.append(file.path.name) or load(file))
    roomy, tight = (PictureCache(samples._cache.files, budget) for budget in (1 << 30, 1))

    roomy.preload(2)
    roomy.picture(0)
    assert sorted(decoded) == ["1.jpg", "2.jpg"]

    decoded.clear()
    tight.preload(1)
    assert len(decoded) == 1  # that it is too large is known only then


def test_sides_take_turns(samples: SampleMaker) -> None:
    drawn = list(islice(draw_batches(samples, SETTINGS, 0, workers=0), 3))

    assert [tuple(pixels.shape) for pixels, _ in drawn] == [(3, 32, 32, 3), (3, 64, 64, 3), (3, 32, 32, 3)]
    assert [tuple(masks.shape) for _, masks in drawn] == [(3, 32, 32), (3, 64, 64), (3, 32, 32)]


@pytest.mark.parametrize("workers", [0, 1])
def test_a_batch_is_the_same_wherever_drawing_begins(samples: SampleMaker, workers: int) -> None:
    straight = list(islice(draw_batches(samples, SETTINGS, 0, workers=0), 4))

    resumed = list(islice(draw_batches(samples, SETTINGS, 2, workers=workers), 2))

    for (pixels, masks), (again, masks_again) in zip(straight[2:], resumed, strict=True):
        assert torch.equal(pixels, again)
        assert torch.equal(masks, masks_again)
    assert not torch.equal(straight[0][0], straight[2][0])
