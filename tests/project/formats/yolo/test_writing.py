"""YOLO folders we write, as supervision reads them and Ultralytics checks them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import supervision
import yaml

from sam3_annotator.project import ImageFacts, ProjectStore, Region, mask_to_region, rectangle, region_to_mask
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.registry import export_project

SPLIT = {"train": 0.6, "val": 0.4}
needs_any_name = pytest.mark.skipif(sys.platform == "win32", reason="supervision opens no names like 日本.png there")


def rows(file: Path) -> list[list[float]]:
    return [[float(value) for value in line.split()] for line in file.read_text().splitlines()]


def labels(out: Path) -> dict[str, list[list[float]]]:
    return {file.stem: rows(file) for file in sorted(out.glob("labels/*/*.txt"))}


def read_with_supervision(out: Path, split: str, *, masks: bool) -> supervision.DetectionDataset:
    return supervision.DetectionDataset.from_yolo(
        images_directory_path=str(out / "images" / split),
        annotations_directory_path=str(out / "labels" / split),
        data_yaml_path=str(out / "data.yaml"),
        force_masks=masks,
    )


@pytest.fixture(params=["yolo-segment", "yolo-detect"])
def format_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@needs_any_name
def test_supervision_reads_all_images_classes_and_instances(dataset: Any, tmp_path: Path, format_name: str) -> None:
    report = export_project(dataset.store, tmp_path / "out", format_name, ExportOptions(split=SPLIT))

    images = instances = 0
    for split in ("train", "val"):
        data = read_with_supervision(tmp_path / "out", split, masks=format_name == "yolo-segment")
        assert data.classes == ["cat", "no", '"日本": 1']
        images += len(data)
        instances += sum(len(detections) for _, _, detections in data)
    assert images == report.images == 5
    assert instances == report.instances == len(dataset.instances()) - 1


@needs_any_name
def test_supervision_gets_about_the_masks(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "yolo-segment", ExportOptions(split={"train": 1}))

    data = read_with_supervision(tmp_path / "out", "train", masks=True)
    sizes = {image.facts.width: image for image in dataset.store.images()}
    for _, pixels, detections in data:
        image = sizes[pixels.shape[1]]
        ours = [dataset.mask(i) for i in dataset.store.instances(image.id) if not i.is_crowd]
        assert len(ours) == len(detections)
        for mask, theirs in zip(ours, detections.mask if len(ours) else (), strict=True):
            assert (mask & theirs).sum() / (mask | theirs).sum() > 0.85


def test_rows_are_polygons_only_or_boxes_only(dataset: Any, tmp_path: Path) -> None:
    """Ultralytics takes a file for polygons as soon as one row has more than six values."""
    for name in ("yolo-segment", "yolo-detect"):
        export_project(dataset.store, tmp_path / name, name)

    for row in (row for found in labels(tmp_path / "yolo-segment").values() for row in found):
        assert len(row) >= 7
        assert len(row) % 2 == 1
    for row in (row for found in labels(tmp_path / "yolo-detect").values() for row in found):
        assert len(row) == 5


def test_all_values_are_within_the_image_and_classes_known(dataset: Any, tmp_path: Path, format_name: str) -> None:
    export_project(dataset.store, tmp_path / "out", format_name)

    for row in (row for found in labels(tmp_path / "out").values() for row in found):
        assert row[0] in {0, 1, 2}
        assert all(0 <= value <= 1 for value in row[1:])


def test_boxes_are_those_of_the_pixels(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "yolo-detect")

    (row,) = (row for row in labels(tmp_path / "out")["sub_a_2"] if row[0] == 1)
    assert row[1:] == pytest.approx([25.5 / 65, 20.5 / 48, 49 / 65, 39 / 48])


def test_images_of_one_stem_get_labels_of_their_own(dataset: Any, tmp_path: Path) -> None:
    report = export_project(dataset.store, tmp_path / "out", "yolo-segment")

    images = {file.stem: file.suffix for file in (tmp_path / "out/images/train").iterdir()}
    assert len(images) == 5
    assert set(images) == set(labels(tmp_path / "out"))
    assert any("another name" in warning for warning in report.warnings)


def test_names_that_yaml_would_misread_come_back_as_they_are(tmp_path: Path, image_folder: Path) -> None:
    names = ["no", "1", "on: off", "null", "'", '"', "日本", "emoji 🙂", "a # b", "- x", "a\u2028b", "%", "back\\slash"]
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[image_folder]) as store:
        with store.edit("Add") as edit:
            for name in names:
                edit.add_instance(store.images()[0].id, edit.add_category(name), rectangle(5, 5, 30, 30))
        kept = [category.name for category in store.categories()]
        export_project(store, tmp_path / "out", "yolo-detect")

    data = yaml.safe_load((tmp_path / "out/data.yaml").read_text(encoding="utf-8"))
    assert data["names"] == dict(enumerate(kept))
    assert len(data["names"]) == len(names)


def test_data_file_names_training_and_validation_folders(dataset: Any, tmp_path: Path) -> None:
    options = ExportOptions(split={"train": 0.5, "val": 0.3, "test": 0.2})
    export_project(dataset.store, tmp_path / "parts", "yolo-segment", options)
    report = export_project(dataset.store, tmp_path / "one", "yolo-segment")

    parts = yaml.safe_load((tmp_path / "parts/data.yaml").read_text())
    one = yaml.safe_load((tmp_path / "one/data.yaml").read_text())
    assert [parts[key] for key in ("train", "val", "test")] == ["images/train", "images/val", "images/test"]
    assert [one[key] for key in ("train", "val")] == ["images/train", "images/train"]
    assert all((tmp_path / "parts" / folder).is_dir() for folder in ("images/train", "images/val", "images/test"))
    assert any("no splits" in warning for warning in report.warnings)
    assert "path" not in parts


def test_data_file_names_a_folder_that_is_there_where_no_image_is_for_training(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "yolo-detect", ExportOptions(split={"val": 1}))

    data = yaml.safe_load((tmp_path / "out/data.yaml").read_text())
    assert (data["train"], data["val"]) == ("images/val", "images/val")


def test_confirmed_empty_image_is_background(dataset: Any, tmp_path: Path) -> None:
    export_project(dataset.store, tmp_path / "out", "yolo-segment")

    assert labels(tmp_path / "out")["empty"] == []
    assert (tmp_path / "out/images/train/empty.png").is_file()
    assert "untouched" not in labels(tmp_path / "out")


def test_crowds_and_empty_instances_are_told(dataset: Any, tmp_path: Path) -> None:
    with dataset.store.edit("Add") as edit:
        edit.add_instance(dataset.by_name["a.png"], dataset.store.categories()[0].id, rectangle(900, 1, 999, 9))

    report = export_project(dataset.store, tmp_path / "out", "yolo-segment")

    assert any("1 crowd" in warning for warning in report.warnings)
    assert any("1 instance" in warning and "no pixel" in warning for warning in report.warnings)


def fill_as_ultralytics(row: list[float], height: int, width: int) -> np.ndarray:
    import cv2

    canvas = np.zeros((height, width), dtype=np.uint8)
    vertices = np.array(row[1:]).reshape(-1, 2) * (width, height)
    cv2.fillPoly(canvas, [vertices.astype(np.int32).reshape(-1, 1, 2)], 1)
    return canvas.astype(bool)


@pytest.mark.parametrize(
    "mask",
    [
        np.ones((1, 1)),
        np.ones((1, 9)),
        np.array([[1, 0], [0, 1]]),
        np.pad(np.zeros((1, 1)), 1, constant_values=1),
        np.pad(np.zeros((2, 3)), 2, constant_values=1),
        np.kron(np.indices((4, 4)).sum(axis=0) % 2, np.ones((3, 3))),
    ],
    ids=["pixel", "line", "diagonal", "small ring", "ring", "chessboard"],
)
def test_small_shapes_are_filled_as_they_are(tmp_path: Path, make_image: Any, mask: np.ndarray) -> None:
    make_image("photos/1.png", width=40, height=30)
    whole = np.zeros((30, 40), dtype=np.bool_)
    whole[7 : 7 + mask.shape[0], 11 : 11 + mask.shape[1]] = mask != 0
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Add") as edit:
            edit.add_instance(store.images()[0].id, edit.add_category("x"), mask_to_region(whole))
        export_project(store, tmp_path / "out", "yolo-segment")

    (row,) = labels(tmp_path / "out")["1"]
    filled = fill_as_ultralytics(row, 30, 40)
    assert len(row) >= 7
    assert (filled & whole).sum() / (filled | whole).sum() >= 0.8


def test_shape_the_format_cannot_hold_is_told_with_its_iou(tmp_path: Path, make_image: Any) -> None:
    make_image("photos/1.png", width=200, height=30)
    far_apart = Region((*rectangle(2, 2, 4, 4).polygons, *rectangle(190, 20, 192, 22).polygons))
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Add") as edit:
            edit.add_instance(store.images()[0].id, edit.add_category("x"), far_apart)
        report = export_project(store, tmp_path / "out", "yolo-segment")

    assert any("filled differently" in warning and "1.png: x, IoU 0.0" in warning for warning in report.warnings)


def test_large_shapes_keep_their_outline(dataset: Any, tmp_path: Path, make_image: Any) -> None:
    """Only what filling would change much is moved to the outermost pixels."""
    make_image("big/1.png", width=400, height=300)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "big"]) as store:
        with store.edit("Add") as edit:
            edit.add_instance(store.images()[0].id, edit.add_category("x"), rectangle(100, 50, 300, 250))
        export_project(store, tmp_path / "out", "yolo-segment")

    (row,) = labels(tmp_path / "out")["1"]
    assert row[1:] == pytest.approx([0.25, 50 / 300, 0.75, 50 / 300, 0.75, 250 / 300, 0.25, 250 / 300])


def test_kinds_and_sizes_that_ultralytics_refuses_are_told(tmp_path: Path, make_image: Any) -> None:
    make_image("photos/tiny.png", width=9, height=30)
    make_image("photos/odd.gif", width=40, height=30)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Add") as edit:
            category = edit.add_category("x")
            for image in store.images():
                edit.add_instance(image.id, category, rectangle(1, 1, 8, 8))
        report = export_project(store, tmp_path / "out", "yolo-detect")

    assert any("tiny.png" in warning and "10 pixels" in warning for warning in report.warnings)
    assert any("odd.gif" in warning and "may not read" in warning for warning in report.warnings)


def test_masks_of_all_instances_are_kept_well(dataset: Any, tmp_path: Path) -> None:
    report = export_project(dataset.store, tmp_path / "out", "yolo-segment")

    assert not any("filled differently" in warning or "no pixel" in warning for warning in report.warnings)
    assert all(report.warnings)  # no sentence is empty
    found = labels(tmp_path / "out")
    image = dataset.store.image(dataset.by_name["a.png"])
    (name,) = (name for name in found if len(found[name]) == 3)
    for instance, row in zip(dataset.store.instances(image.id), found[name], strict=True):
        expected = region_to_mask(instance.region, image.facts.height, image.facts.width)
        filled = fill_as_ultralytics(row, image.facts.height, image.facts.width)
        assert (filled & expected).sum() / (filled | expected).sum() > 0.9


def test_corners_of_pixels_are_found_again_when_cut_to_whole_pixels(tmp_path: Path) -> None:
    """A rounded coordinate just below a pixel's edge would fall into the pixel before."""
    width, height = 4031, 3023
    with ProjectStore.create(tmp_path / "p.sam3proj") as store:
        with store.edit("Add") as edit:
            image = edit.add_image("large.jpg", ImageFacts(width, height, 1, "0" * 128))
            category = edit.add_category("x")
            for x in range(1, width - 100, 97):
                edit.add_instance(image, category, rectangle(x, 7, x + 83, 1009))
        export_project(store, tmp_path / "out", "yolo-segment", ExportOptions(images="none"))

    for x, row in zip(range(1, width - 100, 97), labels(tmp_path / "out")["large"], strict=True):
        corners = (np.array(row[1:]).reshape(-1, 2) * (width, height)).astype(int)
        assert corners.tolist() == [[x, 7], [x + 83, 7], [x + 83, 1009], [x, 1009]]


@pytest.mark.parametrize("name", ["yolo-segment", "yolo-detect", "yolo-obb"])
def test_attributes_that_yolo_leaves_out_are_counted(dataset: Any, tmp_path: Path, name: str) -> None:
    first, second, *_ = dataset.instances()
    with dataset.store.edit("Say") as edit:
        edit.update_instance(first.id, attributes={"wet": True, "colour": "red"})
        edit.update_instance(second.id, attributes={"colour": "blue"})

    warnings = export_project(dataset.store, tmp_path / "out", name).warnings

    assert (
        "3 values of 2 attributes (colour, wet) on 2 instances left out: YOLO has no place for attributes." in warnings
    )
