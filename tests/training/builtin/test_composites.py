"""Composites: cut-outs over photographs become pictures that training reads."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from training.builtin.composites import compose, main
from training.builtin.pictures import list_pictures


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    cutouts, backgrounds = tmp_path / "cutouts", tmp_path / "backgrounds" / "grey"
    cutouts.mkdir()
    backgrounds.mkdir(parents=True)
    disc = np.zeros((100, 100, 4), np.uint8)
    cv2.circle(disc, (50, 50), 40, (0, 0, 255, 255), cv2.FILLED)
    cv2.imwrite(str(cutouts / "disc.png"), disc)
    cv2.imwrite(str(backgrounds / "wall.jpg"), np.full((60, 80, 3), 128, np.uint8))
    return cutouts, backgrounds.parent


def test_a_label_lies_where_its_cut_out_was_laid(folders: tuple[Path, Path]) -> None:
    cutouts, backgrounds = folders
    pixels, labels = compose([cutouts / "disc.png"], [backgrounds / "grey" / "wall.jpg"], np.random.default_rng(3))

    blue, _, red = np.moveaxis(pixels.astype(int), 2, 0)
    is_red = (red - blue) > 30
    assert labels.max() >= 1
    assert np.array_equal(np.unique(labels), np.arange(labels.max() + 1))
    assert (is_red & (labels > 0)).sum() > 0.95 * (labels > 0).sum()
    assert (is_red & (labels == 0)).sum() < 0.1 * is_red.sum()


def test_a_cut_out_of_16_bits_is_laid_like_one_of_8(folders: tuple[Path, Path]) -> None:
    cutouts, backgrounds = folders
    disc = np.zeros((100, 100, 4), np.uint8)
    cv2.circle(disc, (50, 50), 40, (10, 100, 200, 255), cv2.FILLED)
    deep = disc.astype(np.uint16) * 257
    deep[..., :3] += 100  # less than a step of 8 bits, but the low byte is another
    cv2.imwrite(str(cutouts / "disc.png"), disc)
    cv2.imwrite(str(cutouts / "deep.png"), deep)

    composites = [
        compose([cutouts / name], [backgrounds / "grey" / "wall.jpg"], np.random.default_rng(3))
        for name in ("disc.png", "deep.png")
    ]

    (pixels, labels), (deep_pixels, deep_labels) = composites
    np.testing.assert_array_equal(deep_pixels, pixels)
    np.testing.assert_array_equal(deep_labels, labels)


def test_the_folder_is_one_that_training_takes(
    folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cutouts, backgrounds = folders
    words = [
        "--cutouts",
        str(cutouts),
        "--backgrounds",
        str(backgrounds),
        "--out",
        str(tmp_path / "out"),
        "--count",
        "3",
    ]
    monkeypatch.setattr(sys, "argv", ["composites", *words])

    main()

    files = list_pictures(tmp_path / "out")
    assert [file.source for file in files] == ["composites"] * 3
    assert any(file.load().targets for file in files)
