"""The mean of weights before and after more training."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.weights import fill_network, save_weights
from training.builtin import mean


def make_network(seed: int) -> BuiltinNetwork:
    torch.manual_seed(seed)
    return BuiltinNetwork(BuiltinConfig.tiny())


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Write weights of the tiny network, of two seeds."""
    monkeypatch.setattr(mean, "BuiltinConfig", BuiltinConfig.tiny)
    paths = [tmp_path / "before.safetensors", tmp_path / "after.safetensors"]
    for seed, path in enumerate(paths):
        save_weights(make_network(seed), path)
    return paths


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_weights_move_that_share_of_the_way(share: float) -> None:
    moved, before, after = make_network(0), make_network(0).state_dict(), make_network(1).state_dict()

    mean.move_towards(moved, make_network(1), share)

    for name, value in moved.state_dict().items():
        expected = before[name] * (1 - share) + after[name] * share if value.is_floating_point() else before[name]
        torch.testing.assert_close(value, expected)


def test_the_mean_is_written(files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "mean.safetensors"
    monkeypatch.setattr(sys, "argv", ["mean", *map(str, files), "--out", str(out)])

    mean.main()

    half, first, second = (make_network(9) for _ in range(3))
    for network, path in zip((half, first, second), (out, *files), strict=True):
        fill_network(network, path)
    weight = (first.decoder.masks.weight + second.decoder.masks.weight) / 2
    torch.testing.assert_close(half.decoder.masks.weight, weight, atol=1e-3, rtol=1e-3)
    assert not torch.equal(first.decoder.masks.weight, second.decoder.masks.weight)


def test_a_share_beyond_one_is_refused(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["mean", *map(str, files), "--share", "1.5", "--out", str(tmp_path / "out")])

    with pytest.raises(SystemExit):
        mean.main()

    assert "it must be 0 to 1" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
