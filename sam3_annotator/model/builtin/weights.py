"""Reads and writes the weights file: safetensors, mostly float16, with the format's version in its metadata."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from sam3_annotator.model.builtin import FORMAT_NAME
from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.errors import ModelUnavailable

FORMAT = f"{FORMAT_NAME} 1"


def save_weights(network: BuiltinNetwork, path: Path) -> None:
    """Write the convolutions' weights in float16, and what is small but wide-ranging (biases, statistics) as it is."""
    state = {
        name: value.detach().cpu().to(torch.float16 if value.ndim > 1 else torch.float32).contiguous()
        for name, value in network.state_dict().items()
        if value.dtype.is_floating_point
    }
    save_file(state, path, metadata={"format": FORMAT})


def load_network(path: Path, config: BuiltinConfig) -> BuiltinNetwork:
    """Read a network, ready for answers; raises `ModelUnavailable` unless every weight is there and no other."""
    with torch.device("meta"):  # no time is spent on first weights that nobody wants
        network = BuiltinNetwork(config)
    fill_network(network, path)
    network.eval().requires_grad_(False)
    fold_norms(network)
    return network


def fill_network(network: BuiltinNetwork, path: Path) -> None:
    """Read weights into a network; raises `ModelUnavailable` unless every weight is there and no other."""
    wanted = {name: value for name, value in network.state_dict().items() if value.dtype.is_floating_point}
    try:
        with safe_open(path, framework="pt") as file:
            if (file.metadata() or {}).get("format") != FORMAT:
                raise ModelUnavailable(f"{path} is no weights file of the built-in model; reinstall the program.")
            found = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 - no mapping
    except (OSError, SafetensorError) as error:
        raise ModelUnavailable(
            f"The weights of the built-in model cannot be read from {path} ({error}); reinstall the program."
        ) from error
    shapes = {name: value.shape for name, value in wanted.items()}
    if {name: value.shape for name, value in found.items()} != shapes:
        different = sorted(set(found) ^ set(wanted)) or ["shapes"]
        raise ModelUnavailable(
            f"{path} does not fit this version's built-in model ({different[0]}, ...); reinstall the program."
        )
    network.load_state_dict(found, strict=False, assign=True)  # the only keys left out are batch counters


def fold_norms(network: nn.Module) -> None:
    """Merge every batch norm into the convolution before it, in place; the answers stay the same."""
    for module in list(network.modules()):
        if isinstance(module, nn.Sequential) and len(module) == 3 and isinstance(module[1], nn.BatchNorm2d):
            convolution = module[0]
            assert isinstance(convolution, nn.Conv2d)
            module[0] = fuse_conv_bn_eval(convolution, module[1])
            module[1] = nn.Identity()
