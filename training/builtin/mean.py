"""Takes the mean of two weights of one origin: `python -m training.builtin.mean BEFORE AFTER --out MEAN`.

Weights that learnt on from others lie near them, and what lies between does well at what both know: Wortsman et al.,
Robust fine-tuning of zero-shot models (https://arxiv.org/abs/2109.01903).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.weights import save_weights
from training.builtin.words import fill_from_named, require_writable


@torch.no_grad()
def move_towards(network: BuiltinNetwork, other: BuiltinNetwork, share: float) -> None:
    """Move all weights and statistics of a network `share` of the way, 0..1, to those of another of its sizes."""
    theirs = other.state_dict()
    for name, value in network.state_dict().items():
        if value.is_floating_point():
            value.lerp_(theirs[name], share)


def main() -> None:
    """Read the words, and write the mean."""
    parser = argparse.ArgumentParser(prog="python -m training.builtin.mean", description=__doc__)
    parser.add_argument("before", type=Path, help="weights such as resources/builtin/builtin.safetensors")
    parser.add_argument("after", type=Path, help="weights that learnt on from those")
    parser.add_argument("--share", type=float, default=0.5, help="how much of those after, 0 to 1")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    words = parser.parse_args()
    if not 0 <= words.share <= 1:
        parser.error(f"The share of {words.after} is {words.share}; it must be 0 to 1.")
    require_writable(parser, words.out)
    before, after = BuiltinNetwork(BuiltinConfig()), BuiltinNetwork(BuiltinConfig())
    fill_from_named(parser, before, words.before)
    fill_from_named(parser, after, words.after)
    move_towards(before, after, words.share)
    save_weights(before, words.out)


if __name__ == "__main__":
    main()
