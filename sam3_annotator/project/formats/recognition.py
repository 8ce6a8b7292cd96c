"""Tells by a quick look which format labels have; their reader alone knows whether they are sound."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

_HEAD = 1 << 16
# Where exports keep their labels, in the order in which programs write them.
_FOLDERS = (".", "annotations", "Annotations", "labels", "images", "SegmentationObject", "instances")
_LOOKED_AT = 20  # files of a kind in a folder: the first may be something else
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
    for kinds in ((".yaml", ".yml"), (".xml",), (".json",)):
        found = _first_known(_files(folder, kinds))
        if found is not None:
            return found
    if (folder / "labels").is_dir() or any((folder / split / "labels").is_dir() for split in ("train", "val", "test")):
        return "yolo"
    return _of_bare_files(folder)


def _of_bare_files(folder: Path) -> str | None:
    """Tell by files that say little themselves: rows of numbers, and images that may be masks."""
    if any(_is_yolo_text(file) for file in islice(_files(folder, (".txt",)), _LOOKED_AT)):
        return "yolo"
    if (folder / "SegmentationObject").is_dir() or (folder / "SegmentationClass").is_dir():
        return "voc"
    return None


def _first_known(files: Iterable[Path]) -> str | None:
    return next((name for file in islice(files, _LOOKED_AT) if (name := _of_file(file)) is not None), None)


def _files(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    for name in _FOLDERS:
        place = folder / name
        if place.is_dir():
            yield from (file for file in place.iterdir() if file.suffix.lower() in suffixes and file.is_file())


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
            return "cvat" if "annotations.xml" in archive.namelist() else None
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
