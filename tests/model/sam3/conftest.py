"""One thread, an image, and the file of a tiny SAM 3."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from sam3_annotator.model.checkpoint.rename_official import OFFICIAL
from sam3_annotator.model.network.sam3_image import Sam3Image

OFFICIAL_KEYS = Path(__file__).parents[2] / "data" / "sam3" / "official-keys.json.gz"


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


class Runs:
    """How often a module has run."""

    count = 0


@contextmanager
def count_runs(module: nn.Module) -> Iterator[Runs]:
    runs = Runs()

    def note(*_: object) -> None:
        runs.count += 1

    hook = module.register_forward_hook(note)
    yield runs
    hook.remove()


@pytest.fixture
def counted() -> Callable[[nn.Module], AbstractContextManager[Runs]]:
    """Give what counts how often a module runs, in a `with` statement."""
    return count_runs


@pytest.fixture
def image() -> NDArray[np.uint8]:
    """`(120, 200, 3)`: a bright disc of radius 30 at (80, 60) on noise."""
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 60, (120, 200, 3)).astype(np.uint8)
    rows, columns = np.mgrid[:120, :200]
    pixels[(columns - 80) ** 2 + (rows - 60) ** 2 < 30**2] = (220, 180, 40)
    return pixels


@pytest.fixture(scope="session")
def checkpoint(tiny_network: Sam3Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the tiny network's weights as Meta's file has them."""
    state, official = tiny_network.state_dict(), {}
    for name, _, is_needed in json.loads(gzip.decompress(OFFICIAL_KEYS.read_bytes())):
        pieces = OFFICIAL.pieces_of(name) if is_needed else ()
        if pieces and all(piece.ours in state for piece in pieces):  # the tiny network has fewer layers
            value = torch.cat([piece.place(state[piece.ours]) for piece in pieces])
            official[name] = value[None, None] if name == "tracker.no_mem_embed" else value.clone()
    path = tmp_path_factory.mktemp("weights") / "sam3.pt"
    torch.save(official, path)
    return path
