"""Where other programs keep the parts of a data set: which split a file belongs to, and where its images lie."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sam3_annotator.project.entities import Split
from sam3_annotator.project.errors import FormatError

_SPLIT_WORDS = {
    "train": Split.TRAIN,
    "training": Split.TRAIN,
    "val": Split.VAL,
    "valid": Split.VAL,
    "validation": Split.VAL,
    "test": Split.TEST,
}


def is_single_file(source: Path, offer: str) -> bool:
    """Whether a source is a file, not a folder; raises FormatError, offering what to choose, if it is neither."""
    try:
        if source.is_file():
            return True
        is_folder = source.is_dir()
    except OSError as error:
        raise FormatError(f"{source} cannot be read ({error.strerror}); choose another.") from error
    if not is_folder:
        raise FormatError(f"There is nothing at {source}; choose {offer}.")
    return False


def split_named(folder: str) -> Split | None:
    """Return the split that a folder of this very name holds."""
    return _SPLIT_WORDS.get(folder.lower())


def split_of_file(file: Path) -> Split | None:
    """Read the split from the name of a file (`instances_train2017.json`), else from that of its folder."""
    for name in (file.stem, file.parent.name):
        for word in re.findall(r"[a-z]+", name.lower()):
            if word in _SPLIT_WORDS:
                return _SPLIT_WORDS[word]
    return None


def image_folders(file: Path, split: Split | None) -> Iterator[Path]:
    """Give the folders beside a file that its images may lie in, as different programs lay them out."""
    for base in (
        (file.parent.parent, file.parent) if file.parent.name == "annotations" else (file.parent, file.parent.parent)
    ):
        if split is not None:
            yield base / "images" / str(split)
            yield base / str(split)
        yield base / "images"
        yield base
