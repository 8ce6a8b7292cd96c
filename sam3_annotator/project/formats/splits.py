"""What other programs call the splits."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sam3_annotator.project.entities import Split

SPLIT_WORDS = {
    "train": Split.TRAIN,
    "training": Split.TRAIN,
    "val": Split.VAL,
    "valid": Split.VAL,
    "validation": Split.VAL,
    "test": Split.TEST,
}
"""What other programs call the splits, in lower case."""


def split_of_names(names: Iterable[str]) -> Split | None:
    """Read a split from the words of names of files and folders (`instances_train2017`), the first that has one."""
    words = (word for name in names for word in re.findall(r"[a-z]+", name.lower()))
    return next((SPLIT_WORDS[word] for word in words if word in SPLIT_WORDS), None)


def split_of_folders(names: Iterable[str]) -> Split | None:
    """Read a split from the names of folders, the first that is a word for one and nothing else."""
    found = (SPLIT_WORDS.get(name.lower()) for name in names)
    return next((split for split in found if split is not None), None)
