"""Reads and writes the weights file: safetensors, mostly float16, with the format's version in its metadata."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from sam3_annotator.model.builtin import FORMAT_NAME, shipped_weights
from sam3_annotator.model.builtin.quantization import RANGES
from sam3_annotator.model.errors import ModelUnavailable

if TYPE_CHECKING:
    from torch import Tensor

    from sam3_annotator.model.builtin.network import BuiltinNetwork

FORMAT = f"{FORMAT_NAME} 1"


def read_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """Read all weights by name, as float32; raises `ModelUnavailable` for a file that is none of this format."""
    try:
        with safe_open(path, framework="np") as file:
            if (file.metadata() or {}).get("format") != FORMAT:
                remedy = _remedy(path, "choose weights made for this version")
                raise ModelUnavailable(f"{path} is no weights file of this version's built-in model; {remedy}.")
            return {name: np.asarray(file.get_tensor(name), np.float32) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (OSError, SafetensorError) as error:
        remedy = _remedy(path, "copy the file again from where it came from")
        raise ModelUnavailable(
            f"The weights of the built-in model cannot be read from {path} ({error}); {remedy}."
        ) from error


def check_weights(path: Path, found: Mapping[str, NDArray[np.float32]], wanted: Mapping[str, Sequence[int]]) -> None:
    """Raise `ModelUnavailable` unless every wanted weight, a name and a shape, was found in `path`, and no other."""
    has = {name: tuple(value.shape) for name, value in found.items()}
    needs = {name: tuple(shape) for name, shape in wanted.items()}
    different = sorted(name for name in has.keys() | needs.keys() if has.get(name) != needs.get(name))
    if different:
        remedy = _remedy(path, "choose weights made for this version")
        raise ModelUnavailable(f"{path} does not fit this version's built-in model ({different[0]}, ...); {remedy}.")


def _remedy(path: Path, remedy_of_others: str) -> str:
    """Say what to do about weights that cannot be used: those of one's own come with no installation."""
    return "reinstall the program" if path == shipped_weights() else remedy_of_others


def save_weights(network: BuiltinNetwork, path: Path, ranges: NDArray[np.float32] | None = None) -> None:
    """Write the convolutions' weights in float16, and what is small but wide-ranging (biases, statistics) as it is.

    `ranges` are those by which the program rounds; without them it answers in float32.

    Raises `FloatingPointError` for weights that are not finite or too large for that.
    """
    state = {}
    for name, value in name_weights(network).items():
        with np.errstate(over="ignore"):
            stored = value.detach().cpu().numpy().astype(np.float16 if value.ndim > 1 else np.float32, order="C")
        if not np.isfinite(stored).all():
            raise FloatingPointError(f"The weights {name} are not finite, or too large for {stored.dtype}.")
        state[name] = stored
    if ranges is not None:
        state[RANGES] = np.ascontiguousarray(ranges, np.float32)
    save_file(state, path, metadata={"format": FORMAT})


def fill_network(network: BuiltinNetwork, path: Path) -> None:
    """Read weights into a network; raises `ModelUnavailable` unless every weight is there and no other."""
    found, wanted = read_weights(path), name_weights(network)
    found.pop(RANGES, None)  # what training moves, rounds otherwise
    check_weights(path, found, {name: value.shape for name, value in wanted.items()})
    for name, value in wanted.items():
        value.copy_(value.new_tensor(found[name]))


def name_weights(network: BuiltinNetwork) -> dict[str, Tensor]:
    """Give what a weights file holds of a network, by name; the only things left out are batch counters."""
    return {name: value for name, value in network.state_dict().items() if value.dtype.is_floating_point}
