"""Oriented boxes we write, as supervision reads them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import supervision
from hypothesis import given, strategies as st

from sam3_annotator.project import Polygon, ProjectStore, Region, mask_to_region, rectangle
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.registry import export_project
from sam3_annotator.project.formats.yolo.oriented_boxes import move_into_image, oriented_box
from sam3_annotator.project.regions import signed_ring_area
from sam3_annotator.project.runs import runs_of_region

HEIGHT, WIDTH = 90, 120


def turned(angle: float, width: float, height: float, x: float = 60, y: float = 45) -> Region:
    """Make a rectangle around a centre, turned clockwise by an angle in degrees."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    corners = np.array([(-width, -height), (width, -height), (width, height), (-width, height)]) / 2
    return Region((Polygon(corners @ [[cos, sin], [-sin, cos]] + (x, y)),))


def box_of(region: Region) -> np.ndarray:
    return oriented_box(runs_of_region(region, HEIGHT, WIDTH))


def rows_of(out: Path) -> list[list[float]]:
    files = sorted(out.glob("labels/*/*.txt"))
    return [[float(value) for value in line.split()] for file in files for line in file.read_text().splitlines()]


def test_box_along_the_axes_is_exact_and_clockwise_from_the_top_left() -> None:
    assert box_of(rectangle(20, 30, 50, 40)).tolist() == [[20, 30], [50, 30], [50, 40], [20, 40]]


def test_box_of_one_pixel_is_that_pixel() -> None:
    assert box_of(rectangle(0, 0, 1, 1)).tolist() == [[0, 0], [1, 0], [1, 1], [0, 1]]


@given(angle=st.floats(0, 180), width=st.floats(20, 60), height=st.floats(8, 30))
def test_box_is_a_rectangle_around_all_pixels_and_hardly_larger(angle: float, width: float, height: float) -> None:
    region = turned(angle, width, height)

    corners = box_of(region)

    sides = np.roll(corners, -1, axis=0) - corners
    assert np.abs((sides * np.roll(sides, -1, axis=0)).sum(axis=1)).max() < 1e-6
    assert signed_ring_area(corners) > 0
    edges = np.concatenate([polygon.outer for polygon in _by_pixels(region).polygons])
    assert min(cv2.pointPolygonTest(corners.astype(np.float32), tuple(v), True) for v in edges.tolist()) > -1e-3
    assert signed_ring_area(corners) <= (width + 3) * (height + 3)


def _by_pixels(region: Region) -> Region:
    from sam3_annotator.project import region_to_mask

    return mask_to_region(region_to_mask(region, HEIGHT, WIDTH))


def test_box_takes_the_direction_of_the_shape() -> None:
    corners = box_of(turned(30, 70, 12))

    sides = np.roll(corners, -1, axis=0) - corners
    x, y = max(sides.tolist(), key=lambda side: math.hypot(*side))
    assert math.degrees(math.atan2(y, x)) % 180 == pytest.approx(30, abs=2)


def test_box_is_around_all_parts() -> None:
    parts = Region((*rectangle(10, 10, 14, 14).polygons, *rectangle(60, 10, 64, 14).polygons))

    assert box_of(parts).tolist() == [[10, 10], [64, 10], [64, 14], [10, 14]]


def test_corners_beyond_the_image_are_moved_to_its_edge() -> None:
    corners, is_moved = move_into_image(np.array([(-2.5, 4.0), (6.0, -1.0), (125.0, 95.0), (3.0, 50.0)]), WIDTH, HEIGHT)

    assert is_moved
    assert corners.tolist() == [[0, 4], [6, 0], [WIDTH, HEIGHT], [3, 50]]


def test_corners_computed_a_little_beyond_are_not_told_as_moved() -> None:
    corners, is_moved = move_into_image(np.array([(-1e-12, 0.0), (9, 0), (9, 9), (0, 9)]), WIDTH, HEIGHT)

    assert not is_moved
    assert corners.min() == 0


@pytest.fixture
def tilted(tmp_path: Path, make_image: Any) -> Path:
    """Export one tilted box in the middle and one over the left edge of an image; returns the folder."""
    make_image("photos/1.png", width=WIDTH, height=HEIGHT)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Add") as edit:
            category = edit.add_category("ship")
            edit.add_instance(store.images()[0].id, category, turned(30, 40, 12))
            edit.add_instance(store.images()[0].id, category, turned(60, 40, 12, x=0))
        report = export_project(store, tmp_path / "out", "yolo-obb", ExportOptions(split={"train": 1}))
    assert [w for w in report.warnings if "corner" in w] == [
        "1 instance (photos/1.png: ship) with a corner of the oriented box outside the image, "
        "which was moved to the edge: YOLO takes no corner outside."
    ]
    return tmp_path / "out"


def test_rows_have_a_class_and_four_corners_within_the_image(tilted: Path) -> None:
    rows = rows_of(tilted)

    assert [len(row) for row in rows] == [9, 9]
    assert all(0 <= value <= 1 for row in rows for value in row)
    inside = np.array(rows[0][1:]).reshape(-1, 2) * (WIDTH, HEIGHT)
    assert inside == pytest.approx(box_of(turned(30, 40, 12)), abs=1e-4)


def test_box_over_the_edge_keeps_direction_and_about_its_size_when_it_is_drawn_again(tilted: Path) -> None:
    """Ultralytics takes the smallest rectangle around the four corners."""
    corners = np.array(rows_of(tilted)[1][1:]).reshape(-1, 2) * (WIDTH, HEIGHT)

    again = cv2.boxPoints(cv2.minAreaRect(corners.astype(np.float32)))

    whole = box_of(turned(60, 40, 12, x=0)).astype(np.float32)
    common, _ = cv2.intersectConvexConvex(again, whole)
    either = abs(signed_ring_area(again.astype(float))) + abs(signed_ring_area(whole.astype(float))) - common
    assert common / either > 0.9


def test_supervision_reads_the_corners(tilted: Path) -> None:
    data = supervision.DetectionDataset.from_yolo(
        images_directory_path=str(tilted / "images/train"),
        annotations_directory_path=str(tilted / "labels/train"),
        data_yaml_path=str(tilted / "data.yaml"),
        is_obb=True,
    )

    ((_, _, detections),) = data
    assert data.classes == ["ship"]
    corners = detections.data["xyxyxyxy"]
    assert corners[0] == pytest.approx(box_of(turned(30, 40, 12)), abs=1)


def test_all_images_and_instances_are_written(dataset: Any, tmp_path: Path) -> None:
    report = export_project(dataset.store, tmp_path / "out", "yolo-obb")

    rows = rows_of(tmp_path / "out")
    assert len(rows) == report.instances == len(dataset.instances()) - 1
    assert {len(row) for row in rows} == {9}
    assert (tmp_path / "out/data.yaml").is_file()
    assert any("1 crowd" in warning for warning in report.warnings)
