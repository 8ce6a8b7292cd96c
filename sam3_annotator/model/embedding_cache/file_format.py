"""The file of one packed embedding: safetensors whose metadata say what it is and whether it is whole."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from sam3_annotator.model.session import PackedEmbedding

if TYPE_CHECKING:
    from torch import Tensor

FORMAT: Final = "sam3-annotator embedding"
VERSION: Final = "1"

_LENGTH_BYTES: Final = 8  # of the header's length, with which a safetensors file begins


def encode_file(key: str, packed: PackedEmbedding) -> bytes:
    """Give the bytes of the file that holds a packed embedding under its key."""
    from safetensors.torch import save

    height, width = packed.image_size
    metadata = {
        "format": FORMAT,
        "version": VERSION,
        "key": key,
        "image_size": f"{height} {width}",
        "checksum": _checksum(packed.tensors),
    }
    data: bytes = save(dict(packed.tensors), metadata)
    return data


def decode_file(key: str, data: bytes) -> PackedEmbedding:
    """Read the bytes of a file; raises `ValueError` if they are damaged, or something else than what `key` names."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        (length,) = struct.unpack_from("<Q", data)
        metadata = json.loads(data[_LENGTH_BYTES : _LENGTH_BYTES + length])["__metadata__"]
        if (metadata["format"], metadata["version"], metadata["key"]) != (FORMAT, VERSION, key):
            raise ValueError("The file holds something else.")
        height, width = (int(side) for side in metadata["image_size"].split())
        tensors = load(data)
        is_whole = metadata["checksum"] == _checksum(tensors)
    except (SafetensorError, struct.error, KeyError, TypeError, AttributeError) as error:
        raise ValueError("The file is no embedding.") from error
    if not is_whole:
        raise ValueError("The file is damaged.")
    return PackedEmbedding((height, width), tensors)


def _checksum(tensors: Mapping[str, Tensor]) -> str:
    import torch

    checksum = 0
    for name in sorted(tensors):
        checksum = zlib.crc32(name.encode(), checksum)
        # NumPy knows no bfloat16, but bytes.
        checksum = zlib.crc32(tensors[name].reshape(-1).view(torch.uint8).numpy().data, checksum)
    return f"{checksum:08x}"
