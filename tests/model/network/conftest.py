"""What the network's tests share: tiny sizes, random weights that hide nothing, and the reference implementation."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from types import ModuleType

import pytest
import torch
from torch import Tensor, nn

from sam3_annotator.model.network.config import Sam3Config

Randomise = Callable[[nn.Module, int], None]
Rename = Callable[[Mapping[str, Tensor], Mapping[str, str]], dict[str, Tensor]]


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def tiny_config() -> Sam3Config:
    return Sam3Config.tiny()


@pytest.fixture(scope="session")
def sam3_reference() -> ModuleType:
    """Give the independent implementation of `transformers`.

    Its module is imported by name: the package's front hides it where torchvision is missing, which only the
    pooling of exemplar boxes needs.
    """
    return importlib.import_module("transformers.models.sam3.modeling_sam3")


@pytest.fixture(scope="session")
def randomise() -> Randomise:
    """Fill a module with weights under which every part matters: `randomise(module, seed)`; sets eval mode.

    Nothing is zero or one: biases, norms and tables vary, and attention is far from uniform.
    """

    def fill(module: nn.Module, seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for part in module.modules():
                for name, parameter in part.named_parameters(recurse=False):
                    noise = torch.randn(parameter.shape, generator=generator)
                    if parameter.ndim == 1:
                        is_scale = "Norm" in type(part).__name__ and name == "weight"
                        parameter.copy_(0.2 * noise + is_scale)
                    elif isinstance(part, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
                        parameter.copy_(1.5 * noise / parameter[0].numel() ** 0.5)
                    else:
                        parameter.copy_(noise)
        module.eval()

    return fill


@pytest.fixture(scope="session")
def rename() -> Rename:
    """Give weights other names: `rename(weights, {pattern: replacement})`.

    The first pattern that fits a whole name gives its new one; "{q,k,v}" in a replacement cuts the rows into three.
    """

    def renamed(weights: Mapping[str, Tensor], table: Mapping[str, str]) -> dict[str, Tensor]:
        found = {}
        for name, value in weights.items():
            pattern = next(pattern for pattern in table if re.fullmatch(pattern, name))
            target = re.sub(pattern, table[pattern], name)
            if "{q,k,v}" in target:
                found.update(
                    {target.replace("{q,k,v}", part): rows for part, rows in zip("qkv", value.chunk(3), strict=True)}
                )
            else:
                found[target] = value
        return found

    return renamed
