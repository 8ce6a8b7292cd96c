"""The fits after training change what is read off the network, not what it sees."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.weights import read_weights
from training.builtin.fit import fit
from training.builtin.pictures import PictureCache, list_pictures
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings

WritePicture = Callable[[Path, NDArray[np.uint16]], None]

SETTINGS = TrainingSettings(
    batch=2, sides=(64,), clicks_per_batch=2, score_batches=10, ranking_regions=3, likeness_pictures=2
)
FITTED = ("decoder.score.", "ranking.", "likeness.")


def test_fitting_writes_weights_that_differ_in_the_fitted_heads_only(
    tmp_path: Path, write_picture: WritePicture, six_discs: NDArray[np.uint16]
) -> None:
    write_picture(tmp_path / "discs" / "0.jpg", six_discs)
    samples = SampleMaker(PictureCache(list_pictures(tmp_path)), SETTINGS)
    torch.manual_seed(0)
    network = BuiltinNetwork(BuiltinConfig.tiny()).eval().requires_grad_(False)
    before = {name: value.clone() for name, value in network.state_dict().items()}

    found = fit(network, samples, samples, SETTINGS, tmp_path / "fitted.safetensors")

    assert {"score_error", "score_correlation"} <= set(found)
    changed = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    assert changed
    assert all(name.startswith(FITTED) for name in changed)
    written = read_weights(tmp_path / "fitted.safetensors")
    np.testing.assert_array_equal(written["ranking.start.0.bias"], network.ranking.start[0].bias.numpy())
