"""The tiny sizes of the network, and one thread for all of it."""

from __future__ import annotations

import pytest
import torch

from sam3_annotator.model.network.config import Sam3Config


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def tiny_config() -> Sam3Config:
    return Sam3Config.tiny()
