"""Checkpoints are recognised by what is in them, without being loaded or run."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from sam3_annotator.model import ModelUnavailable
from sam3_annotator.model.catalog.contents import look_into
from sam3_annotator.paths import resources_dir

MakeCheckpoint = Callable[..., Path]
MakeParts = Callable[[str, list[str]], Path]
AS_HUGGING_FACE = "as Hugging Face names things"


def with_length(header: bytes) -> bytes:
    """Give a safetensors file that consists of this header."""
    return len(header).to_bytes(8, "little") + header


def test_built_in_weights_are_recognised() -> None:
    found = look_into(resources_dir() / "builtin" / "builtin.safetensors")

    assert (found.kind, found.container, found.dtype) == ("weights of the built-in model", "safetensors", "float16")
    assert found.parameters > 3_000_000


@pytest.mark.parametrize(
    ("tensor", "kind", "is_loadable"),
    [
        ("detector.backbone.vision_backbone.trunk.x", "a file of SAM 3 as Meta names things", True),
        ("module.backbone.vision_backbone.trunk.x", "a file of SAM 3 as Meta names things", True),
        ("detector_model.vision_encoder.backbone.x", f"a file of SAM 3 {AS_HUGGING_FACE}", True),
        ("detector.backbone.vision_backbone.interactive_convs.0.x", "a file of SAM 3.1", True),
        ("detr_decoder.x", f"the detector of SAM 3 alone {AS_HUGGING_FACE}, which takes phrases and exemplars", True),
        (
            "tracker_model.prompt_encoder.x",
            f"the click model of SAM 3 alone {AS_HUGGING_FACE}, which takes points, boxes and masks",
            True,
        ),
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


def test_parts_are_counted_as_one_model(make_parts: MakeParts) -> None:
    index = make_parts("folder", ["detector_model.vision_encoder.backbone.x", "tracker_model.y"])

    found = look_into(index.parent)

    assert (found.file, found.parts, found.container) == (index, 2, "safetensors")
    assert (found.kind, found.is_loadable) == ("a file of SAM 3 as Hugging Face names things", True)
    assert (found.tensors, found.parameters) == (2, 20)


def test_part_that_did_not_arrive_whole_is_told(make_parts: MakeParts) -> None:
    index = make_parts("folder", ["detector_model.a", "detector_model.b"])
    part = index.parent / "model-00002-of-00002.safetensors"
    part.write_bytes(part.read_bytes()[:-8])

    with pytest.raises(ModelUnavailable, match=r"index\.json is no checkpoint .* or it is incomplete"):
        look_into(index.parent)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"short",
        b"\xff" * 64,
        b"PK\x03\x04 cut off",
        b"version https://git-lfs",
        with_length(b"[]"),
        with_length(b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [4]}}'),
        with_length(b'{"a": {"dtype": 3, "shape": [0], "data_offsets": [0, 0]}}'),
        pytest.param(with_length(b'{"a":' + b"[" * 100_000), id="deep"),
    ],
)
def test_file_that_is_no_checkpoint_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "sam3.pt").write_bytes(content)

    with pytest.raises(ModelUnavailable, match=r"sam3\.pt (is|only says) "):
        look_into(tmp_path / "sam3.pt")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"<html>Sign in</html>", "is a web page, not weights"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "fetch them with “git lfs pull”"),
    ],
)
def test_what_a_download_left_instead_of_weights_is_called_by_name(
    content: bytes, sentence: str, tmp_path: Path
) -> None:
    (tmp_path / "sam3.pt").write_bytes(content)

    with pytest.raises(ModelUnavailable, match=sentence):
        look_into(tmp_path / "sam3.pt")


def test_damaged_archive_is_told(tmp_path: Path) -> None:
    torch.save({"a": torch.zeros(1)}, tmp_path / "sam3.pt")
    whole = (tmp_path / "sam3.pt").read_bytes()
    (tmp_path / "sam3.pt").write_bytes(whole.replace(b"PK\x01\x02\x00\x00\x00", b"PK\x01\x02\x00\x00\xff"))

    with pytest.raises(ModelUnavailable, match="is no checkpoint"):
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
