"""Recognises an image encoder by its weights, whatever file they came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Final

import torch
from torch import Tensor, nn

from sam3_annotator.model.network.vision_backbone import ViT

ENCODING_VERSION: Final = 2
"""To be raised when the same file and weights come to give another map: by reading, resizing or in the network."""

VALUES_READ: Final = 4096


def fingerprint(backbone: ViT) -> str:
    """Give 32 hexadecimal digits that differ between encoders of other weights, precision or sizes.

    It reads some thousand values, evenly spaced, of every tensor, in milliseconds: training changes nearly all values
    of a tensor or none, and hashing all of them would take as long as reading the file again.
    """
    digest = hashlib.blake2b(f"{ENCODING_VERSION} {backbone.config}".encode(), digest_size=16)
    for name, tensor in _weights(backbone):
        values = tensor.reshape(-1)
        some = values[:: max(1, len(values) // VALUES_READ)].contiguous().cpu()
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}".encode())
        digest.update(some.view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _weights(backbone: ViT) -> Iterator[tuple[str, Tensor]]:
    """Give all tensors by name, one layer's at a time: those of packed layers are made for it."""
    positions = {"": backbone.pos_embed[:, 1:]}  # the first row is never read, and some files leave it out
    layers: dict[str, Mapping[str, Tensor] | nn.Module] = {"pos_embed": positions}
    layers |= {f"{name}.": layer for name, layer in backbone.named_modules() if not list(layer.children())}
    for prefix, layer in sorted(layers.items(), key=itemgetter(0)):
        tensors = layer.state_dict() if isinstance(layer, nn.Module) else layer
        yield from ((prefix + name, tensors[name]) for name in sorted(tensors))
