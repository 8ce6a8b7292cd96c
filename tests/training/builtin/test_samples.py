"""Samples: views of regions that can be seen in them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from training.builtin import samples
from training.builtin.pictures import Picture, PictureCache, Target, list_pictures
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings
from training.builtin.views import View, change_colours, cut_view

SETTINGS = TrainingSettings(full_view_chance=1.0)


@pytest.fixture
def make_samples(
    tmp_path: Path, write_picture: Callable[[Path, NDArray[np.uint16]], None], six_discs: NDArray[np.uint16]
) -> Callable[[TrainingSettings], SampleMaker]:
    """Draw whole views of a picture of six discs."""
    write_picture(tmp_path / "discs" / "0.jpg", six_discs)
    return lambda settings: SampleMaker(PictureCache(list_pictures(tmp_path)), settings)


def test_regions_too_thin_to_be_seen_are_told_of(crack_samples: SampleMaker) -> None:
    assert crack_samples.has_regions()

    with pytest.raises(ValueError, match="None of the pictures has a region that is large enough to learn from"):
        crack_samples.draw(64, np.random.default_rng(0))


def test_a_calm_view_shows_the_picture_as_it_is_or_mirrored(
    make_samples: Callable[[TrainingSettings], SampleMaker], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is neither warped nor recoloured, and nothing is pasted onto it."""
    maker = make_samples(replace(SETTINGS, calm_chance=1.0, composite_chance=1.0))
    cut: list[View] = []

    def cut_and_keep(
        picture: Picture, target: Target, side: int, rng: np.random.Generator, *, fraction: float | None, warp: bool
    ) -> View:
        again = copy.deepcopy(rng)
        view = cut_view(picture, target, side, rng, fraction=fraction, warp=warp)
        cut.append(cut_view(picture, target, side, again, fraction=fraction, warp=False))
        return view

    monkeypatch.setattr(samples, "cut_view", cut_and_keep)
    rng = np.random.default_rng(0)
    mirrored = 0
    for number in range(1, 21):
        pixels, mask = maker.draw(64, rng)
        assert len(cut) == number
        if not np.array_equal(pixels, cut[-1].pixels):
            mirrored += 1
            pixels, mask = pixels[:, ::-1], mask[:, ::-1]
        np.testing.assert_array_equal(pixels, cut[-1].pixels)
        np.testing.assert_array_equal(mask, cut[-1].mask)
    assert 0 < mirrored < 20


def test_without_calm_views_a_seed_draws_what_it_drew_before_there_were_any(
    make_samples: Callable[[TrainingSettings], SampleMaker],
) -> None:
    maker = make_samples(replace(SETTINGS, calm_chance=0.0, composite_chance=0.0))
    rng, again = np.random.default_rng(0), np.random.default_rng(0)
    for _ in range(5):
        pixels, mask = maker.draw(64, rng)

        picture, target = maker.draw_target(again)
        again.random()  # whether the whole picture is shown
        view = cut_view(picture, target, 64, again, fraction=None)
        again.random()  # whether another view is pasted onto it
        np.testing.assert_array_equal(pixels, change_colours(view.pixels, again))
        np.testing.assert_array_equal(mask, view.mask)
    assert rng.bit_generator.state == again.bit_generator.state
