"""TIFF files of more than 8 bits, more than three channels or floats: their values, exactly as they are stored.

Pillow gives of such files the upper 8 bits of colours, mixes up planes of 16 bits, takes white for black where zero is
white, and refuses doubles, half floats and most files of several bands. So it only unpacks their bytes here, which it
is told are grey values of 8 bits; what the bytes mean is read by ourselves.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project import tiff_directories as tiff
from sam3_annotator.project.pillow import import_pillow
from sam3_annotator.project.tiff_directories import Directory

Values = NDArray[np.generic]

_USED: Final = frozenset(
    {
        *(tiff.WIDTH, tiff.HEIGHT, tiff.BITS, tiff.SAMPLES, tiff.SAMPLE_FORMAT, tiff.EXTRA_SAMPLES, tiff.PHOTOMETRIC),
        *(tiff.COMPRESSION, tiff.PREDICTOR, tiff.FILL_ORDER, tiff.PLANES, tiff.ORIENTATION, tiff.GDAL_NO_DATA),
        *(tiff.STRIP_OFFSETS, tiff.STRIP_BYTES, tiff.ROWS_PER_STRIP),
        *(tiff.TILE_OFFSETS, tiff.TILE_BYTES, tiff.TILE_WIDTH, tiff.TILE_HEIGHT),
    }
)
# None, LZW, Deflate under its two numbers, PackBits, LZMA, Zstandard: they give back bytes, whatever these mean.
_BYTE_CODECS: Final = frozenset({1, 5, 8, 32946, 32773, 34925, 50000})
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2
_KINDS: Final = {1: "u", 2: "i", 3: "f", 4: "u"}
_DIFFERENCES, _FLOAT_DIFFERENCES = 2, 3
_MOST_SAMPLES: Final = 256


@dataclass(frozen=True, slots=True)
class DeepTiff:
    """The first page of a TIFF file whose values are no plain 8-bit grey or colour; they are read when asked for."""

    file: BinaryIO
    directory: Directory
    dtype: np.dtype[Any]

    @property
    def width(self) -> int:
        """Pixels in a row, as stored."""
        return self.directory.value(tiff.WIDTH)

    @property
    def height(self) -> int:
        """Rows, as stored."""
        return self.directory.value(tiff.HEIGHT)

    @property
    def orientation(self) -> int:
        """How the image has to be turned, by EXIF's numbers."""
        return self.directory.value(tiff.ORIENTATION, 1)

    @property
    def is_white_zero(self) -> bool:
        """The smallest value is white."""
        return self.directory.value(tiff.PHOTOMETRIC, _BLACK_IS_ZERO) == _WHITE_IS_ZERO

    @property
    def samples(self) -> int:
        """Values of a pixel."""
        return self.directory.value(tiff.SAMPLES, 1)

    @property
    def channels(self) -> int:
        """How many of the values of a pixel are shown, the first ones: 3 as red, green and blue, or 1."""
        return 3 if self.samples >= 3 else 1

    @property
    def alpha(self) -> int | None:
        """The place of the value that says how opaque a pixel is."""
        extra = self.directory.values(tiff.EXTRA_SAMPLES)
        places = [self.samples - len(extra) + place for place, kind in enumerate(extra) if kind in (1, 2)]
        return places[0] if places and places[0] >= self.channels else None

    @property
    def no_data(self) -> float | None:
        """The value that stands for none, as programs for maps write it."""
        try:
            return float(self.directory.values(tiff.GDAL_NO_DATA)[0].rstrip(b"\0 "))
        except (IndexError, ValueError, AttributeError):
            return None

    def read(self, places: Sequence[int]) -> Values:
        """Read the samples at some places of each pixel, `(H, W, len(places))`, not turned."""
        if self.directory.value(tiff.PLANES, 1) == 2:
            return np.concatenate([self._plane(place, 1) for place in places], axis=2)
        return self._plane(0, self.samples)[:, :, list(places)]

    def _plane(self, plane: int, samples: int) -> Values:
        """Decode one plane, `(H, W, samples)`."""
        is_tiled = tiff.TILE_WIDTH in self.directory
        piece_width = self.directory.value(tiff.TILE_WIDTH) if is_tiled else self.width
        across = -(-self.width // piece_width)
        row_bytes = piece_width * samples * self.dtype.itemsize
        rows = self._bytes(plane, row_bytes, across, is_tiled).reshape(self.height, across, row_bytes)
        predictor = self.directory.value(tiff.PREDICTOR, 1)
        if predictor == _FLOAT_DIFFERENCES:
            values = _without_float_differences(rows, samples, self.dtype)
        else:
            values = rows.view(self.dtype).reshape(self.height, across, piece_width, samples)
            if predictor == _DIFFERENCES:
                values = _without_differences(values)
        return values.reshape(self.height, across * piece_width, samples)[:, : self.width]

    def _bytes(self, plane: int, row_bytes: int, across: int, is_tiled: bool) -> NDArray[np.uint8]:
        """Have Pillow decode the bytes of a plane, as the grey values of an image that is as wide as they are many."""
        piece_height = min(self.directory.value(tiff.ROWS_PER_STRIP, self.height), self.height)
        if is_tiled:
            piece_height = self.directory.value(tiff.TILE_HEIGHT)
        count = across * -(-self.height // piece_height)
        described = {
            tiff.WIDTH: across * row_bytes,
            tiff.HEIGHT: self.height,
            tiff.BITS: 8,
            tiff.COMPRESSION: self.directory.value(tiff.COMPRESSION, 1),
            tiff.PHOTOMETRIC: _BLACK_IS_ZERO,
            tiff.FILL_ORDER: self.directory.value(tiff.FILL_ORDER, 1),
            tiff.SAMPLES: 1,
            tiff.TILE_HEIGHT if is_tiled else tiff.ROWS_PER_STRIP: piece_height,
        }
        if is_tiled:
            described[tiff.TILE_WIDTH] = row_bytes
        tags = {number: tiff.Tag(tiff.LARGE, 1, struct.pack("<Q", value)) for number, value in described.items()}
        pieces = tiff.read_pieces(self.file, self.directory, plane * count, count)
        data = tiff.tiff_of(tiff.Directory("<", True, tags), pieces)
        with import_pillow().open(io.BytesIO(data), formats=["TIFF"]) as image:
            return np.array(image)


def open_deep_tiff(file: BinaryIO) -> DeepTiff | None:
    """Look at a file; None if it is no TIFF, one that Pillow shows as it is, or one that is not understood here."""
    directory = next(tiff.read_directories(file, _USED), None)
    if directory is None:
        return None
    bits, samples = set(directory.values(tiff.BITS, (1,))), directory.value(tiff.SAMPLES, 1)
    formats = set(directory.values(tiff.SAMPLE_FORMAT, (1,)))
    photometric = directory.value(tiff.PHOTOMETRIC, _BLACK_IS_ZERO)
    is_understood = (
        len(bits) == 1
        and len(formats) == 1
        and formats <= _KINDS.keys()
        and directory.value(tiff.COMPRESSION, 1) in _BYTE_CODECS
        and photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB)
        and 1 <= samples <= _MOST_SAMPLES
        and {tiff.WIDTH, tiff.HEIGHT, *tiff.places_of_pieces(directory)} <= directory.tags.keys()
    )
    if not is_understood:
        return None
    (depth,), (kind,) = bits, formats
    is_plain = depth == 8 and _KINDS[kind] == "u" and (samples <= 2 or (photometric == _RGB and samples <= 4))
    if is_plain or depth not in ((16, 32, 64) if _KINDS[kind] == "f" else (8, 16, 32, 64)):
        return None
    return DeepTiff(file, directory, np.dtype(f"{directory.order}{_KINDS[kind]}{depth // 8}"))


def _without_differences(values: Values) -> Values:
    """Undo that each value `(H, across, W, samples)` was stored as the difference to the one on its left."""
    whole = np.dtype(f"u{values.dtype.itemsize}")
    stored = values.view(whole.newbyteorder(values.dtype.byteorder)).astype(whole)
    return np.cumsum(stored, axis=2, dtype=whole, out=stored).view(values.dtype.newbyteorder("="))


def _without_float_differences(rows: NDArray[np.uint8], samples: int, dtype: np.dtype[Any]) -> Values:
    """Undo that the first bytes of all floats of a row, then the second and so on, were stored as differences."""
    height, across, _ = rows.shape
    steps = rows.reshape(height, across, -1, samples)
    planes = np.cumsum(steps, axis=2, dtype=np.uint8).reshape(height, across, dtype.itemsize, -1)
    floats = np.ascontiguousarray(np.moveaxis(planes, 2, 3)).view(dtype.newbyteorder(">"))
    return floats.reshape(height, across, -1, samples).astype(dtype.newbyteorder("="))
