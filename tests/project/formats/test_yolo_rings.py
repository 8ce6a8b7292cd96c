"""The one ring of a region, and how well it is filled in the way of Ultralytics."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from sam3_annotator.project import mask_to_region, rectangle
from sam3_annotator.project.formats.yolo_rings import best_ring
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
