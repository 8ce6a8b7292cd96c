"""The pages of a TIFF stack: how many there are, and each as a file of its own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from sam3_annotator import patience
from sam3_annotator.project import tiff_directories as tiff
from sam3_annotator.project.errors import ImageUnreadable, KnownError
from sam3_annotator.project.image_files import list_image_files, require_file
from sam3_annotator.project.progress import Progress, no_progress

TIFF_SUFFIXES: Final = frozenset({".tif", ".tiff"})

_SHAPE: Final = (tiff.WIDTH, tiff.HEIGHT, tiff.BITS, tiff.SAMPLES)
# Smaller copies of a page, and masks of one, are no pages of their own.
_REDUCED, _MASK = 1, 4
# Further directories that a page refers to, and what programs say of the stack as a whole.
_NOT_TAKEN: Final = frozenset({270, 330, 34665, 34853, 40965, 50838, 50839})
_OLD_JPEG: Final = 513


def count_pages(path: Path) -> int:
    """Tell how many pages like its first, of one size and kind, a file has; 1 if it is no TIFF or cannot be read."""
    try:
        with path.open("rb") as file:
            return max(sum(1 for _ in _pages(file, frozenset({*_SHAPE, tiff.KIND_OF_PAGE}))), 1)
    except (OSError, ValueError):
        return 1


def _pages(file: BinaryIO, used: frozenset[int] | None = None) -> Iterator[tiff.Directory]:
    first = None
    for directory in tiff.read_directories(file, used):
        shape = [directory.values(tag) for tag in _SHAPE]
        first = first or shape
        if shape == first and not directory.value(tiff.KIND_OF_PAGE) & (_REDUCED | _MASK):
            yield directory


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
            for done, (directory, name) in enumerate(zip(_pages(file), names, strict=True)):
                progress(done, total)
                (part / name).write_bytes(_alone(path, file, directory))
        part.chmod(path.parent.stat().st_mode)  # temporary folders are for nobody else
        patience.rename(part, folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    progress(total, total)
    return [folder / name for name in names]


def _alone(path: Path, file: BinaryIO, directory: tiff.Directory) -> bytes:
    tags = {number: tag for number, tag in directory.tags.items() if number not in _NOT_TAKEN}
    if _OLD_JPEG in tags or not {*tiff.places_of_pieces(directory)} <= tags.keys():
        raise ImageUnreadable(
            f"The pages of “{path.name}” are packed in a way that is not known here; save them as files of their own "
            "with the program that they come from."
        )
    alone = tiff.Directory(directory.order, directory.is_large, tags)
    return tiff.tiff_of(alone, tiff.read_pieces(file, directory))
