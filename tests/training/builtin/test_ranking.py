"""The ranking learns which guesses are good, and which lead to good ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.ranking import Floats
from sam3_annotator.model.builtin.runtime import Runtime
from sam3_annotator.model.builtin.traits import TRAITS
from sam3_annotator.model.builtin.weights import save_weights
from training.builtin import ranking
from training.builtin.pictures import PictureCache
from training.builtin.questions import Followed, OpenRuntime, Step, collect_in_shares
from training.builtin.ranking import fit_ranking
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings

WritePicture = Callable[[Path, NDArray[np.uint16]], None]

SETTINGS = TrainingSettings(ranking_regions=4)


@pytest.fixture
def network() -> BuiltinNetwork:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    return BuiltinNetwork(BuiltinConfig.tiny()).eval().requires_grad_(False)


@pytest.fixture
def open_runtime(network: BuiltinNetwork, tiny_graphs: Path, tmp_path: Path) -> OpenRuntime:
    save_weights(network, tmp_path / "network.safetensors")
    return partial(Runtime, tmp_path / "network.safetensors", network.config, tiny_graphs, 1)


def test_a_fitted_ranking_tells_good_guesses_from_bad_ones(
    disc_samples: SampleMaker, network: BuiltinNetwork, open_runtime: OpenRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The predicted IoU says nothing here, the doubt of the mask all; its scale and offset are arbitrary."""
    rng = np.random.default_rng(1)

    def guesses(count: int) -> tuple[Floats, Floats]:
        traits = rng.normal(0, 1, (count, TRAITS)).astype(np.float32)
        traits[:, 6] = 40 + 9 * traits[:, 6]
        return traits, np.asarray(1 / (1 + np.exp((traits[:, 6] - 40) / 4)), np.float32)

    def step() -> Step:
        """Answers tell by themselves how good they are, and a start how good its answers are."""
        seen = [guesses(3) for _ in range(rng.integers(2, 5))]
        starts = [np.where(np.arange(TRAITS) == 9, ious.max(), traits[0]) for traits, ious in seen]
        return [Followed(start.astype(np.float32), *one) for start, one in zip(starts, seen, strict=True)]

    monkeypatch.setattr(ranking, "collect_in_shares", lambda *_: [[step() for _ in range(6)] for _ in range(60)])

    found = fit_ranking(network, open_runtime, [disc_samples], SETTINGS)

    assert found["ranking_best"] - 0.01 < found["ranking_taken"] <= found["ranking_best"]
    traits, ious = guesses(9)
    assert int(network.ranking.rank_answers(torch.from_numpy(traits)).argmax()) == int(ious.argmax())
    starts = np.stack([one.start for one in step() + step() if one.start is not None])
    taken = int(network.ranking.rank_starts(torch.from_numpy(starts)).argmax())
    assert starts[taken, 9] > starts[:, 9].max() - 0.05


def test_regions_are_drawn_from_every_maker(
    disc_samples: SampleMaker, network: BuiltinNetwork, open_runtime: OpenRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[SampleMaker, int]] = []
    other = SampleMaker(PictureCache([]), SETTINGS)

    def take_down(_open: OpenRuntime, maker: SampleMaker, regions: int, *seed_and_workers: Any) -> list[list[Step]]:
        asked.append((maker, regions))
        return collect_in_shares(_open, disc_samples, regions, *seed_and_workers)

    monkeypatch.setattr(ranking, "collect_in_shares", take_down)

    fit_ranking(network, open_runtime, [disc_samples, other], SETTINGS)

    assert asked == [(disc_samples, 2), (other, 2)]


@pytest.mark.parametrize("guesses", [0, 1])
def test_too_little_to_learn_from_leaves_what_is_predicted(
    guesses: int,
    disc_samples: SampleMaker,
    network: BuiltinNetwork,
    open_runtime: OpenRuntime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No region large enough to ask for, or a box with a single answer."""
    step = [Followed(None, np.ones((1, TRAITS), np.float32), np.ones(1, np.float32))]
    monkeypatch.setattr(ranking, "collect_in_shares", lambda *_: [[step]] * guesses)
    traits = torch.randn(9, TRAITS)
    predicted = traits[:, 0]

    assert fit_ranking(network, open_runtime, [disc_samples], SETTINGS) == {}

    assert torch.equal(network.ranking.rank_answers(traits), predicted)
    assert torch.equal(network.ranking.rank_starts(traits), predicted)


def test_a_ranking_stays_as_it_was_where_there_is_nothing_to_learn_from(
    disc_samples: SampleMaker, network: BuiltinNetwork, open_runtime: OpenRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when weights are fitted again that were fitted before."""
    monkeypatch.setattr(ranking, "collect_in_shares", lambda *_: [])
    network.ranking.answer[2].bias.fill_(0.5)  # type: ignore[operator,union-attr]  # a linear layer's
    before = {name: value.clone() for name, value in network.ranking.state_dict().items()}

    fit_ranking(network, open_runtime, [disc_samples], SETTINGS)

    assert all(torch.equal(value, before[name]) for name, value in network.ranking.state_dict().items())
