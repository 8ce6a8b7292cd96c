"""Image files as the tests of reading them need them."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


def save(path: Path, pixels: Any, mode: str | None = None, **options: Any) -> Path:
    """Write pixels to a file, in whatever format its name ends in; gives its path."""
    image = Image.fromarray(np.asarray(pixels))
    (image.convert(mode) if mode else image).save(path, **options)
    return path


def png_file(width: int, height: int, bits: int, compressed_rows: bytes, color_type: int = 2) -> bytes:
    """Put a PNG together, of colours unless `color_type` says otherwise."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, color_type, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", compressed_rows) + chunk(b"IEND", b"")


def corners(width: int = 48, height: int = 32) -> np.ndarray:
    """Upright pixels whose quarters differ: red, green / blue, white."""
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[: height // 2, : width // 2] = (255, 0, 0)
    pixels[: height // 2, width // 2 :] = (0, 255, 0)
    pixels[height // 2 :, : width // 2] = (0, 0, 255)
    pixels[height // 2 :, width // 2 :] = 255
    return pixels


def tiff_file(values: np.ndarray, *, is_planar: bool = False, packed: bytes | None = None, **tags: Any) -> bytes:
    """Put a TIFF file of one strip (or one for each plane) together, values `(H, W, samples)` as they are.

    Further `tags` are numbers of TIFF with a `t` in front, `t317=2`; `packed` takes the place of the strip, and texts
    are given as bytes. The byte order is that of the values.
    """
    height, width, samples = values.shape
    order = "<" if values.dtype.newbyteorder("=") == values.dtype else ">"
    planes = [values[:, :, place] for place in range(samples)] if is_planar else [values]
    strips = [np.ascontiguousarray(plane).tobytes() for plane in planes] if packed is None else [packed]
    kind = {"u": 1, "i": 2, "f": 3}[values.dtype.kind]
    entries: dict[int, Any] = {256: [width], 257: [height], 258: [8 * values.dtype.itemsize] * samples, 259: [1]}
    entries |= {262: [1], 273: [8 + sum(map(len, strips[:number])) for number in range(len(strips))], 277: [samples]}
    entries |= {279: [len(strip) for strip in strips], 284: [2 if is_planar else 1], 339: [kind] * samples}
    entries |= {int(name[1:]): value if isinstance(value, bytes) else [value] for name, value in tags.items()}
    data = b"".join(strips)
    listed, lists_at = b"", 8 + len(data) + 2 + 12 * len(entries) + 4
    lists = b""
    for tag, value in sorted(entries.items()):
        packed_value = value if isinstance(value, bytes) else struct.pack(f"{order}{len(value)}I", *value)
        listed += struct.pack(f"{order}HHI", tag, 2 if isinstance(value, bytes) else 4, len(value))
        if len(packed_value) > 4:
            listed += struct.pack(f"{order}I", lists_at + len(lists))
            lists += packed_value
        else:
            listed += packed_value.ljust(4, b"\0")
    head = struct.pack(f"{order}2sHI", b"II" if order == "<" else b"MM", 42, 8 + len(data))
    return head + data + struct.pack(f"{order}H", len(entries)) + listed + bytes(4) + lists
