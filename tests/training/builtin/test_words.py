"""Slips in the words of the programs that work on finished weights are told, before anything is made."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.weights import save_weights
from training.builtin import fit, mean, ranges

WritePicture = Callable[[Path, np.ndarray], None]


@pytest.fixture
def work(tmp_path: Path, write_picture: WritePicture, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go where there are a picture in `data`, weights of the tiny network, a file that is none, and a project."""
    labels = np.kron(np.eye(2, dtype=np.uint16), np.ones((40, 40), np.uint16))
    (tmp_path / "data").mkdir()
    (tmp_path / "empty").mkdir()
    for number in range(3):
        write_picture(tmp_path / "data" / "source" / f"{number}.jpg", labels)
    save_weights(BuiltinNetwork(BuiltinConfig.tiny()), tmp_path / "tiny.safetensors")
    (tmp_path / "broken.safetensors").write_bytes(b"no weights")
    (tmp_path / "misspelt.toml").write_text("updatse = 2")
    (tmp_path / "broken.toml").write_text("updates = ")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("program", [fit, ranges])
@pytest.mark.parametrize(
    ("slip", "sentence"),
    [
        ("--weights=lost.safetensors", "There is no file lost.safetensors."),
        ("--weights=broken.safetensors", "broken.safetensors"),
        ("--weights=tiny.safetensors", "tiny.safetensors does not fit"),
        ("--settings=lost.toml", "There is no file lost.toml."),
        ("--settings=misspelt.toml", "misspelt.toml holds no settings of a run: "),
        ("--settings=broken.toml", "broken.toml holds no settings of a run: "),
        ("--data=lost", "There is nothing to learn from in lost."),
        ("--data=empty", "There is nothing to learn from in empty."),
        ("--data=lost.sam3proj", "There is no project at"),
        ("--out=data", "data is a folder; name the file to write."),
        ("--out=lost/new.safetensors", "There is no folder lost to write new.safetensors into."),
    ],
)
def test_slip_in_the_words_is_told(
    program: ModuleType,
    slip: str,
    sentence: str,
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["--data=data", "--weights=tiny.safetensors", "--out=new.safetensors", slip]
    monkeypatch.setattr(sys, "argv", ["program", *words])

    with pytest.raises(SystemExit, match="2"):
        program.main()

    assert sentence in capsys.readouterr().err
    assert not (work / "new.safetensors").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["lost.safetensors", "tiny.safetensors", "--out=new.safetensors"], "There is no file lost.safetensors."),
        (["tiny.safetensors", "broken.safetensors", "--out=new.safetensors"], "broken.safetensors"),
        (["tiny.safetensors", "tiny.safetensors", "--out=lost/new.safetensors"], "There is no folder lost"),
    ],
)
def test_slip_in_what_to_take_the_mean_of_is_told(
    words: list[str],
    sentence: str,
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(mean, "BuiltinConfig", BuiltinConfig.tiny)
    monkeypatch.setattr(sys, "argv", ["mean", *words])

    with pytest.raises(SystemExit, match="2"):
        mean.main()

    assert sentence in capsys.readouterr().err
    assert not (work / "new.safetensors").exists()
