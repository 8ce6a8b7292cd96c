"""Weights and an image that stand in for the released ones, the same every time; `golden.npz` holds SAM 3's answers.

As a program, it writes the weights to the file it is given, as Meta's `sam3.pt` holds them.
"""

from __future__ import annotations

import gzip
import json
import math
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

TABLES = (
    "pos_embed",
    "positional_embedding",
    "token_embedding.weight",
    "label_embed.weight",
    "cls_embed.weight",
    "query_embed.weight",
    "reference_points.weight",
    "presence_token.weight",
    "point_embed",
    "no_mask_embed",
    "iou_token.weight",
    "mask_tokens.weight",
    "obj_score_token.weight",
    "no_mem_embed",
    "no_mem_pos_enc",
    "no_obj_ptr",
    "maskmem_tpos_enc",
    "no_obj_embed_spatial",
)


def weight(name: str, shape: Sequence[int]) -> NDArray[np.float32]:
    """Give the tensor of this official name, with a spread that lets no layer vanish or explode."""
    generator = np.random.Generator(np.random.PCG64(zlib.crc32(name.encode())))
    noise = generator.standard_normal(size=tuple(shape), dtype=np.float32)
    if "gaussian_matrix" in name:
        return noise
    if any(table in name for table in TABLES):
        return (0.5 * noise).astype(np.float32)
    if len(shape) <= 1:
        if name.endswith("weight"):  # of norms
            return (1.0 + 0.1 * noise).astype(np.float32)
        return (0.05 * noise).astype(np.float32)  # biases
    # Transposed convolutions are (in, out, height, width).
    has_inputs_first = "dconv" in name or "output_upscaling" in name or name.endswith("text_projection")
    inputs = shape[0] if has_inputs_first else math.prod(shape[1:])
    return (noise / math.sqrt(inputs)).astype(np.float32)


def image() -> NDArray[np.uint8]:
    """Give an image of the model's own size, `(1008, 1008, 3)`, so that nothing is resized."""
    y, x, c = np.meshgrid(np.arange(1008), np.arange(1008), np.arange(3), indexing="ij")
    waves = 110 + 70 * np.sin(x / (17.0 + 9 * c)) * np.cos(y / (23.0 - 4 * c))
    return np.clip(np.rint(waves + 40 * ((x // 126 + y // 84 + c) % 3) - 30), 0, 255).astype(np.uint8)


def sample(values: ArrayLike) -> NDArray[np.float64]:
    """Give mean, standard deviation and 64 values at even distances (all if there are fewer), in C order."""
    flat = np.asarray(values, dtype=np.float64).ravel()
    places = np.unique(np.linspace(0, flat.size - 1, min(64, flat.size)).astype(np.int64))
    return np.concatenate([[flat.mean(), flat.std()], flat[places]])


def write_weights(path: Path) -> None:
    """Write a file as large as the released one, about 3.4 GB."""
    import torch

    keys = json.loads(gzip.decompress((Path(__file__).parent / "official-keys.json.gz").read_bytes()))
    tensors = {
        # Angles that nobody reads.
        name: torch.zeros(shape, dtype=torch.complex64)
        if name.endswith("freqs_cis")
        else torch.from_numpy(weight(name, shape))
        for name, shape, _ in keys
    }
    torch.save({"model": tensors}, path)


if __name__ == "__main__":
    write_weights(Path(sys.argv[1]))
