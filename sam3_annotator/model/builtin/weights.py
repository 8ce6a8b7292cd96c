"""Reads and writes the weights file: safetensors, mostly float16, with the format's version in its metadata."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from sam3_annotator.model.builtin import FORMAT_NAME
from sam3_annotator.model.errors import ModelUnavailable

if TYPE_CHECKING:
    from sam3_annotator.model.builtin.network import BuiltinNetwork

FORMAT = f"{FORMAT_NAME} 1"


def read_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """Read all weights by name, as float32; raises `ModelUnavailable` for a file that is none of this format."""
    try:
        with safe_open(path, framework="np") as file:
            if (file.metadata() or {}).get("format") != FORMAT:
                raise ModelUnavailable(f"{path} is no weights file of the built-in model; reinstall the program.")
            return {name: np.asarray(file.get_tensor(name), np.float32) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (OSError, SafetensorError) as error:
        raise ModelUnavailable(
            f"The weights of the built-in model cannot be read from {path} ({error}); reinstall the program."
        ) from error


def misfit(path: Path, detail: str) -> ModelUnavailable:
    """Make the error for weights of another version's network; `detail` is the first thing that differs."""
    return ModelUnavailable(
        f"{path} does not fit this version's built-in model ({detail}); use weights made for this version, or "
        "reinstall the program."
    )


def save_weights(network: BuiltinNetwork, path: Path) -> None:
    """Write the convolutions' weights in float16, and what is small but wide-ranging (biases, statistics) as it is."""
    state = {
        name: value.detach().cpu().numpy().astype(np.float16 if value.ndim > 1 else np.float32, order="C")
        for name, value in network.state_dict().items()
        if value.dtype.is_floating_point
    }
    save_file(state, path, metadata={"format": FORMAT})


def fill_network(network: BuiltinNetwork, path: Path) -> None:
    """Read weights into a network; raises `ModelUnavailable` unless every weight is there and no other."""
    found = read_weights(path)
    wanted = {name: value for name, value in network.state_dict().items() if value.dtype.is_floating_point}
    different = sorted(set(found) ^ set(wanted))
    different += [name for name, value in wanted.items() if name in found and found[name].shape != tuple(value.shape)]
    if different:
        raise misfit(path, different[0])
    for name, value in wanted.items():
        value.copy_(value.new_tensor(found[name]))
