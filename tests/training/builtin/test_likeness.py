"""The likeness learns which masks are instances of what an exemplar shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sam3_annotator.model.builtin import search
from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.likeness import TRAITS, Portrait
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.runtime import Runtime
from sam3_annotator.model.builtin.weights import save_weights
from training.builtin import likeness
from training.builtin.likeness import STRANGERS, Rows, Searched, collect, fit_likeness
from training.builtin.pictures import PictureCache, list_pictures
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings

WritePicture = Callable[[Path, NDArray[np.uint16]], None]

SETTINGS = TrainingSettings(likeness_pictures=2, alike_sources=("discs",))


@pytest.fixture
def samples(tmp_path: Path, write_picture: WritePicture, six_discs: NDArray[np.uint16]) -> SampleMaker:
    """Pictures of six discs, and others of one square."""
    square = np.zeros((120, 160), np.uint16)
    square[30:80, 40:90] = 1
    for number in range(2):
        write_picture(tmp_path / "discs" / f"{number}.jpg", six_discs)
        write_picture(tmp_path / "squares" / f"{number}.jpg", square)
    return SampleMaker(PictureCache(list_pictures(tmp_path)), SETTINGS)


@pytest.fixture
def network() -> BuiltinNetwork:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    network = BuiltinNetwork(BuiltinConfig.tiny()).eval().requires_grad_(False)
    torch.nn.init.constant_(network.decoder.masks.bias, 0.2)  # so that random masks are not all empty
    return network


@pytest.fixture
def runtime(network: BuiltinNetwork, tiny_graphs: Path, tmp_path: Path) -> Runtime:
    save_weights(network, tmp_path / "network.safetensors")
    return Runtime(tmp_path / "network.safetensors", network.config, tiny_graphs)


def test_pictures_with_many_instances_of_the_named_sources_are_searched(
    samples: SampleMaker, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_TIMES", 100.0)  # random masks have any size
    pictures = collect(runtime, samples, SETTINGS)

    assert len(pictures) == 2
    assert any(pictures)
    assert all(traits.shape == (TRAITS,) for rows in pictures for traits, _ in rows)


def test_a_picture_with_few_likely_places_is_searched_too(
    samples: SampleMaker, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search.Search, "likely_places", lambda _self: [(2, 2)])

    assert len(collect(runtime, samples, SETTINGS)) == 2


def test_without_pictures_of_many_instances_nothing_is_fitted(
    samples: SampleMaker, network: BuiltinNetwork, runtime: Runtime
) -> None:
    before = network.likeness.linear.weight.clone()

    assert fit_likeness(network, runtime, samples, TrainingSettings(alike_sources=("squares",))) == {}
    assert torch.equal(network.likeness.linear.weight, before)


def test_where_no_source_is_named_that_there_is_all_are_searched(samples: SampleMaker, runtime: Runtime) -> None:
    settings = TrainingSettings(likeness_pictures=2, alike_sources=("screws",))

    assert len(collect(runtime, samples, settings)) == 2


def make_portrait(colour: float) -> Portrait:
    return Portrait(np.zeros(4, np.float32), np.ones(4, np.float32), np.full(3, colour, np.float32), 5.0, 0.1)


def test_instances_are_none_of_what_another_picture_shows() -> None:
    orange, blue = make_portrait(0.0), make_portrait(3.0)
    seen = (orange, 0.9, 0.05)
    searched = Searched(orange, [(seen, True)] * 9 + [(seen, False)] * 5)

    rows = searched.strangers(blue, np.random.default_rng(0))

    assert len(rows) == STRANGERS
    assert not any(is_one for _, is_one in rows)
    assert all(traits[1] > 1 for traits, _ in rows)
    assert [is_one for _, is_one in searched.rows()] == [True] * 9 + [False] * 5


def test_what_may_be_the_same_thing_is_no_stranger() -> None:
    orange, alike, blue = make_portrait(0.0), make_portrait(0.1), make_portrait(3.0)
    seen = (orange, 0.9, 0.05)

    assert Searched(orange, [(seen, True)]).strangers(alike, np.random.default_rng(0)) == []
    assert Searched(orange, [(seen, False)]).strangers(blue, np.random.default_rng(0)) == []


def test_a_fitted_likeness_knows_instances(
    samples: SampleMaker, network: BuiltinNetwork, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the fourth trait tells, and one mask in ten is an instance; scale and offset are arbitrary."""
    rng = np.random.default_rng(1)

    def picture() -> Rows:
        traits = rng.normal(0, 1, (40, TRAITS)).astype(np.float32)
        is_one = traits[:, 3] > 1.28
        traits[:, 3] = 40 + 9 * traits[:, 3]
        return list(zip(traits, is_one.tolist(), strict=True))

    monkeypatch.setattr(likeness, "collect", lambda *_: [picture() for _ in range(60)])

    found = fit_likeness(network, runtime, samples, SETTINGS)

    assert found["likeness_right"] > 0.9
    rows = picture()
    scores = network.likeness(torch.from_numpy(np.stack([traits for traits, _ in rows]))).sigmoid().numpy()
    assert np.mean((scores > 0.5) == [is_one for _, is_one in rows]) > 0.9
