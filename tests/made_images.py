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


def png_file(width: int, height: int, bits: int, compressed_rows: bytes) -> bytes:
    """Put a colour PNG together."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", compressed_rows) + chunk(b"IEND", b"")


def corners(width: int = 48, height: int = 32) -> np.ndarray:
    """Upright pixels whose quarters differ: red, green / blue, white."""
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[: height // 2, : width // 2] = (255, 0, 0)
    pixels[: height // 2, width // 2 :] = (0, 255, 0)
    pixels[height // 2 :, : width // 2] = (0, 0, 255)
    pixels[height // 2 :, width // 2 :] = 255
    return pixels
