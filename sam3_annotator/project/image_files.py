"""Image files on the disk: which there are in a folder, and which is which by content."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Set
from pathlib import Path, PurePath

from sam3_annotator.project.entities import ImageFacts, ImageId
from sam3_annotator.project.errors import ImageUnreadable
from sam3_annotator.project.file_access import is_folder, is_there, require_file, why_not_opened

IMAGE_SUFFIXES = frozenset(
    {
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".png",
        ".bmp",
        ".dib",
        ".gif",
        ".webp",
        ".tif",
        ".tiff",
        ".avif",
        ".jp2",
        ".j2k",
        ".ppm",
        ".pgm",
        ".pbm",
        ".pnm",
    }
)

# A file of this name in a folder says: we have exported here, these are copies and no images to annotate.
EXPORT_MARKER = ".sam3-annotator-export"

# Datasets have their images in the one folder, and beside it masks, which are labels.
_VOC_IMAGES = "JPEGImages"
_VOC_MASKS = frozenset({"SegmentationClass", "SegmentationObject"})
_IMAGES_WITH_MASKS = ("images", "imgs")
_MASKS = "masks"

# What file browsers leave in a folder somebody has only looked into, in small letters.
_LEFT_BY_BROWSERS = frozenset({".ds_store", ".localized", ".directory", "desktop.ini", "thumbs.db"})

NaturalKey = tuple[list[str | int], ...]


def list_image_files(folder: str | Path, recursive: bool = True) -> list[Path]:
    """Return the image files in a folder, known by their suffix, in natural order (`2.png` before `10.png`).

    Left out are hidden files and folders (a leading dot), folders with an `EXPORT_MARKER`, masks (those of a Pascal VOC
    dataset, and `masks` beside `images` in the folder itself), subfolders that may not be read and names that are no
    Unicode (a project cannot store them); a folder reached on several ways, by symbolic links, is listed once. Raises
    `ImageUnreadable` if the folder itself cannot be listed.
    """
    folder = Path(folder)
    try:
        files = list(_walk(folder, recursive))
    except OSError as error:
        raise ImageUnreadable(_why_no_listing(folder, error)) from error
    return sorted(files, key=lambda file: (natural_key(file.relative_to(folder)), str(file)))


def _walk(top: Path, recursive: bool) -> Iterator[Path]:
    seen: set[tuple[int, int] | str] = set()
    # Linked folders come last, so that a folder that is really there is listed under its own name.
    pending, linked = [top], list[Path]()
    while pending or linked:
        folder = pending.pop() if pending else linked.pop(0)
        try:
            facts = folder.stat()
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            if folder == top:
                raise
            continue
        # Some disks of Windows, such as those on the web, number no files: there every number is 0.
        identity = (facts.st_dev, facts.st_ino) if facts.st_ino else os.path.realpath(folder)
        if identity in seen or any(entry.name == EXPORT_MARKER for entry in entries):
            continue
        seen.add(identity)
        masks = _masks_in(folder, {entry.name for entry in entries}, is_top=folder == top)
        for entry in entries:
            if entry.name.startswith(".") or entry.name in masks or not _is_unicode(entry.name):
                continue
            if _is_true(entry.is_dir):
                if recursive:
                    (linked if entry.is_symlink() else pending).append(folder / entry.name)
            elif Path(entry.name).suffix.lower() in IMAGE_SUFFIXES and _is_true(entry.is_file):
                yield folder / entry.name


def _masks_in(folder: Path, names: Set[str], *, is_top: bool) -> Set[str]:
    """Give the names of the folders in a folder that hold masks for certain."""
    if _VOC_IMAGES in names:
        return _VOC_MASKS
    return {_MASKS} if is_top and has_masks_beside_images(folder) else set()


def has_masks_beside_images(folder: Path) -> bool:
    """Whether a folder is a dataset with masks for labels: there are folders `images` (or `imgs`) and `masks` in it."""
    return is_folder(folder / _MASKS) and any(is_folder(folder / name) for name in _IMAGES_WITH_MASKS)


def is_export(folder: str | Path) -> bool:
    """Whether a folder is one that we have exported to: the images in it are copies."""
    return is_there(Path(folder, EXPORT_MARKER))


def list_contents(folder: Path) -> list[Path]:
    """Return what lies in a folder, in the order of names, but for what file browsers leave there by themselves.

    Raises `OSError` if it cannot be listed.
    """
    return sorted(path for path in folder.iterdir() if path.name.lower() not in _LEFT_BY_BROWSERS)


def why_no_images(folder: str | Path) -> str:
    """Say in two sentences why `list_image_files` gives nothing for a folder, and what to do."""
    if is_export(folder):
        return (
            f"“{folder}” is an export of a project, and its images count as copies. "
            "Choose the folder of the originals, or import the export into a project."
        )
    return f"“{folder}” holds no images. Choose a folder with JPEG, PNG, TIFF, WebP or other image files."


def why_no_image(path: Path) -> str:
    """Say in two sentences that a file is of no kind that is read here, and what to do."""
    return (
        f"“{path.name}” is neither a project nor an image of a kind that can be read here. "
        "Save it as TIFF (16 bits and floats are kept), PNG or JPEG with the program that it comes from."
    )


def _is_true(of_entry: Callable[[], bool]) -> bool:
    try:
        return of_entry()
    except OSError:  # a link that leads to itself, or where one may not look
        return False


def _is_unicode(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def folded(name: str) -> str:
    """Return what is the same for names that differ in case, or in how letters with accents are put together.

    macOS writes `é` as two signs where others write one, and archives carry that on.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def is_one_file(path: Path, other: Path) -> bool:
    """Whether two paths lead to one file by names that are the same but for case or the form of accents.

    On macOS and Windows a file is found by each of them, and dialogs, terminals and listings of folders give it
    different ones.
    """
    try:
        return path == other or (folded(str(path)) == folded(str(other)) and path.samefile(other))
    except OSError:
        return False


def natural_key(path: PurePath) -> NaturalKey:
    """Return what sorts relative paths in natural order, part by part."""
    return tuple(
        [int(piece) if piece.isdecimal() else piece for piece in re.split(r"(\d+)", part.casefold())]
        for part in path.parts
    )


def _why_no_listing(folder: Path, error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return f"The folder “{folder}” is not there; choose another, or connect the drive it is on."
        case NotADirectoryError():
            return f"“{folder}” is a file, not a folder; choose the folder it lies in."
        case PermissionError():
            return f"You are not allowed to read the folder “{folder}”; change its permissions or choose another."
    return f"The folder “{folder}” cannot be listed ({error.strerror}); check the drive it is on."


def hash_file(path: str | Path) -> str:
    """Return the BLAKE2b hash of a file's bytes, 128 hex digits; raises `ImageUnreadable`."""
    path = Path(path)
    require_file(path)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()
    except OSError as error:
        raise ImageUnreadable(why_not_opened(path, error)) from error


def find_moved(
    facts_by_id: Mapping[ImageId, ImageFacts],
    folder: str | Path,
    is_free: Callable[[Path], bool] = lambda _: True,
) -> dict[ImageId, Path]:
    """Find images again, whatever they are called now, among the image files below a folder that are free to take.

    Sizes are compared first, so only files of a size looked for are read; of several equal files each image gets
    one of its own, in natural order. Images without a hash, and those not found, are missing in the result.
    Raises `ImageUnreadable` if the folder cannot be listed.
    """
    wanted: dict[str, list[ImageId]] = {}
    sizes = set()
    for image_id, facts in facts_by_id.items():
        if facts.content_hash:
            wanted.setdefault(facts.content_hash, []).append(image_id)
            sizes.add(facts.byte_size)
    found: dict[ImageId, Path] = {}
    for path in list_image_files(folder) if wanted else ():
        try:
            ids = wanted.get(hash_file(path), []) if require_file(path).st_size in sizes else []
        except ImageUnreadable:
            continue  # one unreadable file does not keep the others from being found
        if ids and is_free(path):
            found[ids.pop(0)] = path
    return found
