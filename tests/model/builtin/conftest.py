"""A tiny network with random weights, its weights file, what answers with it, and a session on that."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.runtime import Runtime
from sam3_annotator.model.builtin.session import BuiltinSession
from sam3_annotator.model.builtin.weights import save_weights
from training.builtin.graphs import write_graphs


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def tiny_network() -> BuiltinNetwork:
    torch.manual_seed(0)
    network = BuiltinNetwork(BuiltinConfig.tiny()).eval()
    for inject in (network.prompts.inject4, network.prompts.inject8, network.prompts.inject16):
        torch.nn.init.normal_(inject.weight, std=0.1)  # they start at zero, which would hide mistakes
    return network


@pytest.fixture
def tiny_weights(tiny_network: BuiltinNetwork, tmp_path: Path) -> Path:
    path = tmp_path / "tiny.safetensors"
    save_weights(tiny_network, path)
    return path


@pytest.fixture(scope="session")
def tiny_graphs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the graphs of the tiny network into a folder."""
    folder = tmp_path_factory.mktemp("graphs")
    write_graphs(BuiltinConfig.tiny(), folder)
    return folder


@pytest.fixture
def tiny_runtime(tiny_weights: Path, tiny_graphs: Path) -> Runtime:
    return Runtime(tiny_weights, BuiltinConfig.tiny(), tiny_graphs, threads=1)


@pytest.fixture
def tiny_session(tiny_weights: Path, tiny_graphs: Path) -> BuiltinSession:
    return BuiltinSession(tiny_weights, BuiltinConfig.tiny(), tiny_graphs)


@pytest.fixture
def image() -> NDArray[np.uint8]:
    """`(120, 200, 3)`: a bright disc of radius 30 at (80, 60) on noise."""
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 60, (120, 200, 3)).astype(np.uint8)
    rows, columns = np.mgrid[:120, :200]
    pixels[(columns - 80) ** 2 + (rows - 60) ** 2 < 30**2] = (220, 180, 40)
    return pixels
