"""One thread, and an image."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def image() -> NDArray[np.uint8]:
    """`(120, 200, 3)`: a bright disc of radius 30 at (80, 60) on noise."""
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 60, (120, 200, 3)).astype(np.uint8)
    rows, columns = np.mgrid[:120, :200]
    pixels[(columns - 80) ** 2 + (rows - 60) ** 2 < 30**2] = (220, 180, 40)
    return pixels
