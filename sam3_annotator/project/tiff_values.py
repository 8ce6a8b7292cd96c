"""TIFF files of more than 8 bits, more than three channels or floats: their values, exactly as they are stored.

Pillow gives of such files the upper 8 bits of colours, mixes up planes of 16 bits, takes white for black where zero is
white, and refuses doubles, half floats and most files of several bands. tifffile reads them all.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from types import ModuleType
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # not needed at the start
    from tifffile import TiffFile, TiffPage

Values = NDArray[np.generic]

_MARKS: Final = frozenset({b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"})
_PHOTOMETRIC, _ORIENTATION, _GDAL_NO_DATA = 262, 274, 42113
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2
_IN_PLANES: Final = 2
# A tile is decoded as a whole, and a small file can claim that it is of any size.
_MOST_VALUES_OF_A_TILE: Final = 1 << 29
_BITS: Final = range(8, 65)


@dataclass(frozen=True, slots=True)
class DeepTiff:
    """The first page of a TIFF file whose values are no plain 8-bit grey or colour; they are read when asked for."""

    page: TiffPage

    @property
    def width(self) -> int:
        """Pixels in a row, as stored."""
        return self.page.imagewidth

    @property
    def height(self) -> int:
        """Rows, as stored."""
        return self.page.imagelength

    @property
    def orientation(self) -> int:
        """How the image has to be turned, by EXIF's numbers."""
        return int(self.page.tags.valueof(_ORIENTATION, default=1))

    @property
    def is_white_zero(self) -> bool:
        """The smallest value is white."""
        return photometric_of(self.page) == _WHITE_IS_ZERO

    @property
    def samples(self) -> int:
        """Values of a pixel."""
        return self.page.samplesperpixel

    @property
    def channels(self) -> int:
        """How many of the values of a pixel are shown, the first ones: 3 as red, green and blue, or 1."""
        return 3 if self.samples >= 3 else 1

    @property
    def alpha(self) -> int | None:
        """The place of the value that says how opaque a pixel is."""
        extra = self.page.extrasamples
        places = [self.samples - len(extra) + place for place, kind in enumerate(extra) if kind in (1, 2)]
        return places[0] if places and places[0] >= self.channels else None

    @property
    def no_data(self) -> float | None:
        """The value that stands for none, as programs for maps write it."""
        try:
            return float(self.page.tags.valueof(_GDAL_NO_DATA).rstrip("\0 "))
        except (ValueError, AttributeError):
            return None

    def read(self, places: Sequence[int]) -> Values:
        """Read the samples at some places of each pixel, `(H, W, len(places))`, not turned."""
        planes = read_page(self.page, squeeze=False)[:, 0]
        is_in_planes = self.page.planarconfig == _IN_PLANES
        values: Values = np.moveaxis(planes[places, :, :, 0], 0, 2) if is_in_planes else planes[0][:, :, places]
        return values


def open_deep_tiff(file: BinaryIO) -> DeepTiff | None:
    """Look at a file; None if it is no TIFF, one that Pillow shows as it is, or one that is not understood here."""
    try:
        tiff = open_tiff(file)
        page = None if tiff is None else tiff.pages.first
    except Exception:  # noqa: BLE001 - damage raises whatever; Pillow reads it all the same, or tells
        return None
    if page is None or page.dtype is None or page.dtype.kind not in "uif" or page.bitspersample not in _BITS:
        return None
    photometric, samples = photometric_of(page), page.samplesperpixel
    if photometric not in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB) or page.imagedepth != 1 or not is_codec_known(page):
        return None
    is_plain = page.dtype == np.uint8 and (samples <= 2 or (photometric == _RGB and samples <= 4))
    return None if is_plain else DeepTiff(page)


def open_tiff(file: BinaryIO) -> TiffFile | None:
    """Open a TIFF file, which stays open as long as `file` does; None if it is none. Raises anything for damage."""
    file.seek(0)
    if file.read(4) not in _MARKS:
        return None
    file.seek(0)  # where tifffile takes the file to begin
    # Frames of ScanImage would be guessed from the size of the file.
    opened: TiffFile = import_tifffile().TiffFile(file, is_scanimage=False)
    return opened


def read_page(page: TiffPage, *, squeeze: bool = True) -> NDArray[Any]:
    """Read all values of a page as tifffile's `asarray` does; anything but the whole page raises `ValueError`."""
    if not page.is_contiguous:  # else tifffile counts the bytes; here it makes up for what is not there
        offsets, sizes, end = page.dataoffsets, page.databytecounts, page.parent.filehandle.size
        if min(len(offsets), len(sizes)) < prod(page.chunked):
            raise ValueError("strips or tiles are missing")
        if any(offset + size > end for offset, size in zip(offsets, sizes, strict=False)):
            raise ValueError("strips or tiles are cut off")
    if page.is_tiled and prod(page.chunks) > _MOST_VALUES_OF_A_TILE:
        raise ValueError("the tiles are larger than any program writes them")
    return page.asarray(squeeze=squeeze, maxworkers=1)


def is_codec_known(page: TiffPage) -> bool:
    """Tell whether there is something to unpack a page with."""
    return page.compression in import_tifffile().TIFF.DECOMPRESSORS


def photometric_of(page: TiffPage) -> int:
    """Say what the values of a page stand for, by TIFF's numbers; files that do not say mean black by 0."""
    return int(page.tags.valueof(_PHOTOMETRIC, default=_BLACK_IS_ZERO))


def import_tifffile() -> ModuleType:
    """Import tifffile when it is first needed, made quiet: of odd files it logs what the user could not act on."""
    import tifffile

    logging.getLogger("tifffile").setLevel(logging.CRITICAL)
    return tifffile
