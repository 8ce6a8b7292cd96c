"""Similarity transforms: what they do to points, how they are found, what OpenCV makes of them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from sam3_annotator.model.propagation.similarity import fit, for_opencv, growth, inverse, moving, place, scaling


def test_transforms_act_from_right_to_left() -> None:
    grown_then_moved = moving(5, -2) @ scaling(3)

    assert place(grown_then_moved, 2, 4) == (11, 10)
    assert growth(grown_then_moved) == pytest.approx(3)
    assert place(inverse(grown_then_moved), 11, 10) == pytest.approx((2, 4))


def test_a_transform_is_found_though_a_third_of_the_points_went_elsewhere() -> None:
    generator = np.random.default_rng(0)
    sources = generator.uniform(0, 300, (3000, 2)).astype(np.float32)
    turned = np.array([[0.0, -2.0, 40.0], [2.0, 0.0, -7.0], [0.0, 0.0, 1.0]])
    targets = (sources @ turned[:2, :2].T + turned[:2, 2]).astype(np.float32)
    astray = generator.random(3000) < 1 / 3
    targets[astray] += generator.uniform(20, 60, (astray.sum(), 2)).astype(np.float32)

    found, brought = fit(sources, targets, 1.0)

    assert found is not None
    np.testing.assert_allclose(found, turned, atol=0.01)
    assert 620 < brought < 720  # of the thousand that it is told by


@pytest.mark.parametrize(
    "targets",
    [
        pytest.param(np.zeros((5, 2), np.float32), id="too few"),
        pytest.param(np.full((40, 2), 7, np.float32), id="all to one place"),
    ],
)
def test_what_cannot_be_told_is_none(targets: np.ndarray) -> None:
    sources = np.random.default_rng(0).uniform(0, 90, targets.shape).astype(np.float32)

    assert fit(sources, targets, 1.0) == (None, 0)


def test_for_opencv_edges_of_pixels_stay_edges() -> None:
    picture = np.zeros((4, 4), np.float32)
    picture[1:3, 1:3] = 1

    enlarged = cv2.warpAffine(picture, for_opencv(scaling(4)), (16, 16), flags=cv2.INTER_NEAREST)

    expected = np.zeros((16, 16), np.float32)
    expected[4:12, 4:12] = 1
    np.testing.assert_array_equal(enlarged, expected)
