"""The fits after training change what is read off the network, not what it sees."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.weights import load_network
from training.builtin.fit import fit
from training.builtin.pictures import PictureCache, list_pictures
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings

SETTINGS = TrainingSettings(
    batch=2, sides=((0.0, 64),), clicks_per_batch=2, score_batches=10, ranking_regions=3, likeness_pictures=2
)
FITTED = ("decoder.score.", "ranking.", "likeness.")


def test_fitting_writes_weights_that_differ_in_the_fitted_heads_only(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    (tmp_path / "discs").mkdir()
    pixels = rng.integers(0, 90, (120, 160, 3)).astype(np.uint8)
    labels = np.zeros((120, 160), np.uint16)
    for number in range(6):
        cv2.circle(labels, (30 + number % 3 * 50, 30 + number // 3 * 60), 16, number + 1, cv2.FILLED)
    pixels[labels > 0] = (40, 220, 220)
    cv2.imwrite(str(tmp_path / "discs" / "0.jpg"), pixels)
    cv2.imwrite(str(tmp_path / "discs" / "0.png"), labels)
    samples = SampleMaker(PictureCache(list_pictures(tmp_path)), SETTINGS)
    torch.manual_seed(0)
    network = BuiltinNetwork(BuiltinConfig.tiny()).eval().requires_grad_(False)
    before = {name: value.clone() for name, value in network.state_dict().items()}

    found = fit(network, samples, SETTINGS, tmp_path / "fitted.safetensors")

    assert {"score_error", "score_correlation"} <= set(found)
    changed = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    assert changed
    assert all(name.startswith(FITTED) for name in changed)
    written = load_network(tmp_path / "fitted.safetensors", BuiltinConfig.tiny())
    torch.testing.assert_close(written.ranking.mlp[0].bias, network.ranking.mlp[0].bias)
