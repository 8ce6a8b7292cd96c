"""Says what a checkpoint is by looking into it: headers and names of tensors only, nothing is loaded or run."""

from __future__ import annotations

import json
import struct
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, Final

from sam3_annotator.model.builtin import FORMAT_NAME
from sam3_annotator.model.errors import ModelUnavailable
from sam3_annotator.model.weights_files import WeightsFiles, find_weights
from sam3_annotator.model.weights_files.heads import HEAD_BYTES, describe_foreign, is_archive, is_safetensors

# More than any real header or table of names; a file that claims more is none.
MAX_HEADER_BYTES: Final = 100 << 20


@dataclass(frozen=True, slots=True)
class Contents:
    """What a checkpoint holds.

    `file` is the one with the weights, or the index of `parts` files; `kind` says in words what they are, and
    `is_loadable` whether this program loads such; `dtype` is that of most of its numbers.
    """

    file: Path
    container: str
    kind: str
    is_loadable: bool
    tensors: int
    parameters: int
    dtype: str
    parts: int = 1


def look_into(path: Path) -> Contents:
    """Recognise a checkpoint file, one in parts, or a folder with either, by its content.

    Raises `ModelUnavailable` with a sentence if nothing is there, it cannot be read or holds no tensors.
    """
    weights = find_weights(path)
    file = weights.parts[0]
    try:
        with file.open("rb") as opened:
            head = opened.read(HEAD_BYTES)
    except OSError as error:
        raise _unreadable(weights.path, error) from error
    if not is_archive(head) and not is_safetensors(head):
        raise ModelUnavailable(f"{weights.path} {describe_foreign(head)}")
    try:
        return _look_into_archive(file) if is_archive(head) else _look_into_safetensors(weights)
    except OSError as error:
        raise _unreadable(weights.path, error) from error
    except Exception as error:  # a damaged table raises whatever it comes upon
        raise ModelUnavailable(
            f"{weights.path} is no checkpoint that can be used: it is neither a safetensors file nor one that PyTorch "
            "saved, or it is incomplete. Choose a file such as sam3.pt or model.safetensors."
        ) from error


def _unreadable(path: Path, error: OSError) -> ModelUnavailable:
    return ModelUnavailable(f"{path} cannot be read ({error.strerror or error}).")


def _look_into_safetensors(weights: WeightsFiles) -> Contents:
    metadata: dict[str, str] = {}
    tensors: dict[str, Any] = {}
    for part in weights.parts:
        header = _read_header(part)
        metadata.update(header.pop("__metadata__", {}))
        tensors.update(header)
    counts: Counter[str] = Counter()
    for entry in tensors.values():
        counts[entry["dtype"]] += prod(entry["shape"])
    kind, is_loadable = _recognise(tensors.keys(), metadata)
    numbers = len(tensors), counts.total(), _main_dtype(counts)
    return Contents(weights.path, "safetensors", kind, is_loadable, *numbers, parts=len(weights.parts))


def _read_header(file: Path) -> dict[str, Any]:
    """Read what a safetensors file says of itself and of each tensor; raises `ValueError` if it is not whole."""
    size = file.stat().st_size
    with file.open("rb") as opened:
        (length,) = struct.unpack("<Q", opened.read(8))
        if length > min(MAX_HEADER_BYTES, size - 8):
            raise ValueError("The header is longer than the file.")
        header: dict[str, Any] = json.loads(opened.read(length))
    ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    if not ends or max(ends) != size - 8 - length:
        raise ValueError("The file holds no tensors, or not all that its header names.")
    return header


def _look_into_archive(file: Path) -> Contents:
    pickled = _read_table(file)
    counts: Counter[str] = Counter()
    storages = 0
    for kind, count in _storages(pickled):
        storages += 1
        counts[kind] += count
    if not storages:
        raise ValueError("The archive holds no tensors.")
    kind, is_loadable = _recognise(_texts(pickled), {})
    return Contents(file, "PyTorch", kind, is_loadable, storages, counts.total(), _main_dtype(counts))


def _read_table(file: Path) -> bytes:
    """Read the pickle that says which tensors there are."""
    import zipfile  # the list of models needs none of this

    with zipfile.ZipFile(file) as archive:
        table = next((entry for entry in archive.infolist() if entry.filename.endswith("data.pkl")), None)
        if table is None or table.file_size > MAX_HEADER_BYTES:
            raise ValueError("The archive holds no table of tensors.")
        return archive.read(table)


def _texts(pickled: bytes) -> list[str]:
    """Give all texts in a pickle, the names of tensors among them."""
    import pickletools

    return [argument for _opcode, argument, _position in pickletools.genops(pickled) if isinstance(argument, str)]


def _storages(pickled: bytes) -> Iterator[tuple[str, int]]:
    """Give kind and number of elements of every stored tensor; the pickle is read, never run."""
    import pickletools

    memo: dict[object, object] = {}
    values: list[object] = [None] * 5
    for opcode, argument, _position in pickletools.genops(pickled):
        match opcode.name:
            case "BINPUT" | "LONG_BINPUT":
                memo[argument] = values[-1]
            case "BINGET" | "LONG_BINGET":
                values.append(memo.get(argument))
            case "BINPERSID":
                # What stands on the stack now is ("storage", kind, key, place, count).
                kind, count = values[-4], values[-1]
                if isinstance(kind, str) and isinstance(count, int):
                    yield kind.split()[-1].removesuffix("Storage"), count
            case _ if argument is not None:
                values.append(argument)
        del values[:-5]


def _recognise(names: Collection[str], metadata: Mapping[str, str]) -> tuple[str, bool]:
    """Say whose weights bear these names, and whether they can be loaded."""
    if str(metadata.get("format", "")).startswith(FORMAT_NAME):
        return "weights of the built-in model", True
    from sam3_annotator.model.checkpoint.naming import name_relative, recognise  # brings torch along, which takes time

    relative = name_relative(names)
    naming = recognise(names)
    if naming is None or relative is not None:
        return f"weights of {relative or 'another model than SAM 3'}", False
    if naming.has_concepts and naming.has_clicks:
        return naming.title, True
    taken = "phrases and exemplars" if naming.has_concepts else "points, boxes and masks"
    return f"{naming.title}, which takes {taken}", True


_DTYPES: Final = {
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "F64": "float64",
    "Float": "float32",
    "Half": "float16",
    "BFloat16": "bfloat16",
    "Double": "float64",
}


def _main_dtype(counts: Counter[str]) -> str:
    ((kind, _count),) = counts.most_common(1)
    return _DTYPES.get(kind, kind.lower())
