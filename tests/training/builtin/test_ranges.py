"""Ranges are measured on what the session looks at, and rounding by them changes answers little."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.runtime import Runtime
from sam3_annotator.model.builtin.weights import read_weights, save_weights
from training.builtin import ranges
from training.builtin.ranges import find_range, measure_ranges
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings


@pytest.fixture
def network() -> BuiltinNetwork:
    torch.manual_seed(0)
    return BuiltinNetwork(BuiltinConfig.tiny()).eval().requires_grad_(False)


@pytest.fixture
def weights(network: BuiltinNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    torch.set_num_threads(1)
    monkeypatch.setattr(ranges, "REGIONS", 4)
    path = tmp_path / "tiny.safetensors"
    save_weights(network, path)
    return path


def test_rounded_by_measured_ranges_it_answers_nearly_the_same(
    network: BuiltinNetwork, weights: Path, tiny_graphs: Path, disc_samples: SampleMaker
) -> None:
    measured = measure_ranges(weights, network.config, tiny_graphs, disc_samples, TrainingSettings())
    assert measured is not None
    save_weights(network, weights, measured)

    exact, rounded = (Runtime(weights, network.config, tiny_graphs, in_float=one) for one in (True, False))

    assert rounded.is_in_int8
    rng = np.random.default_rng(0)
    stem = exact.encode(np.stack([disc_samples.draw(64, rng)[0] for _ in range(4)]))
    maps = np.zeros((4, 6, 64, 64), np.float32)
    expected, found = exact.answer(stem, maps).logits, rounded.answer(stem, maps).logits
    assert np.abs(found - expected).max() > 0
    assert np.abs(found - expected).mean() < 0.05 * expected.std()


def test_where_there_is_nothing_to_look_at_nothing_is_measured(
    network: BuiltinNetwork,
    weights: Path,
    tiny_graphs: Path,
    disc_samples: SampleMaker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("training.builtin.questions.LEAST_SHARE", 1.1)

    assert measure_ranges(weights, network.config, tiny_graphs, disc_samples, TrainingSettings()) is None


def test_a_range_holds_all_values_that_are_spread_evenly() -> None:
    low, high = find_range(np.linspace(-2, 5, 1000, dtype=np.float32))

    assert low == pytest.approx(-2, rel=0.03)
    assert high == pytest.approx(5, rel=0.03)


def test_a_range_leaves_out_few_values_that_are_far_off() -> None:
    near = np.random.default_rng(0).normal(0, 1, 100_000).astype(np.float32)

    low, high = find_range(np.append(near, np.float32(12)))

    assert near.max() < high < 11
    assert low == pytest.approx(near.min() * high / 12, rel=0.01)


def test_what_is_never_below_nothing_begins_there() -> None:
    assert find_range(np.array([1, 2, 3], np.float32))[0] == 0


def test_weights_are_written_with_the_ranges_and_otherwise_as_they_were(weights: Path, network: BuiltinNetwork) -> None:
    before = read_weights(weights)

    save_weights(network, weights, np.ones((3, 2), np.float32))

    after = read_weights(weights)
    assert after.pop("ranges").tolist() == [[1, 1]] * 3
    assert after.keys() == before.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before)
