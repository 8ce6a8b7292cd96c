"""The learned model in the box: a small click network that runs on any processor, offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sam3_annotator.model.weights_files.heads import HEAD_BYTES, is_safetensors
from sam3_annotator.paths import resources_dir

if TYPE_CHECKING:
    from sam3_annotator.model.builtin.session import BuiltinSession

FORMAT_NAME = "sam3-annotator builtin"
"""What the metadata of every version's weights begin with."""


def shipped_weights() -> Path:
    """Give the file of weights that comes with the program."""
    return resources_dir() / "builtin" / "builtin.safetensors"


def is_builtin_file(path: Path) -> bool:
    """Tell whether a file holds weights of the built-in model, of this version or another, be they whole or not."""
    if not path.is_file():  # a folder, or a pipe that would never end
        return False
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError:
        return False
    # What the maker says of a file comes first in it, so that a file cut off is told by it, too.
    return is_safetensors(head) and f'"format":"{FORMAT_NAME}'.encode() in head.partition(b"}")[0]


def open_builtin(weights: Path | None = None) -> BuiltinSession:
    """Load weights, the shipped ones by default; imports ONNX Runtime and OpenCV, but no torch.

    Raises `ModelUnavailable` if the weights cannot be used.
    """
    from sam3_annotator.model.builtin.session import BuiltinSession

    return BuiltinSession(weights)
