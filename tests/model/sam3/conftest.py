"""A tiny SAM 3 with random weights, a session on it, and images."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sam3_annotator.model.network.builder import build_sam3_image_model
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.sam3_image import Sam3Image
from sam3_annotator.model.sam3.session import Sam3Session


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def network() -> Sam3Image:
    torch.manual_seed(0)
    return build_sam3_image_model(Sam3Config.tiny())


@pytest.fixture
def session(network: Sam3Image) -> Sam3Session:
    return Sam3Session(network)


@pytest.fixture
def image() -> NDArray[np.uint8]:
    """`(120, 200, 3)`: a bright disc of radius 30 at (80, 60) on noise."""
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 60, (120, 200, 3)).astype(np.uint8)
    rows, columns = np.mgrid[:120, :200]
    pixels[(columns - 80) ** 2 + (rows - 60) ** 2 < 30**2] = (220, 180, 40)
    return pixels
