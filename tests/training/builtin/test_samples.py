"""Samples: views of regions that can be seen in them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from training.builtin import samples
from training.builtin.pictures import Picture, PictureCache, Target, find_targets, list_pictures
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings
from training.builtin.views import LEAST_KEPT, SMALLEST_CUT, View, change_colours, cut_by_frame, cut_view

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


def test_a_frame_cuts_the_region_and_leaves_enough_of_it(six_discs: NDArray[np.uint16]) -> None:
    disc = np.where(six_discs == 5, np.uint16(5), np.uint16(0)).repeat(2, 0).repeat(2, 1)
    (target,) = find_targets([disc])
    rows, columns = np.indices(disc.shape)
    pixels = np.stack([rows, columns // 2, columns % 2], -1).astype(np.uint8)  # tells where it is from
    picture = Picture(pixels, (disc,), (target,))
    rng, sides = np.random.default_rng(0), np.zeros(4, int)
    for _ in range(200):
        cut, part = cut_by_frame(picture, target, rng)
        if cut is picture:
            continue  # too little would have been left
        height, width = cut.pixels.shape[:2]
        top, half, rest = cut.pixels[0, 0].astype(int)
        left = 2 * half + rest
        np.testing.assert_array_equal(cut.pixels, pixels[top : top + height, left : left + width])
        np.testing.assert_array_equal(cut.maps[0], disc[top : top + height, left : left + width])
        assert min(height, width) >= SMALLEST_CUT
        assert LEAST_KEPT * target.area <= part.area == (cut.mask(part) > 0).sum() < target.area
        x0, y0, x1, y1 = part.box_xyxy
        at_frame = np.array([x0 == 0, y0 == 0, x1 == width, y1 == height])
        assert at_frame.any()
        sides += at_frame
    assert sides.sum() > 100
    assert (sides > 0).all()
    assert sides[3] == sides.max()  # people are cut below, mostly


def test_a_region_too_small_to_be_cut_stays_whole(six_discs: NDArray[np.uint16]) -> None:
    target = find_targets([six_discs])[0]
    picture = Picture(np.zeros((*six_discs.shape, 3), np.uint8), (six_discs,), (target,))
    rng = np.random.default_rng(0)

    whole = [cut_by_frame(picture, target, rng) for _ in range(50)]

    assert any(cut is picture and part is target for cut, part in whole)
    assert all(min(cut.pixels.shape[:2]) >= SMALLEST_CUT for cut, _ in whole)


def test_views_of_cut_pictures_show_all_of_them(
    make_samples: Callable[[TrainingSettings], SampleMaker], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it is cut comes with the view: the whole of what is left is shown."""
    cut: list[Picture] = []

    def cut_and_keep(picture: Picture, target: Target, rng: np.random.Generator) -> tuple[Picture, Target]:
        cut.append(picture)
        return picture, target

    monkeypatch.setattr(samples, "cut_by_frame", cut_and_keep)
    maker = make_samples(replace(SETTINGS, cut_chance=0.4, full_view_chance=0.0, smallest_object=0.9, calm_chance=1.0))
    rng = np.random.default_rng(0)
    small = sum((maker.draw(64, rng)[1] > 127).mean() < 0.2 for _ in range(60))

    assert 15 < len(cut) < 35
    assert small == len(cut)


def test_a_label_map_is_drawn_as_often_as_it_weighs(tmp_path: Path, six_discs: NDArray[np.uint16]) -> None:
    folder = tmp_path / "people"
    folder.mkdir()
    cv2.imwrite(str(folder / "0.jpg"), np.zeros((*six_discs.shape, 3), np.uint8))
    cv2.imwrite(str(folder / "0.png"), six_discs)
    cv2.imwrite(str(folder / "0.1.png"), np.where(six_discs > 0, np.uint16(1), np.uint16(0)))

    def count_second(weights: dict[str, list[float]]) -> int:
        maker = SampleMaker(PictureCache(list_pictures(tmp_path)), replace(SETTINGS, map_weights=weights))
        rng = np.random.default_rng(0)
        return sum(maker.draw_target(rng)[1].map_index for _ in range(200))

    assert 80 < count_second({}) < 120
    assert 80 < count_second({"others": [1.0, 9.0]}) < 120
    assert 165 < count_second({"people": [1.0, 9.0]}) < 195
    assert 165 < count_second({"people": [1 / 9]}) < 195  # the second map, which is not named, weighs 1
