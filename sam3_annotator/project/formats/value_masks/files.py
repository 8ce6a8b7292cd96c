"""Masks of many values as image files, the values exactly as they are stored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.errors import FormatError
from sam3_annotator.project.formats.value_masks.colors import Palette, pack_colors
from sam3_annotator.project.images import opened_image, read_deep_values

if TYPE_CHECKING:  # Pillow: see images.py
    from PIL.Image import Image

MASK_SUFFIXES = (".png", ".bmp", ".tif", ".tiff", ".gif")
"""The kinds of image files that keep every value."""

_INEXACT = frozenset({"JPEG", "MPO", "JPEG2000", "WEBP", "AVIF"})
_MOST_COLORS = 256
_LARGEST_VALUE = 2**31
_VALUE_MODES = frozenset({"1", "L", "P", "I", "I;16", "I;16B", "I;16L"})


@dataclass(frozen=True, slots=True, eq=False)
class MaskFile:
    """The values of a mask, `(H, W)` whole numbers from 0 on.

    They are indices into `palette` if there is one, colours 0xRRGGBB if `is_color`, else grey values (255 for white
    where a pixel is one bit). `is_deep` says that a grey value has more than 8 bits.
    """

    values: NDArray[np.integer[Any]]
    palette: Palette | None = None
    is_color: bool = False
    is_deep: bool = False


def read_mask_file(file: Path) -> MaskFile:
    """Read the values of a mask, of an animation the first frame; what is fully transparent is 0.

    Pixels stay where they are stored: masks have no EXIF orientation. Raises ImageUnreadable if it is no image, and
    FormatError if its values are not exact or no whole numbers, or it has too many colours for a mask.
    """
    if (values := read_deep_values(file)) is not None:
        return MaskFile(_whole_numbers(values, file), is_deep=values.dtype.itemsize > 1)
    with opened_image(file) as image:
        kind, mode = image.format or "", image.mode
        if kind not in _INEXACT:
            image.load()
    if kind in _INEXACT:
        raise FormatError(
            f"“{file.name}” is a {kind} file, which does not keep values exactly, so it can be no mask; use PNG files."
        )
    if mode in _VALUE_MODES:
        return _of_values(image)
    if mode in {"LA", "PA"}:
        values, alpha = np.moveaxis(np.asarray(image), 2, 0)
        return MaskFile(np.where(alpha > 0, values, 0), _palette(image) if mode == "PA" else None)
    if mode in {"RGB", "RGBA"}:
        return _of_colors(np.asarray(image), file)
    raise FormatError(f"“{file.name}” holds no whole numbers but is of the kind {mode}, so it can be no mask.")


def _whole_numbers(values: NDArray[Any], file: Path) -> NDArray[np.integer[Any]]:
    """Give the values of a mask as whole numbers from 0 on; some programs write these as floats."""
    if values.dtype.kind == "f":
        values = np.where(np.isnan(values), 0, values)  # which is nothing, as 0 is
        if not ((np.abs(values) <= _LARGEST_VALUE) & (values == np.floor(values))).all():
            raise FormatError(f"“{file.name}” holds no whole numbers but fractions, so it can be no mask.")
        values = values.astype(np.int64)
    whole: NDArray[np.integer[Any]] = np.maximum(values, 0)
    return whole


def _of_values(image: Image) -> MaskFile:
    if image.mode == "P":
        return MaskFile(np.asarray(image), _palette(image))
    values = np.asarray(image)
    if values.dtype.kind == "b":
        return MaskFile(np.where(values, np.uint8(255), np.uint8(0)))
    return MaskFile(np.maximum(values, 0), is_deep=values.dtype.itemsize > 1)


def _of_colors(channels: NDArray[np.uint8], file: Path) -> MaskFile:
    colors = pack_colors(channels[..., :3])
    if channels.shape[2] == 4:
        colors[channels[..., 3] == 0] = 0
    count = len(np.unique(colors))
    if count > _MOST_COLORS:
        raise FormatError(f"“{file.name}” has {count:,} colours, so it is a photograph or a drawing and no mask.")
    return MaskFile(colors, is_color=True)


def _palette(image: Image) -> Palette:
    listed = np.array(image.getpalette("RGB") or [], dtype=np.uint8).reshape(-1, 3)
    palette = np.zeros((256, 3), dtype=np.uint8)
    palette[: len(listed)] = listed[:256]
    return palette


def write_palette_mask(file: Path, values: NDArray[np.integer[Any]], palette: Palette) -> None:
    """Write values up to 255 as a palette PNG of 8 bits; `palette` has 256 colours."""
    from PIL import Image

    image = Image.fromarray(values.astype(np.uint8))
    image.putpalette(palette.tobytes())
    file.parent.mkdir(parents=True, exist_ok=True)
    image.save(file, format="PNG")


def write_grey_mask(file: Path, values: NDArray[np.integer[Any]], *, is_deep: bool) -> None:
    """Write values as a grey PNG of 8 bits, or of 16 if `is_deep`."""
    from PIL import Image

    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values.astype(np.uint16 if is_deep else np.uint8)).save(file, format="PNG")
