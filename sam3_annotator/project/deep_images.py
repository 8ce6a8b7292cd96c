"""Image files whose values have more than 8 bits, or more than three channels, as the 8-bit RGB that is shown."""

from __future__ import annotations

from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.eight_bits import Pixels, eight_bits
from sam3_annotator.project.tiff_values import DeepTiff

_PNG_HEADER_BYTES: Final = 26
_COLORED_OR_WITH_ALPHA: Final = (2, 4, 6)
_JPEG2000_HEADER_BYTES: Final = 1 << 16
_JPEG2000_MARK: Final = b"\xff\x4f\xff\x51"


def rgb_of_tiff(tiff: DeepTiff) -> Pixels:
    """Read a deep TIFF file as `(H, W, 3)` uint8, not turned; of several bands the first three, as red, green, blue."""
    places = [*range(tiff.channels), *([] if tiff.alpha is None else [tiff.alpha])]
    values = tiff.read(places)
    alpha = None if tiff.alpha is None else values[:, :, -1]
    return _rgb(values[:, :, : tiff.channels], alpha, tiff.no_data, is_white_zero=tiff.is_white_zero)


def is_deep_png(file: BinaryIO) -> bool:
    """Tell whether a PNG file has 16 bits for each of several channels, of which Pillow gives the upper 8."""
    file.seek(0)
    header = file.read(_PNG_HEADER_BYTES)
    return len(header) == _PNG_HEADER_BYTES and header[24] == 16 and header[25] in _COLORED_OR_WITH_ALPHA


def is_deep_jpeg2000(file: BinaryIO) -> bool:
    """Tell whether a JPEG 2000 file has more than 8 bits for each of three or four channels, as `is_deep_png` does."""
    file.seek(0)
    start = file.read(_JPEG2000_HEADER_BYTES)
    # The code stream begins with its size: 40 bytes on is the count of channels, then the depth of the first.
    place = start.find(_JPEG2000_MARK)
    if place < 0 or len(start) < place + 43:
        return False
    channels, depth = int.from_bytes(start[place + 40 : place + 42], "big"), (start[place + 42] & 0x7F) + 1
    return channels in (3, 4) and depth > 8


def rgb_of_coded(file: BinaryIO) -> Pixels:
    """Read a deep PNG or JPEG 2000 file, known to be sound, as `(H, W, 3)` uint8, not turned."""
    import cv2  # not needed at the start

    file.seek(0)
    values = cv2.imdecode(np.frombuffer(file.read(), dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None:
        raise ValueError("OpenCV does not read what Pillow has read")
    alpha = values[:, :, 3] if values.shape[2] == 4 else None
    return _rgb(values[:, :, 2::-1], alpha)


def _rgb(
    channels: NDArray[Any], alpha: NDArray[Any] | None, no_data: float | None = None, *, is_white_zero: bool = False
) -> Pixels:
    """Bring one channel or three to 8 bits, and lay what is transparent on white, as with other images."""
    pixels = eight_bits(channels, no_data, is_white_zero=is_white_zero)
    if pixels.shape[2] == 1:
        pixels = np.repeat(pixels, 3, axis=2)
    if alpha is not None:
        full = 1.0 if alpha.dtype.kind == "f" else float(np.iinfo(alpha.dtype).max)
        share = np.clip(alpha.astype(np.float32) / full, 0, 1)[:, :, np.newaxis]
        pixels = (255 - (255 - pixels) * share + 0.5).astype(np.uint8)
    return np.ascontiguousarray(pixels)
