"""The file of an embedding gives back what was put in, or says that it cannot."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import example, given, strategies as st
from safetensors.torch import save

from sam3_annotator.model import PackedEmbedding
from sam3_annotator.model.embedding_cache.file_format import decode_file, encode_file

PACKED = PackedEmbedding((30, 40), {"values": torch.arange(64, dtype=torch.float32), "more": torch.ones(3, 2)})
DATA = encode_file("image weights", PACKED)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16, torch.uint8])
def test_every_dtype_comes_back_bit_for_bit(dtype: torch.dtype) -> None:
    values = torch.linspace(0, 200, 60).reshape(1, 3, 4, 5).to(dtype)

    read = decode_file("key", encode_file("key", PackedEmbedding((3, 4), {"values": values})))

    assert read.image_size == (3, 4)
    assert read.tensors["values"].dtype == dtype
    assert torch.equal(read.tensors["values"], values)


def test_a_file_says_what_it_is_to_whoever_opens_it(tmp_path: Any) -> None:
    from safetensors import safe_open

    (tmp_path / "file.safetensors").write_bytes(DATA)

    with safe_open(tmp_path / "file.safetensors", framework="np") as file:
        metadata = file.metadata()

    assert metadata["format"] == "sam3-annotator embedding"
    assert (metadata["version"], metadata["key"], metadata["image_size"]) == ("2", "image weights", "30 40")


def test_the_file_of_another_key_is_refused() -> None:
    with pytest.raises(ValueError, match="something else"):
        decode_file("another image weights", DATA)


def test_a_file_of_another_version_is_refused() -> None:
    newer = DATA.replace(b'"version":"2"', b'"version":"3"')
    assert newer != DATA

    with pytest.raises(ValueError, match="something else"):
        decode_file("image weights", newer)


@pytest.mark.parametrize(
    "foreign",
    [
        b"",
        b"text",
        b"\xff" * 100,
        (100_000).to_bytes(8, "little") + b"[" * 100_000,
        save({"values": torch.ones(3)}),
        save({"values": torch.ones(3)}, {"format": "x"}),
    ],
    ids=["empty", "text", "bytes", "deep", "safetensors", "safetensors with metadata"],
)
def test_a_foreign_file_is_refused(foreign: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever says that it is none
        decode_file("image weights", foreign)


@given(st.integers(0, len(DATA) - 1))
def test_a_file_cut_off_anywhere_is_refused(length: int) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        decode_file("image weights", DATA[:length])


@given(st.integers(0, len(DATA) - 1), st.integers(0, 7))
@example(DATA.index(b"30 40"), 1)
def test_one_changed_bit_anywhere_never_changes_a_value_or_the_size(place: int, bit: int) -> None:
    damaged = bytearray(DATA)
    damaged[place] ^= 1 << bit

    try:
        read = decode_file("image weights", bytes(damaged))
    except ValueError:
        return
    assert read.image_size == PACKED.image_size
    assert {name: tensor.tolist() for name, tensor in read.tensors.items()} == {
        name: tensor.tolist() for name, tensor in PACKED.tensors.items()
    }
