"""The file of one packed embedding: safetensors whose metadata say what it is and whether it is whole."""

from __future__ import annotations

import json
import struct
import zlib
from typing import Final

from sam3_annotator.model.session import PackedEmbedding

FORMAT: Final = "sam3-annotator embedding"
VERSION: Final = "2"

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
        "checksum": _checksum(packed),
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
        packed = PackedEmbedding((height, width), load(data))
        is_whole = metadata["checksum"] == _checksum(packed)
    except (SafetensorError, struct.error, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("The file is no embedding.") from error
    if not is_whole:
        raise ValueError("The file is damaged.")
    return packed


def _checksum(packed: PackedEmbedding) -> str:
    import torch

    height, width = packed.image_size
    checksum = zlib.crc32(f"{height} {width}".encode())
    for name, tensor in sorted(packed.tensors.items()):
        checksum = zlib.crc32(f"{name} {tuple(tensor.shape)} {tensor.dtype}".encode(), checksum)
        # NumPy knows no bfloat16, but bytes.
        checksum = zlib.crc32(tensor.reshape(-1).view(torch.uint8).numpy().data, checksum)
    return f"{checksum:08x}"
