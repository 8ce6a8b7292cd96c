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

from sam3_annotator.project.pillow import import_pillow

Directory = dict[int, tuple[Any, ...]]
"""The tags of one page of a TIFF file: number -> values."""

Values = NDArray[np.generic]

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER = 256, 257, 258, 259, 262, 266
_STRIP_OFFSETS, _ORIENTATION, _SAMPLES, _ROWS_PER_STRIP, _STRIP_BYTES, _PLANES = 273, 274, 277, 278, 279, 284
_PREDICTOR, _TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_BYTES = 317, 322, 323, 324, 325
_EXTRA_SAMPLES, _SAMPLE_FORMAT, _GDAL_NO_DATA = 338, 339, 42113

_USED: Final = frozenset(
    {
        *(_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER, _ORIENTATION, _SAMPLES, _PLANES, _PREDICTOR),
        *(_STRIP_OFFSETS, _ROWS_PER_STRIP, _STRIP_BYTES, _TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_BYTES),
        *(_EXTRA_SAMPLES, _SAMPLE_FORMAT, _GDAL_NO_DATA),
    }
)
# How values are kept, by TIFF's numbers: bytes, texts, and whole numbers of 16, 32 and 64 bits.
_TYPES: Final = {1: "B", 2: "s", 3: "H", 4: "I", 16: "Q"}
_MOST_TAGS: Final = 4096

# None, LZW, Deflate under its two numbers, PackBits, LZMA, Zstandard: they give back bytes, whatever these mean.
_BYTE_CODECS: Final = frozenset({1, 5, 8, 32946, 32773, 34925, 50000})
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2
_KINDS: Final = {1: "u", 2: "i", 3: "f", 4: "u"}
_DIFFERENCES, _FLOAT_DIFFERENCES = 2, 3
_MOST_SAMPLES: Final = 256


def _read_directory(file: BinaryIO) -> tuple[Directory, str] | None:
    """Read those tags of the first page that we have a use for, and the byte order, `<` or `>`; None if it is no TIFF.

    Texts come as one `bytes`. Tags that are broken are left out.
    """
    file.seek(0)
    header = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(header[:2], "")
    if not order or len(header) < 16:
        return None
    # The large kind of TIFF has offsets and counts of 64 bits.
    version = struct.unpack_from(f"{order}H", header, 2)[0]
    kinds = {42: ("I", "H"), 43: ("Q", "Q")}.get(version)
    if kinds is None:
        return None
    offset = struct.Struct(order + kinds[0])
    entry, count = struct.Struct(f"{order}HH{kinds[0]}{offset.size}s"), struct.Struct(order + kinds[1])
    file.seek(offset.unpack_from(header, offset.size)[0])
    listed = file.read(count.size)
    if len(listed) < count.size:
        return None
    listed = file.read(entry.size * min(count.unpack(listed)[0], _MOST_TAGS))
    directory: Directory = {}
    for tag, kind, number, value in entry.iter_unpack(listed[: len(listed) // entry.size * entry.size]):
        if tag not in _USED or kind not in _TYPES:
            continue
        values = struct.Struct(f"{order}{number}{_TYPES[kind]}")
        if values.size > len(value):
            file.seek(offset.unpack(value)[0])
            value = file.read(values.size)
        if len(value) >= values.size:
            directory[tag] = values.unpack_from(value)
    return directory, order


@dataclass(frozen=True, slots=True)
class DeepTiff:
    """The first page of a TIFF file whose values are no plain 8-bit grey or colour; they are read when asked for."""

    file: BinaryIO
    directory: Directory
    dtype: np.dtype[Any]

    @property
    def width(self) -> int:
        """Pixels in a row, as stored."""
        return int(self.directory[_WIDTH][0])

    @property
    def height(self) -> int:
        """Rows, as stored."""
        return int(self.directory[_HEIGHT][0])

    @property
    def orientation(self) -> int:
        """How the image has to be turned, by EXIF's numbers."""
        return _number(self.directory, _ORIENTATION, 1)

    @property
    def is_white_zero(self) -> bool:
        """The smallest value is white."""
        return _number(self.directory, _PHOTOMETRIC, _BLACK_IS_ZERO) == _WHITE_IS_ZERO

    @property
    def samples(self) -> int:
        """Values of a pixel."""
        return _number(self.directory, _SAMPLES, 1)

    @property
    def channels(self) -> int:
        """How many of the values of a pixel are shown, the first ones: 3 as red, green and blue, or 1."""
        return 3 if self.samples >= 3 else 1

    @property
    def alpha(self) -> int | None:
        """The place of the value that says how opaque a pixel is."""
        extra = self.directory.get(_EXTRA_SAMPLES, ())
        places = [self.samples - len(extra) + place for place, kind in enumerate(extra) if kind in (1, 2)]
        return places[0] if places and places[0] >= self.channels else None

    @property
    def no_data(self) -> float | None:
        """The value that stands for none, as programs for maps write it."""
        try:
            return float(self.directory[_GDAL_NO_DATA][0].rstrip(b"\0 "))
        except (KeyError, ValueError, AttributeError):
            return None

    def read(self, places: Sequence[int]) -> Values:
        """Read the samples at some places of each pixel, `(H, W, len(places))`, not turned."""
        if _number(self.directory, _PLANES, 1) == 2:
            return np.concatenate([self._plane(place, 1) for place in places], axis=2)
        return self._plane(0, self.samples)[:, :, list(places)]

    def _plane(self, plane: int, samples: int) -> Values:
        """Decode one plane, `(H, W, samples)`."""
        is_tiled = _TILE_OFFSETS in self.directory
        piece_width = int(self.directory[_TILE_WIDTH][0]) if is_tiled else self.width
        across = -(-self.width // piece_width)
        row_bytes = piece_width * samples * self.dtype.itemsize
        rows = self._bytes(plane, row_bytes, across, is_tiled).reshape(self.height, across, row_bytes)
        predictor = _number(self.directory, _PREDICTOR, 1)
        if predictor == _FLOAT_DIFFERENCES:
            values = _without_float_differences(rows, samples, self.dtype)
        else:
            values = rows.view(self.dtype).reshape(self.height, across, piece_width, samples)
            if predictor == _DIFFERENCES:
                values = _without_differences(values)
        return values.reshape(self.height, across * piece_width, samples)[:, : self.width]

    def _bytes(self, plane: int, row_bytes: int, across: int, is_tiled: bool) -> NDArray[np.uint8]:
        """Have Pillow decode the bytes of a plane, as the grey values of an image that is as wide as they are many."""
        tags = (_TILE_OFFSETS, _TILE_BYTES) if is_tiled else (_STRIP_OFFSETS, _STRIP_BYTES)
        piece_height = _number(self.directory, _TILE_HEIGHT if is_tiled else _ROWS_PER_STRIP, self.height)
        piece_height = piece_height if is_tiled else min(piece_height, self.height)
        count = across * -(-self.height // piece_height)
        offsets, sizes = (self.directory[tag][plane * count : (plane + 1) * count] for tag in tags)
        pieces = []
        for offset, size in zip(offsets, sizes, strict=True):
            self.file.seek(offset)
            pieces.append(self.file.read(size))
        described = {
            _WIDTH: across * row_bytes,
            _HEIGHT: self.height,
            _BITS: 8,
            _COMPRESSION: _number(self.directory, _COMPRESSION, 1),
            _PHOTOMETRIC: _BLACK_IS_ZERO,
            _FILL_ORDER: _number(self.directory, _FILL_ORDER, 1),
            _SAMPLES: 1,
        }
        described |= (
            {_TILE_WIDTH: row_bytes, _TILE_HEIGHT: piece_height} if is_tiled else {_ROWS_PER_STRIP: piece_height}
        )
        with import_pillow().open(io.BytesIO(_tiff_of(described, tags, pieces)), formats=["TIFF"]) as image:
            return np.array(image)


def open_deep_tiff(file: BinaryIO) -> DeepTiff | None:
    """Look at a file; None if it is no TIFF, one that Pillow shows as it is, or one that is not understood here."""
    found = _read_directory(file)
    if found is None:
        return None
    directory, order = found
    bits, samples = set(directory.get(_BITS, (1,))), _number(directory, _SAMPLES, 1)
    formats = set(directory.get(_SAMPLE_FORMAT, (1,)))
    photometric = _number(directory, _PHOTOMETRIC, _BLACK_IS_ZERO)
    is_understood = (
        len(bits) == 1
        and len(formats) == 1
        and formats <= _KINDS.keys()
        and _number(directory, _COMPRESSION, 1) in _BYTE_CODECS
        and photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB)
        and 1 <= samples <= _MOST_SAMPLES
        and {_WIDTH, _HEIGHT} <= directory.keys()
        and ({_TILE_OFFSETS, _TILE_BYTES} <= directory.keys() or {_STRIP_OFFSETS, _STRIP_BYTES} <= directory.keys())
    )
    if not is_understood:
        return None
    (depth,), (kind,) = bits, formats
    is_plain = depth == 8 and _KINDS[kind] == "u" and (samples <= 2 or (photometric == _RGB and samples <= 4))
    if is_plain or depth not in ((16, 32, 64) if _KINDS[kind] == "f" else (8, 16, 32, 64)):
        return None
    return DeepTiff(file, directory, np.dtype(f"{order}{_KINDS[kind]}{depth // 8}"))


def _number(directory: Directory, tag: int, default: int) -> int:
    values = directory.get(tag, ())
    return int(values[0]) if values else default


def _tiff_of(described: dict[int, int], tags: tuple[int, int], pieces: Sequence[bytes]) -> bytes:
    """Put together a TIFF file of the large kind: its numbers, and strips or tiles that are packed already."""
    entries = len(described) + 2
    lists_at = 16 + 8 + 20 * entries + 8
    data_at = lists_at + 16 * len(pieces)
    sizes = [len(piece) for piece in pieces]
    offsets = [data_at + sum_before for sum_before in np.cumsum([0, *sizes[:-1]]).tolist()]
    values = {tag: (1, value) for tag, value in described.items()}
    for number, (tag, items) in enumerate(zip(tags, (offsets, sizes), strict=True)):
        values[tag] = (len(items), items[0] if len(items) == 1 else lists_at + 8 * len(items) * number)
    listed = b"".join(struct.pack("<HHQQ", tag, 16, *values[tag]) for tag in sorted(values))
    head = struct.pack("<2sHHHQQ", b"II", 43, 8, 0, 16, entries) + listed + bytes(8)
    return b"".join((head, struct.pack(f"<{len(pieces)}Q", *offsets), struct.pack(f"<{len(pieces)}Q", *sizes), *pieces))


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
