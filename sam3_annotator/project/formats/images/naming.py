"""Names for the images of an export, all different, from their files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

from sam3_annotator.project.formats.images.portable import portable_part, shortened
from sam3_annotator.project.image_files import folded


class Naming(Protocol):
    """Gives images names for an export, relative and with `/`, from their files.

    Names are all different, also to systems to which upper and lower case, or the forms of accents, are one. With
    `is_portable` every system takes them as names of files. Without it they are for labels alone, whose images lie
    elsewhere and are called what they are called: only names that labels could not tell apart change.
    """

    def __call__(self, files: Sequence[Path], *, is_portable: bool = True) -> list[str]:
        """Return the names in the order of the files."""
        ...


def nested_names(files: Sequence[Path], *, is_portable: bool = True) -> list[str]:
    """Name files by their path from the folder they have in common, so that sub-folders are kept.

    A backslash, which may be in a name outside Windows, becomes `_`: readers of labels take it for a slash. Names that
    are not portable may differ in case alone.
    """
    return _nested(files, _whole if is_portable else str, is_portable=is_portable)


def nested_names_of_other_stems(files: Sequence[Path], *, is_portable: bool = True) -> list[str]:
    """Name files as `nested_names` does, but with different stems in a folder, since they would share one `a.json`."""
    return _nested(files, _stem, is_portable=is_portable)


def flat_names(files: Sequence[Path], *, is_portable: bool = True) -> list[str]:
    """Name files without folders and with different stems, since `a.jpg` and `a.png` would share one `a.txt`.

    Where stems are equal (upper and lower case alike) the names of folders are put before them, then numbers after.
    A name that is not portable makes way for those that are.
    """
    wanted = [portable_part(file.name) if is_portable else shortened(file.name) for file in files]
    is_kept = [file.name == name for file, name in zip(files, wanted, strict=True)]
    double = _doubles(_stem(name) for name, is_own in zip(wanted, is_kept, strict=True) if is_own)
    # Names as they are come first: a renamed file never takes the name of one that keeps its own.
    taken = _Taken(_stem)
    taken.keys.update({_stem(name) for name, is_own in zip(wanted, is_kept, strict=True) if is_own} - double)
    result = list(wanted)
    for number in sorted(range(len(files)), key=lambda number: not is_kept[number]):
        name, folder = wanted[number], files[number].parent.name
        if is_kept[number] and _stem(name) not in double:
            continue
        if folder and (_stem(name) in double or _stem(name) in taken.keys):
            before = portable_part(folder) if is_portable else folder
            name = shortened(f"{before}_{name}")
        result[number] = taken.take_free(name)
    return result


_Key = Callable[[str], str]


def _whole(name: str) -> str:
    return folded(name)


def _stem(name: str) -> str:
    return folded(PurePosixPath(name).with_suffix("").as_posix())


def _nested(files: Sequence[Path], key: _Key, *, is_portable: bool) -> list[str]:
    """Name files by their path; names of one `key` are told apart by numbers."""
    try:
        common = Path(os.path.commonpath([file.parent for file in files])) if files else Path()
    except ValueError:  # different drives
        return flat_names(files, is_portable=is_portable)
    paths = [PurePosixPath(file.relative_to(common).as_posix()) for file in files]
    wanted = _portable(paths) if is_portable else [path.as_posix().replace("\\", "_") for path in paths]
    result = [""] * len(files)
    folders = {parent for name in set(map(PurePosixPath, wanted)) for parent in name.parents} if is_portable else set()
    taken = _Taken(key, folders)
    for number, (path, name) in enumerate(zip(paths, wanted, strict=True)):
        if path.as_posix() == name and taken.is_free(name):
            result[number] = taken.take_free(name)
    for number, name in enumerate(wanted):
        if not result[number]:
            result[number] = taken.take_free(name)
    return result


def _portable(paths: Sequence[PurePosixPath]) -> list[str]:
    """Make paths portable; folders that a system could take for one become one, called as the first is."""
    folders = dict.fromkeys(path.parent for path in paths)
    wanted = {folder: [portable_part(part) for part in folder.parts] for folder in folders}
    spelled: dict[str, str] = {}
    placed: dict[PurePosixPath, str] = {}
    for folder in sorted(folders, key=lambda folder: list(folder.parts) != wanted[folder]):
        place = ""
        for part in wanted[folder]:
            place = spelled.setdefault(folded(f"{place}{part}"), f"{place}{part}") + "/"
        placed[folder] = place
    return [placed[path.parent] + portable_part(path.name) for path in paths]


class _Taken:
    """The names given so far, by what tells them apart, and the folders, which no file can be called like."""

    def __init__(self, key: _Key, folders: Iterable[PurePosixPath] = ()) -> None:
        self.keys: set[str] = set()
        self._key = key
        self._folders = {folded(folder.as_posix()) for folder in folders}
        self._next: dict[str, int] = {}

    def is_free(self, name: str) -> bool:
        return self._key(name) not in self.keys and not (self._folders and folded(name) in self._folders)

    def take_free(self, name: str) -> str:
        """Return a name that is free, with a number behind its stem where it is not itself, and take it."""
        path, found = PurePosixPath(name), name
        # Thousands of images may share a name: each goes on where the one before it has ended.
        number = self._next.get(self._key(name), 2)
        while not self.is_free(found):
            found = (path.parent / shortened(path.name, f"_{number}")).as_posix()
            number += 1
            self._next[self._key(name)] = number
        self.keys.add(self._key(found))
        return found


def _doubles(keys: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    double: set[str] = set()
    for key in keys:
        (double if key in seen else seen).add(key)
    return double
