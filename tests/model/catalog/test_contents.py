"""Checkpoints are recognised by what is in them, without being loaded or run."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from sam3_annotator.model import ModelUnavailable
from sam3_annotator.model.catalog.contents import look_into, weights_file
from sam3_annotator.paths import resources_dir

MakeCheckpoint = Callable[..., Path]


def test_built_in_weights_are_recognised() -> None:
    found = look_into(resources_dir() / "builtin" / "builtin.safetensors")

    assert (found.kind, found.container, found.dtype) == ("weights of the built-in model", "safetensors", "float16")
    assert found.parameters > 3_000_000


@pytest.mark.parametrize(
    ("tensor", "kind", "is_loadable"),
    [
        ("detector.backbone.vision_backbone.trunk.x", "a file of SAM 3 as Meta names things", True),
        ("module.backbone.vision_backbone.trunk.x", "a file of SAM 3 as Meta names things", True),
        ("detector_model.vision_encoder.backbone.x", "a file of SAM 3 as Hugging Face names things", True),
        ("detector.backbone.vision_backbone.interactive_convs.0.x", "a file of SAM 3.1", True),
        ("image_encoder.trunk.blocks.0.x", "weights of SAM 2", False),
        ("model.layers.0.weight", "weights of another model than SAM 3", False),
    ],
)
def test_kind_follows_from_the_names_of_the_tensors(
    tensor: str, kind: str, is_loadable: bool, make_checkpoint: MakeCheckpoint
) -> None:
    found = look_into(make_checkpoint("some.safetensors", tensor))

    assert (found.kind, found.is_loadable) == (kind, is_loadable)
    assert (found.tensors, found.parameters, found.dtype) == (1, 10, "float32")


def test_file_that_torch_saved_is_recognised_and_counted(tmp_path: Path) -> None:
    weights = {
        "detector.backbone.vision_backbone.trunk.a": torch.zeros(3, 4),
        "detector.backbone.vision_backbone.trunk.b": torch.zeros(5),
        "detector.backbone.vision_backbone.trunk.freqs_cis": torch.zeros(2, dtype=torch.complex64),
    }
    torch.save({"model": weights}, tmp_path / "sam3.pt")

    found = look_into(tmp_path / "sam3.pt")

    assert (found.container, found.dtype) == ("PyTorch", "float32")
    assert found.kind == "a file of SAM 3 as Meta names things"
    assert (found.tensors, found.parameters) == (3, 19)


def test_pickle_is_not_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
            return os.mkdir, (str(tmp_path / "sprung"),)

    torch.save({"trap": Trap(), "x": torch.zeros(3)}, tmp_path / "trap.pt")

    assert look_into(tmp_path / "trap.pt").parameters == 3
    assert not (tmp_path / "sprung").exists()


def test_folder_stands_for_the_weights_in_it(make_checkpoint: MakeCheckpoint) -> None:
    make_checkpoint("folder/other.safetensors")
    usual = make_checkpoint("folder/model.safetensors")
    only = make_checkpoint("another/tuned.safetensors")

    assert weights_file(usual.parent) == usual
    assert weights_file(only.parent) == only


def test_folder_with_several_checkpoints_needs_a_choice(make_checkpoint: MakeCheckpoint) -> None:
    make_checkpoint("folder/a.safetensors")
    folder = make_checkpoint("folder/b.safetensors").parent

    with pytest.raises(ModelUnavailable, match="holds 2 checkpoints; choose one of the files"):
        look_into(folder)


def test_folder_without_a_checkpoint_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=f"The folder {tmp_path} holds no checkpoint"):
        look_into(tmp_path)


def test_place_where_nothing_is_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="There is no file or folder"):
        look_into(tmp_path / "nowhere.pt")


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 64, b"PK\x03\x04 cut off", b"version https://git-lfs"])
def test_file_that_is_no_checkpoint_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "sam3.pt").write_bytes(content)

    with pytest.raises(ModelUnavailable, match=r"sam3\.pt is no checkpoint that can be used"):
        look_into(tmp_path / "sam3.pt")


def test_file_that_did_not_arrive_whole_is_told(make_checkpoint: MakeCheckpoint) -> None:
    path = make_checkpoint("cut.safetensors")
    path.write_bytes(path.read_bytes()[:-8])

    with pytest.raises(ModelUnavailable, match="or it is incomplete"):
        look_into(path)


def test_archive_of_something_else_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        archive.writestr("photo.txt", "a photo")

    with pytest.raises(ModelUnavailable, match="is no checkpoint"):
        look_into(tmp_path / "photos.zip")
