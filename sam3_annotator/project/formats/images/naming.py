"""Names for the images of an export, all different, from their files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePath, PurePosixPath

Naming = Callable[[Sequence[Path]], list[str]]
"""Gives images names for an export, relative and with `/`, all different, from their files."""


def nested_names(files: Sequence[Path]) -> list[str]:
    """Name files by their path from the folder they have in common, so that sub-folders are kept.

    A backslash, which may be in a name outside Windows, becomes `_`: readers of labels take it for a slash.
    """
    try:
        common = Path(os.path.commonpath([file.parent for file in files])) if files else Path()
    except ValueError:  # different drives
        return flat_names(files)
    return _without_backslashes([file.relative_to(common).as_posix() for file in files])


def nested_names_of_other_stems(files: Sequence[Path]) -> list[str]:
    """Name files as `nested_names` does, but with different stems in a folder, since they would share one `a.json`."""
    paths = [PurePosixPath(name) for name in nested_names(files)]
    stems = _unique_stems([path.with_suffix("").as_posix() for path in paths], [PurePath()] * len(paths))
    return [stem + path.suffix for stem, path in zip(stems, paths, strict=True)]


def flat_names(files: Sequence[Path]) -> list[str]:
    """Name files without folders and with different stems, since `a.jpg` and `a.png` would share one `a.txt`.

    Where stems are equal (upper and lower case alike) the names of folders are put before them, then numbers after.
    """
    stems = _unique_stems([file.stem for file in files], [file.parent for file in files])
    return [stem + file.suffix for stem, file in zip(stems, files, strict=True)]


def _unique_stems(stems: Sequence[str], folders: Sequence[PurePath]) -> list[str]:
    double = _doubles(stems)
    longer = [
        f"{folder.name}_{stem}" if stem.casefold() in double and folder.name else stem
        for stem, folder in zip(stems, folders, strict=True)
    ]
    # Names as they are come first: a renamed file never takes the name of one that keeps its own.
    used = {stem.casefold() for stem in stems if stem.casefold() not in double}
    result = []
    for before, after in zip(stems, longer, strict=True):
        stem, number = after, 2
        while before.casefold() in double and stem.casefold() in used:
            stem, number = f"{after}_{number}", number + 1
        used.add(stem.casefold())
        result.append(stem)
    return result


def _without_backslashes(names: list[str]) -> list[str]:
    used = {name.casefold() for name in names if "\\" not in name}
    result = []
    for name in names:
        if "\\" not in name:
            result.append(name)
            continue
        path = PurePosixPath(name.replace("\\", "_"))
        found, number = path, 2
        while found.as_posix().casefold() in used:
            found, number = path.with_stem(f"{path.stem}_{number}"), number + 1
        used.add(found.as_posix().casefold())
        result.append(found.as_posix())
    return result


def _doubles(stems: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    double: set[str] = set()
    for stem in stems:
        (double if stem.casefold() in seen else seen).add(stem.casefold())
    return double
