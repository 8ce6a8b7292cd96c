"""The weights file: what is written is read, and nothing else is taken."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from sam3_annotator.model import ModelUnavailable
from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.weights import FORMAT, load_network, save_weights


def test_a_loaded_network_answers_as_the_saved_one(tiny_network: BuiltinNetwork, tiny_weights: Path) -> None:
    view, maps = torch.randn(1, 3, 64, 64), torch.rand(1, 6, 64, 64)
    for module in tiny_network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_var.fill_(1e-9)  # as sparse prompt maps have; float16 would lose it
    save_weights(tiny_network, tiny_weights)

    loaded = load_network(tiny_weights, BuiltinConfig.tiny())

    with torch.no_grad():
        before = tiny_network(tiny_network.stem(view), maps).logits
        after = loaded(loaded.stem(view), maps).logits
    assert (after - before).std() < 0.02 * before.std()  # float16 on the way
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in loaded.modules())


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        load_network(tmp_path / "none.safetensors", BuiltinConfig.tiny())


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(1)}, tmp_path / "other.safetensors")

    with pytest.raises(ModelUnavailable, match="no weights file"):
        load_network(tmp_path / "other.safetensors", BuiltinConfig.tiny())


def test_a_file_that_lacks_a_weight_is_refused(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(1)}, tmp_path / "other.safetensors", metadata={"format": FORMAT})

    with pytest.raises(ModelUnavailable, match="does not fit"):
        load_network(tmp_path / "other.safetensors", BuiltinConfig.tiny())


def test_a_file_of_another_size_is_refused(tiny_weights: Path) -> None:
    with pytest.raises(ModelUnavailable, match="does not fit"):
        load_network(tiny_weights, BuiltinConfig())


def test_a_broken_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "broken.safetensors").write_bytes(b"no weights")

    with pytest.raises(ModelUnavailable, match="cannot be read"):
        load_network(tmp_path / "broken.safetensors", BuiltinConfig.tiny())


def test_weights_are_small_on_disk(tmp_path: Path) -> None:
    save_weights(BuiltinNetwork(BuiltinConfig()), tmp_path / "full.safetensors")

    assert (tmp_path / "full.safetensors").stat().st_size < 20_000_000
