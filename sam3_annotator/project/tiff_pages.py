"""The pages of a TIFF stack: how many there are, and each as a file of its own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from numpy.typing import NDArray

from sam3_annotator import patience
from sam3_annotator.project.errors import ImageUnreadable, KnownError
from sam3_annotator.project.file_access import require_file
from sam3_annotator.project.image_files import list_image_files
from sam3_annotator.project.images import damage_told, opened_file, refuse_size
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.tiff_values import import_tifffile, is_codec_known, open_tiff, photometric_of, read_page

if TYPE_CHECKING:  # not needed at the start
    from tifffile import TiffPage

TIFF_SUFFIXES: Final = frozenset({".tif", ".tiff"})

_PALETTE = 3
_PLAIN, _JPEG = 1, (6, 7)
_BITS: Final = range(1, 65)
_FEW_BITS: Final = range(2, 8)  # which tifffile writes unpacked only
# How to turn a page, its place on a map, its colour profile, and which value stands for none.
_KEPT: Final = (274, 33550, 33922, 34264, 34675, 34735, 34736, 34737, 42113)


def count_pages(path: Path) -> int:
    """Tell how many pages like its first, of one size and kind, a file has; 1 if it is no TIFF or cannot be read."""
    try:
        with opened_file(path) as file:
            return max(sum(1 for _ in _pages(file)), 1)
    except ImageUnreadable:
        return 1


def _pages(file: BinaryIO) -> Iterator[TiffPage]:
    """Read page by page; smaller copies of a page, and masks of one, are no pages of their own."""
    tiff = open_tiff(file)
    if tiff is None:
        return
    seen, first = set[int](), tiff.pages.first
    for page in (listed.aspage() for listed in tiff.pages):
        if page.offset in seen:  # the list of pages goes round
            return
        seen.add(page.offset)
        is_alike = (page.shaped, page.bitspersample) == (first.shaped, first.bitspersample)
        if is_alike and not page.is_reduced and not page.is_mask:
            yield page


def split_pages(path: Path, progress: Progress = no_progress) -> list[Path]:
    """Write each page of a stack to a file of its own, its values as they are, into a new folder beside the stack.

    Returns the files in the order of the pages. The folder is there complete or not at all; if it is there already,
    with as many files, these are returned. Raises `ImageUnreadable` if the stack cannot be read, `KnownError` if the
    folder has something else in it, `OSError` if it cannot be written.
    """
    require_file(path)
    folder = path.with_name(f"{path.stem} pages")
    total = count_pages(path)
    names = [f"{path.stem}_{number:0{len(str(total))}d}.tif" for number in range(1, total + 1)]
    if folder.exists():
        files = list_image_files(folder)
        if [file.name for file in files] != names:
            raise KnownError(f"There is a folder “{folder.name}” already, with something else in it; rename it first.")
        return files
    part = Path(tempfile.mkdtemp(prefix=".", dir=path.parent))
    try:
        with path.open("rb") as file:
            with damage_told(path):
                pages = list(_pages(file))
            for done, (page, name) in enumerate(zip(pages, names, strict=True)):
                progress(done, total)
                _write_alone(page, part / name, path)
        part.chmod(path.parent.stat().st_mode)  # temporary folders are for nobody else
        patience.rename(part, folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    progress(total, total)
    return [folder / name for name in names]


def _write_alone(page: TiffPage, file: Path, stack: Path) -> None:
    """Write a page as a file of its own, packed without loss if it was packed at all."""
    refuse_size(stack, page.imagewidth, page.imagelength)
    if page.dtype is None or page.bitspersample not in _BITS or not is_codec_known(page):
        raise _unknown(stack)
    with damage_told(stack):
        values = read_page(page)
    try:
        _write(page, values, file)
    except OSError:
        raise
    except Exception as error:  # what is not written by tifffile raises one thing or another
        raise _unknown(stack) from error


def _write(page: TiffPage, values: NDArray[Any], file: Path) -> None:
    is_color_of_jpeg = page.compression in _JPEG and page.samplesperpixel == 3  # which has become RGB
    has_few_bits = page.bitspersample in _FEW_BITS
    photometric, is_packed = photometric_of(page), page.compression != _PLAIN and not has_few_bits
    import_tifffile().imwrite(
        file,
        values,
        photometric="rgb" if is_color_of_jpeg else photometric,
        planarconfig=page.planarconfig if page.samplesperpixel > 1 else None,
        bitspersample=page.bitspersample if has_few_bits else None,
        extrasamples=page.extrasamples or None,
        colormap=page.colormap if photometric == _PALETTE else None,
        resolution=page.resolution,
        resolutionunit=page.resolutionunit,
        compression="zlib" if is_packed else None,
        predictor=is_packed and page.predictor != 1,
        metadata=None,
        software=False,
        extratags=[(tag.code, tag.dtype, tag.count, tag.value, True) for tag in page.tags if tag.code in _KEPT],
    )


def _unknown(stack: Path) -> ImageUnreadable:
    return ImageUnreadable(
        f"The pages of “{stack.name}” are packed in a way that is not known here; save them as files of their own "
        "with the program that they come from."
    )
