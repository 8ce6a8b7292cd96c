"""The rule of the COCO tools, against pycocotools."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from pycocotools import mask as coco_mask

from sam3_annotator.project.formats.coco.raster import coco_iou
from sam3_annotator.project.masks import mask_to_region
from sam3_annotator.project.rle import mask_to_rle

# pycocotools 2.0.11 hands out arrays in the way of numpy 1.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

HEIGHT, WIDTH = 23, 31
vertex = st.tuples(
    st.one_of(st.integers(0, WIDTH), st.floats(0, WIDTH)), st.one_of(st.integers(0, HEIGHT), st.floats(0, HEIGHT))
)
rings = st.lists(vertex, min_size=3, max_size=8).map(lambda vertices: np.array(vertices, dtype=np.float64))


@settings(max_examples=150)
@given(st.lists(rings, min_size=1, max_size=3), st.integers(0, 10**6))
def test_iou_is_that_of_the_mask_pycocotools_makes(polygons: list[np.ndarray], seed: int) -> None:
    mask = np.random.default_rng(seed).random((HEIGHT, WIDTH)) < 0.5
    theirs = coco_mask.frPyObjects([ring.ravel().tolist() for ring in polygons], HEIGHT, WIDTH)
    decoded = coco_mask.decode(coco_mask.merge(theirs)).astype(bool)

    iou = coco_iou(polygons, mask_to_rle(mask))

    assert iou == pytest.approx((mask & decoded).sum() / (mask | decoded).sum())


@settings(max_examples=50)
@given(st.integers(0, 10**6), st.floats(0.2, 0.9))
def test_outer_rings_along_pixel_edges_are_read_exactly(seed: int, density: float) -> None:
    mask = np.random.default_rng(seed).random((HEIGHT, WIDTH)) < density
    region = mask_to_region(mask)
    if region.has_holes:
        return

    assert coco_iou([polygon.outer for polygon in region.polygons], mask_to_rle(mask)) == 1.0
