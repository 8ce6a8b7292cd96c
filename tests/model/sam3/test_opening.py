"""A checkpoint becomes a session on the device and in the dtype asked for, or a sentence."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sam3_annotator.model import Cancelled, ConceptPrompt, ModelUnavailable
from sam3_annotator.model.machine import device
from sam3_annotator.model.network import packed_linear
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.sam3 import open_sam3
from sam3_annotator.model.sam3.session import Sam3Session


def test_an_opened_checkpoint_answers_as_the_network_it_was_written_from(
    checkpoint: Path, tiny_session: Sam3Session, image: NDArray[np.uint8]
) -> None:
    opened = open_sam3(checkpoint, "cpu", "float32", config=Sam3Config.tiny())

    mine, expected = (
        session.detect(session.embed(image), ConceptPrompt("cat"), threshold=0) for session in (opened, tiny_session)
    )
    # Packed weights add up in another order.
    np.testing.assert_allclose(mine.scores, expected.scores, rtol=1e-4)
    assert mine.masks.shape == expected.masks.shape
    assert (mine.masks == expected.masks).mean() > 0.9999


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_weights_are_packed_where_they_can_be(checkpoint: Path, dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    packed: list[torch.dtype] = []
    monkeypatch.setattr(
        packed_linear, "pack_linear_layers", lambda network: packed.append(network.no_memory_embedding.dtype)
    )

    open_sam3(checkpoint, "cpu", dtype, config=Sam3Config.tiny())

    assert packed == [getattr(torch, dtype)]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_it_computes_in_the_dtype_asked_for(checkpoint: Path, image: NDArray[np.uint8], dtype: str) -> None:
    opened = open_sam3(checkpoint, "cpu", dtype, config=Sam3Config.tiny())

    assert opened.embed(image).encoded.dtype == getattr(torch, dtype)
    assert opened.device == "CPU"


def test_a_card_would_not_round_what_it_multiplies_in_float32(checkpoint: Path) -> None:
    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = True

    open_sam3(checkpoint, "cpu", "float32", config=Sam3Config.tiny())

    now, torch.backends.cudnn.allow_tf32 = torch.backends.cudnn.allow_tf32, before
    assert not now


@pytest.mark.parametrize(
    ("file_name", "name"), [("sam3.pt", "SAM 3"), ("model.pt", "SAM 3"), ("potholes.pt", "SAM 3 (potholes)")]
)
def test_a_checkpoint_that_is_not_the_published_one_is_called_by_its_name(
    file_name: str, name: str, checkpoint: Path, tmp_path: Path
) -> None:
    path = tmp_path / file_name
    shutil.copyfile(checkpoint, path)

    assert open_sam3(path, config=Sam3Config.tiny()).name == name


def test_loading_tells_how_far_it_is(checkpoint: Path) -> None:
    told: list[tuple[int, int, str]] = []

    # In a dtype that is given: what `auto` tries besides depends on the processor.
    open_sam3(checkpoint, dtype="float32", config=Sam3Config.tiny(), progress=lambda *news: told.append(news))

    assert [activity for *_, activity in told[:3]] == ["Starting PyTorch", "Reading the file", "Building the network"]
    done, total, activity = told[-1]
    assert done == total > 0
    assert re.fullmatch(r"Filling (\d+) of \1 weights", activity)


def test_loading_can_be_cancelled(checkpoint: Path) -> None:
    def cancel(*_: object) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        open_sam3(checkpoint, config=Sam3Config.tiny(), progress=cancel)


@pytest.mark.parametrize("words", [("gpu", "auto"), ("auto", "float64")])
def test_a_wrong_word_is_told_before_the_file_is_read(words: tuple[str, str], tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="choose auto"):
        open_sam3(tmp_path / "nothing.pt", *words)


def test_weights_that_overflow_in_float16_are_loaded_in_bfloat16_unless_asked_for(
    checkpoint: Path, image: NDArray[np.uint8], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device, "_choose_dtype_for", lambda _: torch.float16)
    weights = torch.load(checkpoint, weights_only=True)
    widest = next(name for name in weights if name.endswith("blocks.0.mlp.fc2.weight"))
    weights[widest] = torch.full_like(weights[widest], 60000.0)
    torch.save(weights, tmp_path / "wide.pt")

    kept = open_sam3(checkpoint, "cpu", "auto", config=Sam3Config.tiny())
    widened = open_sam3(tmp_path / "wide.pt", "cpu", "auto", config=Sam3Config.tiny())

    assert kept.embed(image).encoded.dtype == torch.float16
    assert widened.embed(image).encoded.dtype == torch.bfloat16
