"""Pictures to learn from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from sam3_annotator.model.builtin.config import BuiltinConfig
from training.builtin.graphs import write_graphs
from training.builtin.pictures import PictureCache, list_pictures
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings

COLOURS = np.array([(40, 220, 220), (220, 120, 40)], np.uint8)
"""Of odd and even regions, BGR."""

WritePicture = Callable[[Path, NDArray[np.uint16]], None]


@pytest.fixture
def write_picture() -> WritePicture:
    """Write a picture and its label map: bright regions on dark noise."""
    rng = np.random.default_rng(0)

    def write(path: Path, labels: NDArray[np.uint16]) -> None:
        path.parent.mkdir(exist_ok=True)
        pixels = rng.integers(0, 90, (*labels.shape, 3)).astype(np.uint8)
        pixels[labels > 0] = COLOURS[(labels[labels > 0] - 1) % 2]
        cv2.imwrite(str(path), pixels)
        cv2.imwrite(str(path.with_suffix(".png")), labels)

    return write


@pytest.fixture(scope="session")
def tiny_graphs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the graphs of the tiny network into a folder."""
    folder = tmp_path_factory.mktemp("graphs")
    write_graphs(BuiltinConfig.tiny(), folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path, write_picture: WritePicture) -> Path:
    """Six pictures of two sources, each with a disc and, in the same map, a square."""
    labels = np.zeros((120, 160), np.uint16)
    cv2.circle(labels, (50, 60), 25, 1, cv2.FILLED)
    labels[30:90, 100:140] = 2
    for source in ("discs", "squares"):
        for number in range(3):
            write_picture(tmp_path / source / f"{number}.jpg", labels)
    return tmp_path


@pytest.fixture
def six_discs() -> NDArray[np.uint16]:
    """Label six discs, `(120, 160)`."""
    labels = np.zeros((120, 160), np.uint16)
    for number in range(6):
        cv2.circle(labels, (30 + number % 3 * 50, 30 + number // 3 * 60), 16, number + 1, cv2.FILLED)
    return labels


@pytest.fixture
def crack_samples(tmp_path: Path, write_picture: WritePicture) -> SampleMaker:
    """Draw from a picture of one long crack, a pixel wide, which no view shows well."""
    labels = np.zeros((40, 1200), np.uint16)
    labels[20, 100:1100] = 1
    write_picture(tmp_path / "cracks" / "0.jpg", labels)
    return SampleMaker(PictureCache(list_pictures(tmp_path)), TrainingSettings())


@pytest.fixture
def disc_samples(tmp_path: Path, write_picture: WritePicture) -> SampleMaker:
    """Draw from pictures of one bright disc on noise."""
    labels = np.zeros((120, 160), np.uint16)
    cv2.circle(labels, (50, 60), 25, 1, cv2.FILLED)
    for number in range(3):
        write_picture(tmp_path / "discs" / f"{number}.jpg", labels)
    return SampleMaker(PictureCache(list_pictures(tmp_path)), TrainingSettings())
