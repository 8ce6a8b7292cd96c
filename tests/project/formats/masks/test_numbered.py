"""Masks that number objects, as programs for microscopy write them, and masks of categories that look alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sam3_annotator.project import FormatError, ProjectStore, mask_to_region
from sam3_annotator.project.formats.masks.reading import read
from sam3_annotator.project.formats.registry import import_project
from tests.made_images import tiff_file


def cells(count: int, dtype: Any = np.uint16) -> np.ndarray:
    """Give each of some squares, side by side, a number of its own."""
    values = np.zeros((48, 64), dtype=dtype)
    for number in range(count):
        row, column = divmod(number, 8)
        values[4 * row : 4 * row + 3, 3 * column : 3 * column + 3] = number + 1
    return values


def save(file: Path, values: np.ndarray) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(file)
    return file


def kinds(path: Path) -> list[tuple[str, int]]:
    plan = read(path)
    return [
        (name.name, sum(each.category == name.name for image in plan.images for each in image.instances))
        for name in plan.categories
    ]


@pytest.mark.parametrize(("suffix", "dtype"), [("png", np.uint8), ("png", np.uint16), ("tif", np.int32)])
def test_each_number_is_an_instance_of_one_category(tmp_path: Path, suffix: str, dtype: Any) -> None:
    first, second = cells(30, dtype), cells(12, dtype)
    second[40, 60] = 12  # a part that is cut off stays with its object
    save(tmp_path / f"a.{suffix}", first)
    save(tmp_path / f"b.{suffix}", second)

    plan = read(tmp_path)

    assert [len(image.instances) for image in plan.images] == [30, 12]
    assert [category.name for category in plan.categories] == ["object"]
    assert plan.images[0].instances[8].region == mask_to_region(first == 9)
    assert plan.images[1].instances[11].region == mask_to_region(second == 12)
    assert plan.warnings == ("The values of the masks number objects, so each is an instance of “object”.",)


@pytest.mark.parametrize("dtype", ["<i8", ">u4", "<f4", "<f8"])
def test_numbers_of_any_kind_of_tiff_are_read(tmp_path: Path, dtype: str) -> None:
    values = cells(12).astype(dtype)
    (tmp_path / "a.tif").write_bytes(tiff_file(values[:, :, np.newaxis]))

    (image,) = read(tmp_path).images

    assert [each.region for each in image.instances] == [mask_to_region(values == number) for number in range(1, 13)]


@pytest.mark.parametrize("value", [0.5, 1e30, np.inf])
def test_fractions_are_no_numbers_of_objects(tmp_path: Path, value: float) -> None:
    values = cells(12).astype("<f4")
    values[40, 60] = value
    (tmp_path / "probabilities.tif").write_bytes(tiff_file(values[:, :, np.newaxis]))

    with pytest.raises(FormatError, match="holds no whole numbers but fractions"):
        read(tmp_path)


def test_16_bits_for_a_few_values_number_objects(tmp_path: Path) -> None:
    save(tmp_path / "a.png", cells(3))

    assert kinds(tmp_path) == [("object", 3)]


def test_the_number_255_is_an_object_among_others(tmp_path: Path) -> None:
    values = cells(20, np.uint8)
    values[values == 20] = 255
    save(tmp_path / "a.png", values)

    assert kinds(tmp_path) == [("object", 20)]


def test_a_few_values_of_8_bits_are_categories(tmp_path: Path) -> None:
    save(tmp_path / "a.png", cells(3, np.uint8))

    assert kinds(tmp_path) == [("category 1", 1), ("category 2", 1), ("category 3", 1)]


def test_values_of_many_parts_are_categories(tmp_path: Path) -> None:
    values = cells(12, np.uint8)
    values[40:43, ::5][:, :12] = np.arange(1, 13, dtype=np.uint8)
    save(tmp_path / "a.png", values)

    assert len(kinds(tmp_path)) == 12


def test_values_with_names_are_categories(tmp_path: Path) -> None:
    save(tmp_path / "a.png", cells(12))
    (tmp_path / "classes.txt").write_text("\n".join(f"organ {number}" for number in range(1, 13)))

    assert kinds(tmp_path)[:2] == [("organ 1", 1), ("organ 2", 1)]


@pytest.mark.parametrize("ending", ["_cp_masks", "_masks", "-labels", ".label"])
def test_what_stands_behind_the_names_of_images_is_passed_over(
    store: ProjectStore, tmp_path: Path, ending: str
) -> None:
    for number in (1, 2):
        save(tmp_path / "found" / f"{number}{ending}.png", cells(12))

    report = import_project(store, tmp_path / "found", "masks")

    assert (report.instances, len(store.images())) == (24, 4)
    assert [len(store.instances(image.id)) for image in store.images()[:2]] == [12, 12]


def test_masks_lie_beside_their_images(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for name in ("a", "b"):
        save(tmp_path / f"{name}.png", rng.integers(0, 255, (48, 64), dtype=np.uint8))
        save(tmp_path / f"{name}_cp_masks.png", cells(12))

    plan = read(tmp_path)

    assert [(image.name, len(image.instances)) for image in plan.images] == [("a.png", 12), ("b.png", 12)]


def test_a_name_that_only_ends_so_is_the_name_of_an_image(tmp_path: Path) -> None:
    save(tmp_path / "carnival_mask.png", cells(12))
    save(tmp_path / "street.png", cells(12))

    assert [image.name for image in read(tmp_path).images] == ["carnival_mask.*", "street.*"]
