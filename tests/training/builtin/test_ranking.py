"""The ranking learns which looks lead to good answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.ranking import TRAITS
from sam3_annotator.model.builtin.runtime import Runtime
from sam3_annotator.model.builtin.weights import save_weights
from training.builtin import ranking
from training.builtin.pictures import PictureCache, list_pictures
from training.builtin.ranking import Choice, collect, fit_ranking
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings

WritePicture = Callable[[Path, NDArray[np.uint16]], None]

SETTINGS = TrainingSettings(ranking_regions=4)


@pytest.fixture
def samples(tmp_path: Path, write_picture: WritePicture) -> SampleMaker:
    """Pictures of a bright disc on noise."""
    labels = np.zeros((120, 160), np.uint16)
    cv2.circle(labels, (50, 60), 25, 1, cv2.FILLED)
    for number in range(3):
        write_picture(tmp_path / "discs" / f"{number}.jpg", labels)
    return SampleMaker(PictureCache(list_pictures(tmp_path)), SETTINGS)


@pytest.fixture
def network() -> BuiltinNetwork:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    return BuiltinNetwork(BuiltinConfig.tiny()).eval().requires_grad_(False)


@pytest.fixture
def runtime(network: BuiltinNetwork, tiny_graphs: Path, tmp_path: Path) -> Runtime:
    save_weights(network, tmp_path / "network.safetensors")
    return Runtime(tmp_path / "network.safetensors", network.config, tiny_graphs)


def test_first_looks_and_closer_ones_are_collected_with_what_they_led_to(
    samples: SampleMaker, runtime: Runtime
) -> None:
    regions = collect(runtime, samples, SETTINGS)

    assert len(regions) == 4
    traits = np.stack([one for region in regions for choice in region for one, _ in choice])
    assert traits.shape[1] == TRAITS
    assert set(traits[:, 15]) == {0, 1}  # first looks and closer ones
    assert set(traits[:, 10]) == {0, 1}  # found anew and gone on from the answer before
    assert all(0 <= iou <= 1 for region in regions for choice in region for _, iou in choice)


def test_a_fitted_ranking_tells_good_looks_from_bad_ones(
    samples: SampleMaker, network: BuiltinNetwork, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The predicted IoU says nothing here, the doubt of the mask all; its scale and offset are arbitrary."""
    rng = np.random.default_rng(1)

    def choice() -> Choice:
        traits = rng.normal(0, 1, (rng.integers(2, 5), TRAITS)).astype(np.float32)
        traits[:, 4] = 40 + 9 * traits[:, 4]
        return [(one, float(1 / (1 + np.exp((one[4] - 40) / 4)))) for one in traits]

    monkeypatch.setattr(ranking, "collect", lambda *_: [[choice() for _ in range(6)] for _ in range(60)])

    found = fit_ranking(network, runtime, samples, SETTINGS)

    assert found["ranking_best"] - 0.01 < found["ranking_taken"] <= found["ranking_best"]
    test = max((choice() for _ in range(9)), key=len)
    expected = network.ranking(torch.from_numpy(np.stack([traits for traits, _ in test])))
    assert int(expected.argmax()) == int(np.argmax([iou for _, iou in test]))
