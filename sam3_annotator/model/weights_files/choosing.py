"""Decides which files are a model's weights: the one that was chosen, or those that count in a folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sam3_annotator.model.errors import ModelUnavailable

PART_SUFFIX: Final = ".safetensors"
INDEX_SUFFIX: Final = f"{PART_SUFFIX}.index.json"
# In a folder, the first of these that is there counts; any other weights only if there is nothing else.
USUAL_FILES: Final = ("model.safetensors", f"model{INDEX_SUFFIX}", "sam3.pt", "sam3.1_multiplex.pt")
WEIGHT_SUFFIXES: Final = frozenset({".safetensors", ".pt", ".pth", ".bin", ".ckpt"})


@dataclass(frozen=True, slots=True)
class WeightsFiles:
    """The weights of a model on the disk.

    `path` is what to call them: the file itself, or the index of a model in parts; `parts` are the files with tensors.
    """

    path: Path
    parts: tuple[Path, ...]

    def stamp(self) -> tuple[int, int]:
        """Give the size of all parts in bytes, and when the last of them was changed, in ns; raises `OSError`."""
        found = [part.stat() for part in self.parts]
        return sum(part.st_size for part in found), max(part.st_mtime_ns for part in found)


def looks_like_weights(path: Path) -> bool:
    """Tell whether a file by its name, or a folder by a file in it, is likely the weights of a model."""
    try:
        names = [file.name for file in path.iterdir()] if path.is_dir() else [path.name]
    except OSError:
        return False
    return any(name.endswith(INDEX_SUFFIX) or Path(name).suffix.lower() in WEIGHT_SUFFIXES for name in names)


def find_weights(path: Path) -> WeightsFiles:
    """Give the weights at a path: a file, the index of a model in parts, or the folder of either.

    Raises `ModelUnavailable` with a sentence if there are none, not all parts, or several models to choose from.
    """
    try:
        if path.is_dir():
            path = _choose_in_folder(path)
        elif not path.is_file():  # a pipe would never end
            raise ModelUnavailable(f"There is no file or folder {path}; choose where the weights of the model are.")
        parts = _parts_of(path) if path.name.endswith(INDEX_SUFFIX) else (path,)
        for part in parts:
            if not part.is_file():
                raise ModelUnavailable(f"{part} is missing, a part of the model; download it into the same folder.")
    except OSError as error:
        raise ModelUnavailable(f"{path} cannot be read ({error.strerror or error}); choose another file.") from error
    return WeightsFiles(path, parts)


def _choose_in_folder(folder: Path) -> Path:
    for name in USUAL_FILES:
        if (folder / name).is_file():
            return folder / name
    # On disks of other systems macOS puts a hidden file of its own beside each.
    files = (file for file in folder.iterdir() if not file.name.startswith("."))
    weights = sorted(file for file in files if file.suffix in WEIGHT_SUFFIXES and file.is_file())
    if len(weights) == 1:
        return weights[0]
    if not weights:
        raise ModelUnavailable(
            f"The folder {folder} has no weights in it; choose the one that holds sam3.pt or model.safetensors."
        )
    raise ModelUnavailable(f"The folder {folder} holds {len(weights)} checkpoints; choose one of the files.")


def _parts_of(index: Path) -> tuple[Path, ...]:
    try:
        names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
        # Parts lie beside the index; anything else is not for an index to choose.
        is_sound = bool(names) and all(Path(name).name == name and name.endswith(PART_SUFFIX) for name in names)
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        is_sound = False
    if not is_sound:
        raise ModelUnavailable(f"{index} is not the index of a model's parts; download it again.")
    return tuple(index.parent / name for name in names)
