"""Image files as pixels: upright, 8-bit RGB, whatever is inside the file.

Pillow is imported inside the functions that use it, so that the window shows before that is paid for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.deep_images import is_deep_jpeg2000, is_deep_png, rgb_of_coded, rgb_of_tiff
from sam3_annotator.project.eight_bits import Pixels, eight_bits
from sam3_annotator.project.entities import ImageFacts
from sam3_annotator.project.errors import ImageUnreadable
from sam3_annotator.project.file_access import require_file, why_not_opened
from sam3_annotator.project.image_files import hash_file
from sam3_annotator.project.pillow import import_pillow
from sam3_annotator.project.tiff_values import DeepTiff, open_deep_tiff

if TYPE_CHECKING:  # Pillow: see above
    from PIL.Image import Image

# More pixels are refused before decoding: a small file can claim any size ("decompression bomb"). 500 megapixels
# take 1.5 GB as RGB. Assign another number to change the limit.
MAX_PIXELS = 500_000_000

# Content decides, not the suffix. No other formats: some of Pillow's start external programs (EPS).
_FORMATS = ("JPEG", "PNG", "BMP", "DIB", "GIF", "WEBP", "TIFF", "AVIF", "JPEG2000", "PPM")

# Pillow's modes whose values can be averaged as they are.
_SMOOTH_MODES = frozenset({"RGB", "L", "RGBA", "LA", "CMYK"})

_ORIENTATION_TAG = 0x0112

# What stands at the end of an image, and within how many bytes from the end of the file it is looked for.
_END_MARKS = {"JPEG": b"\xff\xd9", "MPO": b"\xff\xd9", "PNG": b"IEND"}
_TAIL = 1024

# EXIF orientation -> the turn, by Pillow's name, that makes the image upright; it is with 1 and all others.
_TURNS = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}


def read_image(path: str | Path) -> Pixels:
    """Read an image file as `(H, W, 3)` uint8 RGB, upright (EXIF orientation applied), writable.

    Of an animation or a stack the first page; of several bands the first three, as red, green and blue. Transparency
    is laid on white, as most viewers show it. Values of more than 8 bits and floats become 8 bits as `eight_bits`
    has them. Raises `ImageUnreadable` with a sentence.
    """
    with _opened(Path(path)) as image:
        image.load()
        return _rgb(_upright(image))


def read_deep_values(path: Path) -> NDArray[Any] | None:
    """Read the values `(H, W)` of a grey TIFF file exactly as they are stored; None if Pillow shows them as they are.

    Raises `ImageUnreadable` with a sentence.
    """
    with opened_file(path) as file:
        tiff = open_deep_tiff(file)
        if tiff is None or tiff.samples > 1:
            return None
        refuse_size(path, tiff.width, tiff.height)
        return tiff.read([0])[:, :, 0]


def read_reduced(path: str | Path, least_scale: float) -> tuple[Pixels, float]:
    """Read an image file as `read_image` does, but smaller where that is quicker; gives its scale beside the pixels.

    The scale is pixels read per pixel of the image: 1, or of a JPEG a half, a quarter or an eighth, the smallest that
    is not below `least_scale`. Raises `ImageUnreadable` with a sentence.
    """
    with _opened(Path(path)) as image:
        width, height = image.size
        drafted = image.draft(None, (max(int(width * least_scale), 1), max(int(height * least_scale), 1)))
        image.load()
        return _rgb(_upright(image)), 1.0 if drafted is None else drafted[1][2] / width


def read_facts(path: str | Path) -> ImageFacts:
    """Tell size and identity of an image file from its header and bytes.

    The pixels are decoded only where the end of the file looks cut off, to see whether they are all there. Never
    raises for a bad file: `problem` says what is wrong, beside whatever could be told.
    """
    path = Path(path)
    byte_size, content_hash = 0, ""
    try:
        byte_size = require_file(path).st_size
        content_hash = hash_file(path)
        if (size := _size_of_deep_tiff(path)) is not None:
            return ImageFacts(*size, byte_size, content_hash)
        with opened_image(path) as image:
            if _is_cut_off(image, path) or (image.format == "PNG" and _has_late_exif(path)):
                image.load()
            width, height = image.size
            # A TIFF's size is told upright by Pillow already.
            if image.format != "TIFF" and _orientation(image) >= 5:
                width, height = height, width
    except ImageUnreadable as error:
        return ImageFacts(byte_size=byte_size, content_hash=content_hash, problem=str(error))
    return ImageFacts(width, height, byte_size, content_hash)


def current_facts(path: str | Path, known: ImageFacts) -> ImageFacts:
    """Tell what a file is now: read anew if nobody has, if there was a problem, or if it has another size in bytes.

    What is known stands where the file is missing or the problem goes on. Never raises for a bad file.
    """
    path = Path(path)
    if is_as_known(path, known):
        return known
    fresh = read_facts(path)
    return known if _byte_size(path) == known.byte_size and known.problem and fresh.problem else fresh


def is_as_known(path: Path, known: ImageFacts) -> bool:
    """Whether a file has been read, without a problem, and has as many bytes as then; or it is missing."""
    byte_size = _byte_size(path)
    if byte_size is None:
        return bool(known.content_hash or known.problem)
    return byte_size == known.byte_size and bool(known.content_hash) and not known.problem


def _byte_size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except (OSError, ValueError):  # missing, or no name of a file on this system
        return None


def make_thumbnail(source: Pixels | str | Path, size: int) -> Pixels:
    """Shrink an image, `(H, W, 3)` pixels or a file, so that its longer side is at most `size` pixels.

    Returns uint8 RGB, upright; never enlarges. Raises `ImageUnreadable` for a file, as `read_image` does.
    """
    if isinstance(source, np.ndarray):
        return _shrunk(source, size)
    with _opened(Path(source)) as image:
        # A JPEG is decoded at a half, a quarter or an eighth, whichever leaves enough to shrink smoothly.
        image.draft(None, (2 * size, 2 * size))
        image.load()
        if image.mode in _SMOOTH_MODES and "transparency" not in image.info:
            image.thumbnail((size, size), reducing_gap=2.0)  # before other steps touch every pixel
        return _shrunk(_rgb(_upright(image)), size)


def _shrunk(pixels: Pixels, size: int) -> Pixels:
    image = import_pillow().fromarray(np.ascontiguousarray(pixels))
    image.thumbnail((size, size), reducing_gap=2.0)
    thumbnail: Pixels = np.array(image)
    return thumbnail


@contextmanager
def opened_image(path: Path) -> Iterator[Image]:
    """Open an image file by content; whatever goes wrong, also in the body, is told as `ImageUnreadable`."""
    with opened_file(path) as file, _pillow_image(path, file) as image:
        yield image


@contextmanager
def _opened(path: Path) -> Iterator[Image]:
    """Open an image file as `opened_image` does, with values that Pillow would not show brought to 8 bits."""
    with opened_file(path) as file:
        if (tiff := open_deep_tiff(file)) is not None:
            refuse_size(path, tiff.width, tiff.height)
            yield _with_orientation(rgb_of_tiff(tiff), tiff.orientation)
            return
        file.seek(0)
        with _pillow_image(path, file) as image:
            if _is_deep_color(image, file):
                image.load()  # tells damage, and finds EXIF data behind the pixels
                yield _with_orientation(rgb_of_coded(file), _orientation(image))
            else:
                yield image


def _is_deep_color(image: Image, file: BinaryIO) -> bool:
    """Tell whether Pillow gives the upper 8 bits of colours only; it goes on in the file where it was."""
    place = file.tell()
    is_deep = {"PNG": is_deep_png, "JPEG2000": is_deep_jpeg2000}.get(image.format or "")
    found = is_deep is not None and "transparency" not in image.info and is_deep(file)
    file.seek(place)
    return found


@contextmanager
def _pillow_image(path: Path, file: BinaryIO) -> Iterator[Image]:
    pillow = import_pillow()
    formats = [name for name in _FORMATS if name in pillow.OPEN]
    with pillow.open(file, formats=formats) as image:
        refuse_size(path, image.width, image.height)
        yield image


def _with_orientation(pixels: Pixels, orientation: int) -> Image:
    image: Image = import_pillow().fromarray(pixels)
    image.getexif()[_ORIENTATION_TAG] = orientation
    return image


def _size_of_deep_tiff(path: Path) -> tuple[int, int] | None:
    """Tell the upright width and height of a TIFF file that Pillow does not read; None if it is something else."""
    with opened_file(path) as file:
        tiff: DeepTiff | None = open_deep_tiff(file)
        if tiff is None:
            return None
        refuse_size(path, tiff.width, tiff.height)
        return (tiff.height, tiff.width) if tiff.orientation in (5, 6, 7, 8) else (tiff.width, tiff.height)


@contextmanager
def opened_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file; whatever goes wrong in reading an image from it is told as `ImageUnreadable`."""
    require_file(path)
    with damage_told(path), path.open("rb") as file:
        yield file


@contextmanager
def damage_told(path: Path) -> Iterator[None]:
    """Tell whatever goes wrong in reading an image from a file as `ImageUnreadable`."""
    try:
        yield
    except ImageUnreadable:
        raise
    except MemoryError as error:
        raise ImageUnreadable(f"“{path.name}” is too large for the free memory; close other programs.") from error
    except Exception as error:  # decoders raise whatever the damage makes them
        raise ImageUnreadable(_why_not_decoded(path, error)) from error


def refuse_size(path: Path, width: int, height: int) -> None:
    """Raise `ImageUnreadable` for an image of no pixels, or of more than may be decoded."""
    if width < 1 or height < 1:
        raise ImageUnreadable(f"“{path.name}” says it is {width} x {height} pixels; copy it again, it is damaged.")
    if width * height > MAX_PIXELS:
        raise ImageUnreadable(
            f"“{path.name}” is {width} x {height} pixels ({_megapixels(width * height)} megapixels), above the limit "
            f"of {_megapixels(MAX_PIXELS)} megapixels; cut it into tiles or make it smaller."
        )


def _megapixels(pixels: int) -> str:
    return f"{pixels / 1e6:.4g}" if pixels < 1e9 else f"{pixels / 1e6:.0f}"


def _why_not_decoded(path: Path, error: Exception) -> str:
    from PIL import UnidentifiedImageError

    if isinstance(error, UnidentifiedImageError):
        return (
            f"“{path.name}” is no image of a kind that can be read here, or its beginning is damaged; "
            "convert it to PNG or JPEG, or copy it again from where it came from."
        )
    if isinstance(error, OSError) and error.errno is not None:
        return why_not_opened(path, error)
    return f"“{path.name}” is damaged or cut off; copy it again from where it came from."


def _orientation(image: Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 if there is none or the EXIF data is broken."""
    try:
        # The method of the base class: that of PNG decodes the pixels first, to find EXIF data behind them.
        orientation = import_pillow().Image.getexif(image).get(_ORIENTATION_TAG, 1)
    except Exception:  # noqa: BLE001 - broken EXIF raises anything, and the pixels are fine all the same
        return 1
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1


def _is_cut_off(image: Image, path: Path) -> bool:
    """Tell whether the end of a JPEG or PNG is not near the end of its file: some programs write more behind it."""
    mark = _END_MARKS.get(image.format or "")
    if mark is None:
        return False
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        return mark not in file.read()


def _has_late_exif(path: Path) -> bool:
    """Tell whether a PNG keeps EXIF data behind its pixels, by a walk over the heads of its chunks."""
    is_behind = False
    with path.open("rb") as file:
        file.seek(8)
        while len(head := file.read(8)) == 8:
            if head[4:] == b"eXIf":
                return is_behind
            is_behind |= head[4:] == b"IDAT"
            file.seek(int.from_bytes(head[:4], "big") + 4, 1)
    return False


def _upright(image: Image) -> Image:
    turn = _TURNS.get(_orientation(image))
    return image if turn is None else image.transpose(import_pillow().Transpose[turn])


def _rgb(image: Image) -> Pixels:
    """Return the loaded image as `(H, W, 3)` uint8."""
    if image.mode == "F" or image.mode.startswith("I"):
        grey = eight_bits(np.asarray(image))
        return np.repeat(grey[:, :, np.newaxis], 3, axis=2)
    if image.has_transparency_data:
        with_alpha = image.convert("RGBA")
        image = import_pillow().new("RGB", image.size, "white")
        image.paste(with_alpha, mask=with_alpha)
    pixels: Pixels = np.array(image if image.mode == "RGB" else image.convert("RGB"))
    return pixels
