"""The one ring of a region, and how well it is filled in the way of Ultralytics."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from sam3_annotator.project import Polygon, Region, mask_to_region, rectangle, region_to_mask
from sam3_annotator.project.formats.yolo.rings import best_ring, region_of_ring
from sam3_annotator.project.runs import runs_of_region

HEIGHT, WIDTH = 30, 40


def filled(ring: np.ndarray) -> np.ndarray:
    """Fill a ring on the whole image."""
    canvas = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    cv2.fillPoly(canvas, [ring.astype(np.int32).reshape(-1, 1, 2)], 1)
    return canvas.astype(bool)


@pytest.mark.parametrize("y", [0, 7, HEIGHT - 6], ids=["top", "middle", "bottom"])
@pytest.mark.parametrize("x", [0, 11, WIDTH - 6], ids=["left", "middle", "right"])
@pytest.mark.parametrize("kind", ["block", "ring", "noise"])
def test_iou_is_that_of_filling_the_whole_image(kind: str, x: int, y: int) -> None:
    part = np.ones((6, 6), dtype=np.bool_) if kind != "noise" else np.random.default_rng(1).random((6, 6)) < 0.6
    if kind == "ring":
        part[2:4, 2:4] = False
    mask = np.zeros((HEIGHT, WIDTH), dtype=np.bool_)
    mask[y : y + 6, x : x + 6] = part
    region = mask_to_region(mask)

    ring, iou = best_ring(region, runs_of_region(region, HEIGHT, WIDTH), HEIGHT, WIDTH)

    found = filled(ring)
    assert iou == pytest.approx((found & mask).sum() / (found | mask).sum())
    assert (ring >= 0).all()
    assert (ring <= (WIDTH, HEIGHT)).all()


def test_an_outline_that_is_filled_well_is_kept_and_cut_at_the_image() -> None:
    region = rectangle(-5, -5, 45, 28)

    ring, iou = best_ring(region, runs_of_region(region, HEIGHT, WIDTH), HEIGHT, WIDTH)

    assert (ring.min(axis=0).tolist(), ring.max(axis=0).tolist()) == ([0, 0], [40, 28])
    assert iou == pytest.approx(28 / 29)  # the pixels below the line are filled, too


def test_pixels_that_filling_sets_before_the_mask_count() -> None:
    region = rectangle(0.6, 0.6, WIDTH, HEIGHT)  # the middles of the pixels from 1 on, but filled from 0 on
    mask = np.zeros((HEIGHT, WIDTH), dtype=np.bool_)
    mask[1:, 1:] = True

    ring, iou = best_ring(region, runs_of_region(region, HEIGHT, WIDTH), HEIGHT, WIDTH)

    found = filled(ring)
    assert iou == pytest.approx((found & mask).sum() / (found | mask).sum())
    assert np.array_equal(found, mask)


def written(region: Region, height: int, width: int) -> np.ndarray:
    """Return the ring of a region in shares, with the decimals of a label file."""
    ring, _ = best_ring(region, runs_of_region(region, height, width), height, width)
    return np.ceil(ring / (width, height) * 1e7) / 1e7


@pytest.mark.parametrize(("height", "width"), [(45, 60), (427, 640), (3000, 4000), (9001, 12007)])
@pytest.mark.parametrize("blur", [0, 0.7, 2, 5])
def test_region_of_a_ring_has_the_pixels_that_the_ring_was_made_for(height: int, width: int, blur: float) -> None:
    """Whatever its parts and holes, down to single pixels that touch at corners."""
    random = np.random.default_rng(int(10 * blur) + height)
    for size, share in [((1, 1), 0.0), ((3, 9), 0.5), ((12, 17), 0.2), ((12, 17), 0.7), ((40, 30), 0.5)]:
        noise = random.standard_normal(size).astype(np.float32)
        part = cv2.GaussianBlur(noise, (0, 0), blur) if blur else noise
        part = part >= np.quantile(part, share)
        y, x = random.integers(0, height - size[0] + 1), random.integers(0, width - size[1] + 1)
        region = mask_to_region(part).translated(float(x), float(y))

        again = region_of_ring(written(region, height, width), width, height)

        box = again.translated(-float(x), -float(y))
        assert (region_to_mask(box, *size) == part).all()
        assert box.box_xyxy == mask_to_region(part).box_xyxy


def test_outline_comes_back_with_its_hole_and_its_parts() -> None:
    donut = Polygon([(5, 5), (305, 5), (305, 205), (5, 205)], [[(40, 30), (40, 180), (280, 180), (280, 30)]])
    region = Region((donut, *rectangle(100, 60, 200, 150).polygons, *rectangle(310, 5, 395, 295).polygons))

    again = region_of_ring(written(region, 300, 400), 400, 300)

    assert sorted(len(polygon.holes) for polygon in again.polygons) == [0, 0, 1]
    assert (region_to_mask(again, 300, 400) == region_to_mask(region, 300, 400)).all()


def test_outline_between_pixels_comes_back_to_the_last_decimal() -> None:
    region = Region((Polygon([(3.3, 4.7), (391.21, 33.333), (200.2, 280.9)]),))

    again = region_of_ring(written(region, 300, 400), 400, 300)

    assert np.abs(again.polygons[0].outer - region.polygons[0].outer).max() <= 400e-7


def test_more_parts_than_there_are_places_come_back_as_the_ring_is_filled() -> None:
    mask = np.zeros((70, 70), dtype=np.bool_)
    mask[::2, ::2] = True  # 1225 pixels on their own
    ring = written(mask_to_region(mask), 70, 70)

    again = region_to_mask(region_of_ring(ring, 70, 70), 70, 70)

    canvas = np.zeros((70, 70), dtype=np.uint8)
    cv2.fillPoly(canvas, [(ring * 70).astype(np.int32).reshape(-1, 1, 2)], 1)
    assert (again == (canvas > 0)).all()


def test_ring_with_one_vertex_off_is_an_outline() -> None:
    ring = np.array([(8.25, 6.25), (16.25, 6.25), (16.25, 12.25), (8.3, 12.25)])

    assert region_of_ring(ring / (WIDTH, HEIGHT), WIDTH, HEIGHT).area == pytest.approx(6 * (8 + 7.95) / 2)
