"""Weights of a network under the names of the official file."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import torch
from torch import Tensor

from sam3_annotator.model.checkpoint.rename_official import OFFICIAL
from sam3_annotator.model.network.sam3_image import Sam3Image

DATA = Path(__file__).parent / "data" / "sam3"


def official_keys() -> list[tuple[str, list[int], bool]]:
    """Give every tensor of the official file: its name, its shape, whether segmenting images needs it."""
    rows = json.loads(gzip.decompress((DATA / "official-keys.json.gz").read_bytes()))
    return [(name, shape, needed) for name, shape, needed in rows]


def official_weights(network: Sam3Image) -> dict[str, Tensor]:
    """Give the weights under official names, with the tensors that only video needs; it may have fewer layers."""
    state = network.state_dict()
    exported: dict[str, Tensor] = {}
    for name, _, needed in official_keys():
        if not needed:
            exported[name] = torch.zeros(2)
            continue
        pieces = OFFICIAL.pieces_of(name)
        if all(piece.ours in state for piece in pieces):
            value = torch.cat([piece.place(state[piece.ours]) for piece in pieces])
            exported[name] = value[None, None] if name == "tracker.no_mem_embed" else value.clone()
    return exported
