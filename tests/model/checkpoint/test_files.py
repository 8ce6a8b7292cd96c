"""Files that are no weights are told apart by what is in them."""

from __future__ import annotations

import datetime as dt
import pickle
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from sam3_annotator.model import ModelUnavailable
from sam3_annotator.model.checkpoint.files import let_go, open_weights


def refusal(path: Path) -> str:
    with pytest.raises(ModelUnavailable) as refused:
        open_weights(path).map()
    assert str(path) in str(refused.value)
    return str(refused.value)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    assert "There is no file" in refusal(tmp_path / "sam3.pt")


def test_an_empty_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "sam3.pt").touch()

    assert "is empty" in refusal(tmp_path / "sam3.pt")


@pytest.mark.parametrize(
    ("contents", "sentence"),
    [
        (b"<!DOCTYPE html><html><title>Sign in</title></html>", "is a web page"),
        (b"\n  <html></html>", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:99\nsize 3\n", "git lfs pull"),
        (b"Access to model facebook/sam3 is restricted.", "is a text, “Access to model facebook/sam3"),
        (b'{"error": "not found"}', "is a text"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "is not a weights file"),
        (pickle.dumps({"a": 1}), "is a pickle as old versions of PyTorch wrote them"),
    ],
)
def test_what_a_download_left_instead_of_weights_is_called_by_name(
    contents: bytes, sentence: str, tmp_path: Path
) -> None:
    (tmp_path / "model.safetensors").write_bytes(contents)

    assert sentence in refusal(tmp_path / "model.safetensors")


@pytest.mark.parametrize("kept", [0.999, 0.5, 0.01])
def test_a_file_that_was_cut_off_says_how_much_there_is(kept: float, tmp_path: Path) -> None:
    tensors = {f"layer{index}": torch.zeros(1000) for index in range(10)}
    torch.save(tensors, tmp_path / "sam3.pt")
    save_file(tensors, tmp_path / "model.safetensors")
    for path in (tmp_path / "sam3.pt", tmp_path / "model.safetensors"):
        whole = path.read_bytes()
        path.write_bytes(whole[: int(kept * len(whole))])

        assert "is damaged or was cut off" in refusal(path)


def test_a_pickle_that_is_damaged_inside_its_archive_is_a_sentence(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "sam3.pt", "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02}q\x00(X\x05")
        archive.writestr("archive/version", b"3\n")

    assert "is damaged" in refusal(tmp_path / "sam3.pt")


class Marker:
    """Leaves a file behind when it is unpickled with its code."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


def test_numbers_that_pytorch_does_not_have_are_a_sentence(tmp_path: Path) -> None:
    header = b'{"a":{"dtype":"F6_E2M3","shape":[8],"data_offsets":[0,6]}}'
    (tmp_path / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(6))

    assert "no numbers such as those of “a”" in refusal(tmp_path / "model.safetensors")


@pytest.mark.parametrize(
    "damage", [(b"archive/data.pkl", b"archive/d\xfft\xff.pkl"), (b"PK\x01\x02\x00\x00\x00", b"PK\x01\x02\x00\x00\xff")]
)
def test_a_damaged_archive_is_a_sentence(damage: tuple[bytes, bytes], tmp_path: Path) -> None:
    torch.save({"a": torch.zeros(1)}, tmp_path / "archive.pt")
    whole = (tmp_path / "archive.pt").read_bytes()
    (tmp_path / "archive.pt").write_bytes(whole.replace(*damage))
    assert whole.count(damage[0])

    assert "is damaged" in refusal(tmp_path / "archive.pt")


def test_code_in_a_file_is_never_run(tmp_path: Path) -> None:
    torch.save({"model": {"a": torch.zeros(1)}, "epoch": Marker(tmp_path / "run")}, tmp_path / "sam3.pt")

    assert "objects of a program" in refusal(tmp_path / "sam3.pt")
    assert not (tmp_path / "run").exists()


def test_other_objects_among_the_tensors_are_refused(tmp_path: Path) -> None:
    torch.save({"a": torch.zeros(1), "epoch": 3}, tmp_path / "numbers.pt")
    torch.save([torch.zeros(1)], tmp_path / "list.pt")
    torch.save({"a": torch.zeros(1), "made": dt.date(2025, 11, 19)}, tmp_path / "date.pt")

    torch.save({"a": torch.zeros(1), "promised": torch.zeros(1, device="meta")}, tmp_path / "offloaded.pt")

    assert "“epoch”" in refusal(tmp_path / "numbers.pt")
    assert "“promised”" in refusal(tmp_path / "offloaded.pt")
    assert "no tensors with names" in refusal(tmp_path / "list.pt")
    assert "objects of a program" in refusal(tmp_path / "date.pt")


def test_an_archive_of_another_kind_is_a_sentence(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "sam3.pt", "w") as archive:
        archive.writestr("readme.txt", "hello")

    assert "is an archive, but not one of weights" in refusal(tmp_path / "sam3.pt")


def mapped_bytes(path: Path) -> int:
    """Say how much of a file is in this program's memory."""
    total = 0
    is_of_the_file = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if not line[0].isupper():
            is_of_the_file = line.endswith(str(path))
        elif is_of_the_file and line.startswith("Rss:"):
            total += int(line.split()[1]) * 1024
    return total


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux says what of a file is in memory.")
@pytest.mark.parametrize("name", ["sam3.pt", "model.safetensors"])
def test_a_tensor_is_in_memory_from_when_it_is_looked_at_until_it_is_let_go_of(name: str, tmp_path: Path) -> None:
    tensors = {"small": torch.ones(10), "large": torch.ones(1 << 22)}
    if name.endswith(".pt"):
        torch.save(tensors, tmp_path / name)
    else:
        save_file(tensors, tmp_path / name)
    size = tensors["large"].nbytes

    mapped = open_weights(tmp_path / name).map()
    assert mapped_bytes(tmp_path / name) < 0.2 * size
    assert mapped["large"].sum() == 1 << 22
    assert mapped_bytes(tmp_path / name) >= size
    let_go(mapped["large"])
    assert mapped_bytes(tmp_path / name) < 0.2 * size

    assert torch.equal(mapped["large"], tensors["large"])  # it comes back if need be
    assert torch.equal(mapped["small"], tensors["small"])
    del mapped
    assert str(tmp_path / name) not in Path("/proc/self/maps").read_text()  # else Windows could not delete it
