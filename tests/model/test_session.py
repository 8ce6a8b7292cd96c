"""`open_session` takes names, names of the catalogue and paths, and says what it cannot open."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sam3_annotator.model import Catalog, ModelUnavailable, open_session
from sam3_annotator.paths import resources_dir


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the built-in model's weights to a place of the user's own."""
    return shutil.copyfile(resources_dir() / "builtin" / "builtin.safetensors", tmp_path / "trained on.safetensors")


def test_added_model_is_opened_by_its_name(copy: Path) -> None:
    Catalog().add(copy, "mine")

    assert "points" in open_session("mine").capabilities


def test_model_is_opened_by_its_path(copy: Path) -> None:
    assert "points" in open_session(str(copy)).capabilities


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nothing", "There is no model named “nothing”"),
        ("sam3", "SAM 3 is not downloaded yet"),
        ("nowhere/sam3.pt", "There is no model named “nowhere/sam3.pt”"),
    ],
)
def test_model_that_is_not_there_is_told(name: str, sentence: str) -> None:
    with pytest.raises(ModelUnavailable, match=sentence):
        open_session(name)


@pytest.mark.parametrize("asked", [{"device": "cuda"}, {"dtype": "float16"}])
def test_built_in_model_computes_on_the_processor_only(asked: dict[str, str]) -> None:
    with pytest.raises(ModelUnavailable, match="computes on the CPU in float32"):
        open_session("builtin", **asked)
