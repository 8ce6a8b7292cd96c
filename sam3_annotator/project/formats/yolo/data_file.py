"""What the data file of a YOLO dataset says: names of classes, where the images of each split are, keypoints."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sam3_annotator.project.entities import Split
from sam3_annotator.project.errors import FormatError
from sam3_annotator.project.formats.splits import SPLIT_WORDS


@dataclass(frozen=True, slots=True)
class DataFile:
    """What a data file says.

    `names` by the number of the class; `parts` are paths of folders, of lists and of images by split, as written;
    `path` is what they start from, as written; `keypoint_values` is how many numbers follow a box in each row.
    """

    names: dict[int, str] = field(default_factory=dict)
    parts: dict[Split, tuple[str, ...]] = field(default_factory=dict)
    path: str = ""
    keypoint_values: int = 0


def read_data_file(file: Path) -> DataFile:
    """Read a `data.yaml`; raises FormatError if it is none.

    Words that YAML takes for something else, such as a class called no, are read as they are written.
    """
    import yaml

    try:
        content = yaml.load(read_text(file), Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark is not None else ""
        raise FormatError(f"{file.name} is damaged or no YAML{where}; choose the data.yaml of a dataset.") from error
    except RecursionError as error:
        raise FormatError(f"{file.name} is no data file of a YOLO dataset: it is nested too deeply.") from error
    if not isinstance(content, dict) or not {"names", "nc", *SPLIT_WORDS} & set(filter(_is_text, content)):
        raise FormatError(f"{file.name} is no data file of a YOLO dataset: it has neither names nor train nor val.")
    parts: dict[Split, tuple[str, ...]] = {}
    for word, split in SPLIT_WORDS.items():
        parts[split] = (*parts.get(split, ()), *_texts(content.get(word)))
    path = content.get("path")
    return DataFile(
        _names(content.get("names")),
        {split: entries for split, entries in parts.items() if entries},
        path.strip() if isinstance(path, str) else "",
        _keypoint_values(content.get("kpt_shape")),
    )


def data_files_in(folder: Path) -> list[Path]:
    """Return the data files in a folder; only the one if one has the usual name, whatever is in it."""
    usual = [file for name in ("data.yaml", "dataset.yaml") if (file := folder / name).is_file()]
    return usual[:1] or [file for kind in ("*.yaml", "*.yml") for file in sorted(folder.glob(kind)) if _is_one(file)]


def _is_one(file: Path) -> bool:
    try:
        read_data_file(file)
    except FormatError:
        return False
    return True


def read_names(file: Path) -> dict[int, str]:
    """Read a file with a name in each line; raises FormatError."""
    return _names(read_text(file).rstrip().splitlines())


def read_text(file: Path) -> str:
    """Return the text of a file in UTF-8, with or without a mark; raises FormatError."""
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(f"{file.name} is not UTF-8 text, so it cannot be read; save it as UTF-8.") from error
    except OSError as error:
        raise FormatError(f"{file} cannot be read ({error.strerror}); check its permissions.") from error


def _names(said: object) -> dict[int, str]:
    """Give names by number, from a list or from a map; what is neither name nor number is left out."""
    pairs = said.items() if isinstance(said, dict) else enumerate(said if isinstance(said, list) else ())
    names = {}
    for key, name in pairs:
        number = str(key).strip()
        if isinstance(name, str) and name.strip() and number.isdecimal() and len(number) < 10:
            # Halves of characters, which YAML can escape, would not go into the project.
            names[int(number)] = name.strip().encode(errors="replace").decode()
    return names


def _texts(said: object) -> Iterator[str]:
    for entry in said if isinstance(said, list) else [said]:
        if isinstance(entry, str) and entry.strip():
            yield entry.strip()


def _keypoint_values(said: Any) -> int:  # noqa: ANN401 - whatever the file holds
    shape = said if isinstance(said, list) else []
    numbers = [int(number) for number in shape if _is_text(number) and number.isdecimal() and len(number) < 4]
    return math.prod(numbers) if len(numbers) == len(shape) == 2 else 0


def _is_text(value: object) -> bool:
    return isinstance(value, str)
