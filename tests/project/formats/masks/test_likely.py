"""Masks of a project's images are told from more images by a quick look."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sam3_annotator.project import ProjectStore
from sam3_annotator.project.formats.masks.likely import are_masks_of_images


def write_mask(file: Path, width: int = 64, height: int = 48, value: int = 7) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    values = np.zeros((height, width), np.uint8)
    values[10:30, 5:40] = value
    Image.fromarray(values).save(file)


@pytest.mark.parametrize(
    "names", [["2.png", "3.png"], ["train/2.png", "val/10.png"], ["2_mask.png", "3_mask.png"], ["2.tif"], ["2.bmp"]]
)
def test_images_of_few_values_named_like_those_of_the_project_are_masks(
    store: ProjectStore, tmp_path: Path, names: list[str]
) -> None:
    for name in names:
        write_mask(tmp_path / "theirs" / name)

    assert are_masks_of_images(tmp_path / "theirs", store)


def test_photographs_of_the_same_names_are_images(store: ProjectStore, image_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(image_folder, tmp_path / "copies")

    assert not are_masks_of_images(tmp_path / "copies", store)


def test_masks_of_other_images_are_images(store: ProjectStore, tmp_path: Path) -> None:
    write_mask(tmp_path / "of another name" / "4.png")
    write_mask(tmp_path / "of another size" / "2.png", width=80)
    write_mask(tmp_path / "one of a photograph" / "2.png")
    write_mask(tmp_path / "one of a photograph" / "holiday.png")

    assert not any(are_masks_of_images(folder, store) for folder in tmp_path.glob("o* *"))


def test_neither_jpeg_files_nor_nothing_nor_damage_are_masks(store: ProjectStore, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    write_mask(tmp_path / "inexact" / "2.jpg")
    write_mask(tmp_path / "cut off" / "2.png")
    file = tmp_path / "cut off" / "2.png"
    file.write_bytes(file.read_bytes()[:60])

    assert not any(are_masks_of_images(tmp_path / name, store) for name in ("none", "inexact", "cut off"))


def test_drawings_that_are_images_of_the_project_are_no_masks_of_themselves(tmp_path: Path) -> None:
    write_mask(tmp_path / "drawings" / "a.png")

    with ProjectStore.create(tmp_path / "drawn.sam3proj", image_roots=[tmp_path / "drawings"]) as drawn:
        assert not are_masks_of_images(tmp_path / "drawings", drawn)
