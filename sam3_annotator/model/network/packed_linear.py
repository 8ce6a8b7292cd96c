"""Linear layers whose weights lie as the processor's products read them.

In rows, as a checkpoint has them, they would be laid so at every call (`docs/decisions/0021-packed-weights.md`).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from sam3_annotator.model.machine.allocator import give_back_unused_memory
from sam3_annotator.model.machine.onednn import has_onednn, multiply, pack
from sam3_annotator.model.machine.processor import has_bfloat16_units
from sam3_annotator.model.network.sam3_image import Sam3Image


class PackedLinear(nn.Module):
    """A linear layer on the CPU, for inference, whose weights lie in blocks and are not there a second time."""

    def __init__(self, layer: nn.Linear, rows: int) -> None:
        """Take over the weights of `layer` for products of so many rows; other numbers of them are slower."""
        super().__init__()
        self.bias = layer.bias
        self._packed = pack(layer.weight.detach(), rows)  # no parameter: only oneDNN can read it

    def forward(self, x: Tensor) -> Tensor:
        """`(..., inputs)` -> `(..., outputs)`."""
        return multiply(x, self._packed, self.bias)

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        super()._save_to_state_dict(destination, prefix, keep_vars)
        destination[prefix + "weight"] = self._packed.to_dense()


def can_pack(weight: Tensor) -> bool:
    """Whether products of `weight` are faster packed, and this processor has them."""
    has_products = has_bfloat16_units() if weight.dtype == torch.bfloat16 else weight.dtype == torch.float32
    return weight.device.type == "cpu" and has_products and has_onednn()


def pack_linear_layers(network: Sam3Image) -> None:
    """Pack the layers that most of the time of an image, a text and a concept goes to, where that makes them faster.

    It happens in place. The network answers as before, but for rounding in float32, and has the same `state_dict`; it
    can neither be trained nor moved any more.
    """
    if not can_pack(network.vision_backbone.pos_embed):
        return
    places, tokens = network.config.vision.grid_side**2, network.config.text.context_length
    _pack_below(network.vision_backbone, places)
    if network.config.has_concepts:
        _pack_below(network.text_encoder, tokens)
        _pack_below(network.fusion_encoder, places)
        _pack_below(network.decoder, places)


def _pack_below(part: nn.Module, rows: int) -> None:
    for name, child in part.named_children():
        if type(child) is nn.Linear:
            part.register_module(name, PackedLinear(child, rows))
        else:
            _pack_below(child, rows)
            give_back_unused_memory()  # packed weights seldom fit where those in rows were
