"""The weights file: what is written is read, and nothing else is taken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from sam3_annotator.model import ModelUnavailable
from sam3_annotator.model.builtin import FORMAT_NAME, weights
from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.weights import FORMAT, fill_network, read_weights, save_weights


def test_a_filled_network_has_the_saved_weights(tiny_network: BuiltinNetwork, tiny_weights: Path) -> None:
    for module in tiny_network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_var.fill_(1e-9)  # as sparse prompt maps have; float16 would lose it
    save_weights(tiny_network, tiny_weights)
    filled = BuiltinNetwork(BuiltinConfig.tiny())

    fill_network(filled, tiny_weights)

    for name, value in filled.state_dict().items():
        torch.testing.assert_close(
            value, tiny_network.state_dict()[name], atol=1e-3, rtol=1e-3 if value.ndim > 1 else 0
        )
    assert filled.state_dict()["prompts.fold.0.1.running_var"].unique().item() == pytest.approx(1e-9)


def test_weights_that_float16_cannot_hold_are_not_written(tiny_network: BuiltinNetwork, tmp_path: Path) -> None:
    tiny_network.decoder.masks.weight.data[0, 0] = 7e4

    with pytest.raises(FloatingPointError, match=r"decoder\.masks\.weight .* too large for float16"):
        save_weights(tiny_network, tmp_path / "new.safetensors")

    assert not (tmp_path / "new.safetensors").exists()


def test_weights_are_read_as_float32(tiny_weights: Path) -> None:
    assert {value.dtype for value in read_weights(tiny_weights).values()} == {np.dtype(np.float32)}


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        read_weights(tmp_path / "none.safetensors")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    save_file({"a": np.zeros(1)}, tmp_path / "other.safetensors")

    with pytest.raises(ModelUnavailable, match="no weights file"):
        read_weights(tmp_path / "other.safetensors")


def test_a_broken_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "broken.safetensors").write_bytes(b"no weights")

    with pytest.raises(ModelUnavailable, match="cannot be read"):
        read_weights(tmp_path / "broken.safetensors")


@pytest.mark.parametrize(
    ("metadata", "problem"),
    [({"format": f"{FORMAT_NAME} 0"}, "is no weights file"), ({"format": FORMAT}, "does not fit"), (None, "be read")],
)
@pytest.mark.parametrize("is_shipped", [True, False])
def test_only_the_shipped_weights_come_back_with_the_program(
    metadata: dict[str, str] | None,
    problem: str,
    is_shipped: bool,
    tiny_network: BuiltinNetwork,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "own.safetensors"
    if metadata is None:
        path.write_bytes(b"no weights")
    else:
        save_file({"a": np.zeros(1)}, path, metadata=metadata)
    if is_shipped:
        monkeypatch.setattr(weights, "shipped_weights", lambda: path)

    with pytest.raises(ModelUnavailable) as raised:
        fill_network(tiny_network, path)

    told = str(raised.value)
    assert problem in told
    assert ("reinstall the program" in told) == is_shipped
    assert ("weights made for this version" in told or "from where it came" in told) != is_shipped


def test_a_network_is_not_filled_from_a_file_that_lacks_a_weight(tmp_path: Path) -> None:
    save_file({"a": np.zeros(1)}, tmp_path / "other.safetensors", metadata={"format": FORMAT})

    with pytest.raises(ModelUnavailable, match="does not fit"):
        fill_network(BuiltinNetwork(BuiltinConfig.tiny()), tmp_path / "other.safetensors")


def test_a_network_is_not_filled_from_a_file_of_another_size(tiny_weights: Path) -> None:
    with pytest.raises(ModelUnavailable, match="does not fit"):
        fill_network(BuiltinNetwork(BuiltinConfig()), tiny_weights)


def test_weights_are_small_on_disk(tmp_path: Path) -> None:
    save_weights(BuiltinNetwork(BuiltinConfig()), tmp_path / "full.safetensors")

    assert (tmp_path / "full.safetensors").stat().st_size < 20_000_000
