"""Which files of a folder are a model's weights is decided once, for the catalogue and the loader."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest

from sam3_annotator.model import ModelUnavailable
from sam3_annotator.model.weights_files import find_weights, looks_like_weights

INDEX = "model.safetensors.index.json"
PARTS = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")


def fill(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(b"some bytes")


def write_index(folder: Path) -> None:
    # The second part is named first, as tensors come in any order.
    (folder / INDEX).write_text(json.dumps({"weight_map": {"a": PARTS[1], "b": PARTS[0], "c": PARTS[1]}}))


def test_a_file_stands_for_itself(tmp_path: Path) -> None:
    fill(tmp_path, "some.pt", "model.safetensors")

    found = find_weights(tmp_path / "some.pt")

    assert (found.path, found.parts) == (tmp_path / "some.pt", (tmp_path / "some.pt",))


@pytest.mark.parametrize("name", ["sam3.pt", "sam3.1_multiplex.pt", "model.safetensors", "tuned.safetensors", "a.ckpt"])
def test_a_folder_stands_for_the_only_weights_in_it(name: str, tmp_path: Path) -> None:
    fill(tmp_path, name, f"._{name}", "config.json", "merges.txt")

    assert find_weights(tmp_path).parts == (tmp_path / name,)


@pytest.mark.parametrize("usual", ["model.safetensors", "sam3.pt"])
def test_the_usual_name_counts_among_others(usual: str, tmp_path: Path) -> None:
    fill(tmp_path, "another.safetensors", usual, "optimizer.pt")

    assert find_weights(tmp_path).path == tmp_path / usual


@pytest.mark.parametrize("place", [".", INDEX])
def test_an_index_stands_for_its_parts_by_name(place: str, tmp_path: Path) -> None:
    fill(tmp_path, *PARTS, "sam3.pt")
    write_index(tmp_path)

    found = find_weights(tmp_path / place)

    assert found.path == tmp_path / INDEX
    assert found.parts == tuple(tmp_path / part for part in PARTS)


def test_a_stamp_tells_size_and_last_change_of_all_parts(tmp_path: Path) -> None:
    fill(tmp_path, *PARTS)
    write_index(tmp_path)
    os.utime(tmp_path / PARTS[0], ns=(500, 500))  # Windows counts in hundreds
    os.utime(tmp_path / PARTS[1], ns=(300, 300))

    assert find_weights(tmp_path).stamp() == (20, 500)


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    fill(tmp_path, PARTS[0])
    write_index(tmp_path)

    with pytest.raises(ModelUnavailable, match=r"model-00002-of-00002\.safetensors is missing, a part of the model"):
        find_weights(tmp_path)


@pytest.mark.parametrize(
    "contents",
    [
        "{",
        "{}",
        '{"weight_map": {}}',
        '{"weight_map": {"a": "../../etc/passwd"}}',
        '{"weight_map": {"a": ".."}}',
        '{"weight_map": {"a": ""}}',
        '{"weight_map": {"a": "sam3.pt"}}',
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_an_index_that_makes_no_sense_is_a_sentence(contents: str, tmp_path: Path) -> None:
    (tmp_path / INDEX).write_text(contents)

    with pytest.raises(ModelUnavailable, match="not the index of a model's parts"):
        find_weights(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="There are no pipes with a name here.")
def test_a_pipe_is_no_weights(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "sam3.pt")

    with pytest.raises(ModelUnavailable, match="There is no file or folder"):
        find_weights(tmp_path / "sam3.pt")


def test_what_the_system_does_not_look_at_is_a_sentence(tmp_path: Path) -> None:
    sentence = "There is no file" if sys.platform == "win32" else "cannot be read"
    with pytest.raises(ModelUnavailable, match=sentence):
        find_weights(tmp_path / ("x" * 300))


def test_a_folder_with_several_checkpoints_needs_a_choice(tmp_path: Path) -> None:
    fill(tmp_path, "a.safetensors", "b.pt")

    with pytest.raises(ModelUnavailable, match="holds 2 checkpoints; choose one of the files"):
        find_weights(tmp_path)


def test_a_folder_without_weights_is_a_sentence(tmp_path: Path) -> None:
    fill(tmp_path, "photo.jpg")

    with pytest.raises(ModelUnavailable, match=f"The folder {re.escape(str(tmp_path))} has no weights in it"):
        find_weights(tmp_path)


def test_a_place_where_nothing_is_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="There is no file or folder"):
        find_weights(tmp_path / "nowhere.pt")


@pytest.mark.parametrize("name", ["sam3.pt", "MODEL.SAFETENSORS", "model.safetensors.index.json"])
def test_weights_are_known_by_their_name_and_their_folder_by_them(tmp_path: Path, name: str) -> None:
    assert not looks_like_weights(tmp_path)

    (tmp_path / name).touch()

    assert looks_like_weights(tmp_path / name)
    assert looks_like_weights(tmp_path)


@pytest.mark.parametrize("name", ["photo.jpg", "annotations.json", "gone/photo.png"])
def test_other_files_are_no_weights(tmp_path: Path, name: str) -> None:
    assert not looks_like_weights(tmp_path / name)
