"""Simulated people click and draw boxes; every guess they could get is told with its IoU."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sam3_annotator.model import BoxPrompt, PointPrompt, Prompt
from sam3_annotator.model.builtin.asked import read_prompts
from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.runtime import Runtime
from sam3_annotator.model.builtin.traits import TRAITS
from sam3_annotator.model.builtin.weights import save_weights
from training.builtin import questions
from training.builtin.mosaics import make_mosaic
from training.builtin.pictures import Picture, PictureCache, Target, list_pictures
from training.builtin.questions import (
    OpenRuntime,
    click_on_error,
    collect,
    collect_in_shares,
    draw_box,
    is_cut_down,
)
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings

WritePicture = Callable[[Path, NDArray[np.uint16]], None]
Bools = NDArray[np.bool_]


@pytest.fixture
def runtime_of_tiny(tiny_graphs: Path, tmp_path: Path) -> OpenRuntime:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    network = BuiltinNetwork(BuiltinConfig.tiny()).eval().requires_grad_(False)
    save_weights(network, tmp_path / "network.safetensors")
    return partial(Runtime, tmp_path / "network.safetensors", network.config, tiny_graphs, 1)


@pytest.fixture
def runtime(runtime_of_tiny: OpenRuntime) -> Runtime:
    return runtime_of_tiny()


def disc(shape: tuple[int, int], x: int, y: int, radius: int) -> Bools:
    mask = np.zeros(shape, np.uint8)
    cv2.circle(mask, (x, y), radius, 1, cv2.FILLED)
    return mask > 0


def test_clicks_lead_to_starts_and_guesses_with_their_ious(
    disc_samples: SampleMaker, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "BOX_CHANCE", 0.0)

    regions = collect(runtime, disc_samples, 3, np.random.default_rng(0))

    assert len(regions) == 3
    followed = [one for region in regions for step in region for one in step]
    assert all(one.start is not None and one.start.shape == (TRAITS,) for one in followed)
    traits = np.concatenate([one.traits for one in followed])
    ious = np.concatenate([one.ious for one in followed])
    assert traits.shape == (len(ious), TRAITS)
    assert set(traits[:, 32]) == {0, 1}  # found anew, and gone on from the answer before
    assert set(traits[:, 33]) == {1}  # all are closer looks
    assert ((ious >= 0) & (ious <= 1)).all()


def test_it_does_not_matter_how_many_processes_ask(
    disc_samples: SampleMaker, runtime_of_tiny: OpenRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "SHARE", 2)

    here, elsewhere = (collect_in_shares(runtime_of_tiny, disc_samples, 3, (1, 0), workers) for workers in (0, 2))

    assert len(here) == len(elsewhere) == 3
    pairs = [
        pair
        for regions in zip(here, elsewhere, strict=True)
        for steps in zip(*regions, strict=True)
        for pair in zip(*steps, strict=True)
    ]
    assert pairs
    for one, other in pairs:
        np.testing.assert_allclose(one.traits, other.traits, atol=1e-4)
        np.testing.assert_allclose(one.ious, other.ious, atol=1e-4)
    assert not np.array_equal(here[0][0][0].ious, here[2][0][0].ious), "Shares draw other regions."


def test_a_box_has_one_start_that_nothing_is_known_of(
    disc_samples: SampleMaker, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "BOX_CHANCE", 1.0)

    for first, *_ in collect(runtime, disc_samples, 3, np.random.default_rng(0)):
        (followed,) = first
        assert followed.start is None
        assert (followed.traits[:, 35] == 1).all()


def test_regions_too_small_to_ask_for_end_the_search(
    disc_samples: SampleMaker, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "LEAST_SHARE", 0.5)

    assert collect(runtime, disc_samples, 3, np.random.default_rng(0)) == []


def test_regions_large_enough_are_found_among_any_number_too_small(
    tmp_path: Path, write_picture: WritePicture, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Misses count in a row only: more of them than end a search may lie between the regions that are found."""
    monkeypatch.setattr(questions, "MOST_TRIES", 12)
    monkeypatch.setattr(questions, "LEAST_SHARE", 0.1)
    monkeypatch.setattr(questions, "MOSAIC_CHANCE", 0.0)
    for number, radius in enumerate((10, 10, 40)):
        write_picture(tmp_path / "discs" / f"{number}.jpg", disc((120, 160), 80, 60, radius).astype(np.uint16))
    samples = SampleMaker(PictureCache(list_pictures(tmp_path)), TrainingSettings())
    shares = take_down_shares(samples, monkeypatch)

    regions = collect(runtime, samples, 20, np.random.default_rng(0))

    assert len(regions) == 20
    assert sum(share < 0.1 for share in shares) > 12


def take_down_shares(samples: SampleMaker, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note how much of its picture each region covers that is drawn."""
    shares: list[float] = []
    draw_target = samples.draw_target

    def draw(rng: np.random.Generator, *, evenly: bool) -> tuple[Picture, Target]:
        picture, target = draw_target(rng, evenly=evenly)
        shares.append(float((picture.mask(target) > 127).mean()))
        return picture, target

    monkeypatch.setattr(samples, "draw_target", draw)
    return shares


def test_a_click_is_made_on_the_widest_error() -> None:
    shape = (100, 200)
    truth, shown = disc(shape, 50, 50, 30), disc(shape, 150, 50, 10)
    rng = np.random.default_rng(0)

    clicks = [click_on_error(shown, truth, rng) for _ in range(40)]

    assert all(click is not None and click.positive and truth[int(click.y), int(click.x)] for click in clicks)
    exact = [click for click in clicks if click is not None and abs(click.x - 50) < 2 and abs(click.y - 50) < 2]
    assert 10 < len(exact) < 35
    too_much = click_on_error(truth, shown, rng)
    assert too_much is not None
    assert not too_much.positive
    assert click_on_error(truth, truth, rng) is None


def test_a_box_is_drawn_around_a_region_and_stays_in_the_picture() -> None:
    truth = disc((100, 200), 150, 60, 30)
    rng = np.random.default_rng(0)

    boxes = [draw_box(truth, rng) for _ in range(60)]

    corners = np.array([(box.x0, box.y0, box.x1, box.y1) for box in boxes])
    exact = (corners == (120, 30, 181, 91)).all(1)
    assert 15 < exact.sum() < 45
    assert (np.abs(corners - (120, 30, 181, 91)) < 60).all()
    assert (corners >= 0).all()
    assert (corners <= (200, 100, 200, 100)).all()
    assert (corners[:, :2] < corners[:, 2:]).all()


def test_a_mosaic_shows_the_picture_among_others_with_its_region() -> None:
    rng = np.random.default_rng(0)
    pixels = np.zeros((60, 80, 3), np.uint8)
    mask = disc((60, 80), 40, 30, 20)
    pixels[mask] = 200
    others = [np.full((30 + n, 50, 3), 100, np.uint8) for n in range(8)]

    places = set()
    for _ in range(20):
        mosaic, placed = make_mosaic(pixels, mask, others, rng)
        assert mosaic.shape == (180, 240, 3)
        assert np.count_nonzero(placed) == np.count_nonzero(mask)
        np.testing.assert_array_equal((mosaic == 200).all(2), placed)
        rows, columns = np.nonzero(placed)
        places.add((rows.min() // 60, columns.min() // 80))
    assert len(places) > 4


def test_an_enlarged_picture_shows_the_same_region_larger() -> None:
    truth = disc((90, 120), 50, 40, 20)
    pixels = np.repeat((truth * 200).astype(np.uint8)[..., None], 3, 2)

    larger, region = questions.enlarge(pixels, truth, np.random.default_rng(0))

    factor = larger.shape[0] / 90
    assert 2.5 <= factor <= 8
    assert larger.shape[:2] == region.shape
    assert region.sum() == pytest.approx(truth.sum() * factor**2, rel=0.05)
    assert larger[region].mean() > 180
    assert larger[~region].mean() < 20


def test_no_picture_is_enlarged_beyond_what_cameras_take() -> None:
    truth = disc((1500, 2000), 900, 700, 300)

    larger, _ = questions.enlarge(np.zeros((1500, 2000, 3), np.uint8), truth, np.random.default_rng(0))

    assert max(larger.shape) == questions.LARGEST


ON, OFF = PointPrompt(20, 20), PointPrompt(40, 40, False)


@pytest.mark.parametrize(
    ("prompts", "is_so"),
    [
        ([ON], False),
        ([ON, OFF], True),
        ([ON, OFF, OFF, OFF], True),
        ([ON, OFF, ON], False),
        ([ON, ON, OFF], False),
        ([BoxPrompt(10, 10, 50, 50), ON, OFF], False),
    ],
)
def test_clicks_that_only_take_away_are_told(prompts: list[Prompt], is_so: bool) -> None:
    assert is_cut_down(read_prompts(prompts, (60, 60))) is is_so


@pytest.mark.parametrize("is_so", [True, False])
def test_what_is_only_taken_away_from_is_looked_for_anew_after_any_number_of_clicks(
    disc_samples: SampleMaker, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, is_so: bool
) -> None:
    monkeypatch.setattr(questions, "BOX_CHANCE", 0.0)
    monkeypatch.setattr(questions, "ANEW_CLICKS", 0)
    monkeypatch.setattr(questions, "is_cut_down", lambda _: is_so)

    regions = collect(runtime, disc_samples, 2, np.random.default_rng(0))

    later = [step for _, *steps in regions for step in steps]
    looked_anew = {any((followed.traits[:, 32] == 0).any() for followed in step) for step in later}
    assert looked_anew == {is_so}
