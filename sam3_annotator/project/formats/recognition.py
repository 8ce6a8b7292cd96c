"""Tells by a quick look which format labels have; their reader alone knows whether they are sound."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from sam3_annotator.project.formats.files.sources import is_hidden
from sam3_annotator.project.image_files import EXPORT_MARKER, has_masks_beside_images

_HEAD = 1 << 16
# Where exports keep their labels, in the order in which programs write them.
_FOLDERS = (".", "annotations", "Annotations", "labels", "images", "SegmentationObject", "instances")
_KINDS = ((".yaml", ".yml"), (".xml",), (".json",))
_LOOKED_AT = 20  # files of a kind in a folder, since the first may be something else, and folders in it
_READ_AT_ANY_DEPTH = frozenset({"labelme", "isat"})
_JSON_KEYS = (
    ("labelme", ('"shapes"', '"imagePath"')),
    ("isat", ('"objects"', '"ISAT"')),
    ("coco", ('"images"', '"annotations"')),
    ("coco", ('"images"', '"categories"')),
)


def recognise_format(path: Path) -> str | None:
    """Return the name in the registry of the format that a file or folder seems to have; None if none is known.

    Only heads and tails of a few files are read, so that it is quick for files and folders of any size.
    """
    try:
        if path.is_dir():
            return _of_folder(path)
        return _of_file(path) if path.is_file() else None
    except OSError:  # its reader will say why
        return None


def _of_folder(folder: Path) -> str | None:
    # What cannot be anything else comes first: masks and YOLO's texts lie beside many kinds of labels.
    if (folder / "masks.json").is_file():
        return "masks"
    found = _of_labels(folder, _FOLDERS)
    if found is not None:
        return found
    if (folder / "labels").is_dir() or any((folder / split / "labels").is_dir() for split in ("train", "val", "test")):
        return "yolo"
    return _of_bare_files(folder) or _of_folders_inside(folder)


def _of_labels(folder: Path, places: Sequence[str]) -> str | None:
    """Tell by files that speak for themselves."""
    files = _files(folder, places, _KINDS)
    return next((name for file in files if (name := _of_file(file)) is not None), None)


def _of_bare_files(folder: Path) -> str | None:
    """Tell by files that say little themselves: rows of numbers, and images that may be masks."""
    if any(_is_yolo_text(file) for file in _files(folder, _FOLDERS, ((".txt",),))):
        return "yolo"
    if (folder / "SegmentationObject").is_dir() or (folder / "SegmentationClass").is_dir():
        return "voc"
    return "masks" if has_masks_beside_images(folder) else None


def _of_folders_inside(folder: Path) -> str | None:
    """Tell by the folders one level deeper, and two where a reader goes on as deep, if these have one format only."""
    folders = list(_folders_in(folder))
    found = {_of_labels(inner, (".", "Annotations")) for inner in folders} - {None}
    if not found:
        deeper = islice((inmost for inner in folders for inmost in _folders_in(inner)), _LOOKED_AT)
        found = {_of_labels(inmost, (".",)) for inmost in deeper} & _READ_AT_ANY_DEPTH
    return found.pop() if len(found) == 1 else None


def _folders_in(folder: Path) -> Iterator[Path]:
    """Give some folders inside, but none that we have exported to: who opens photos does not look for those."""
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir()]
    return (folder / name for name in sorted(names)[:_LOOKED_AT] if not (folder / name / EXPORT_MARKER).exists())


def _files(folder: Path, places: Sequence[str], kinds: Sequence[tuple[str, ...]]) -> Iterator[Path]:
    """Give some files of each kind, the places one after the other."""
    found: list[list[Path]] = [[] for _ in kinds]
    for place in (folder / name for name in places):
        if not place.is_dir():
            continue
        with os.scandir(place) as entries:  # once for all kinds: a folder of images may have very many
            for entry in entries:
                name = entry.name.lower()
                if is_hidden(name):
                    continue
                for files, suffixes in zip(found, kinds, strict=True):
                    if name.endswith(suffixes) and len(files) < _LOOKED_AT and entry.is_file():
                        files.append(place / entry.name)
    return chain.from_iterable(found)


def _of_file(file: Path) -> str | None:
    match file.suffix.lower():
        case ".json":
            return _of_json(file)
        case ".xml":
            return _of_xml(_ends(file))
        case ".zip":
            return _of_archive(file)
        case ".yaml" | ".yml":
            return "yolo" if re.search(r"^names\s*:", _ends(file), re.MULTILINE) else None
        case ".txt":
            return "yolo" if _is_yolo_text(file) else None
        case _:
            return None


def _of_json(file: Path) -> str | None:
    if file.name == "masks.json":
        return "masks"
    text = _ends(file)
    return next((name for name, keys in _JSON_KEYS if all(key in text for key in keys)), None)


def _of_xml(text: str) -> str | None:
    root = re.search(r"<(annotations?)[\s>]", text)
    return {"annotations": "cvat", "annotation": "voc"}[root[1]] if root else None


def _of_archive(file: Path) -> str | None:
    try:
        with zipfile.ZipFile(file) as archive:
            names = (name.rpartition("/")[2] for name in archive.namelist())
            return "cvat" if "annotations.xml" in names else None
    except (zipfile.BadZipFile, ValueError):
        return None


def _is_yolo_text(file: Path) -> bool:
    line = next((line for line in _ends(file).splitlines() if line.strip()), "")
    return re.fullmatch(r"\s*\d+(\s+-?[\d.]+(e-?\d+)?){4,}\s*", line) is not None


def _ends(file: Path) -> str:
    """Return the first and the last part of a file: in the middle, a large one holds its vertices or pixels."""
    with file.open("rb") as opened:
        head = opened.read(_HEAD)
        opened.seek(max(opened.seek(0, 2) - _HEAD, len(head)))
        return (head + opened.read()).decode("utf-8", errors="replace")
