"""A pair of frames tells how the camera moved, at any size of the images."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from sam3_annotator.model.propagation.frames import Frame, FramePair
from sam3_annotator.model.propagation.similarity import growth, moving, place, scaling
from tests.model.propagation.scenes import bean, scene, texture, turn


def test_a_frame_shows_a_part_at_any_scale() -> None:
    pixels = texture(1, (600, 800), grain=30)
    frame = Frame(pixels)

    shrunk = frame.see(scaling(0.25) @ moving(-200, -100), (100, 120))

    expected = cv2.resize(pixels[100:500, 200:680], (120, 100), interpolation=cv2.INTER_AREA)
    assert np.abs(shrunk.astype(int) - expected.astype(int)).mean() < 1.5


def test_the_camera_is_followed_farther_than_flow_reaches() -> None:
    seen = scene(turn(0, 1, 0, 0), camera=turn(10, 1.1, 60, -40))

    frames = FramePair(seen.before, seen.after)

    assert place(frames.camera, 150, 140) == pytest.approx((210, 100), abs=1.0)
    assert growth(frames.camera) == pytest.approx(1.1, abs=0.02)


def test_a_thing_is_followed_against_the_camera() -> None:
    seen = scene(turn(0, 1, 12, 4), camera=turn(0, 1, 50, 0))
    frames = FramePair(seen.before, seen.after)

    movement, _ = frames.movement(seen.mask_before)

    assert movement is not None
    assert place(movement, 150, 140) == pytest.approx((212, 144), abs=1.0)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_the_later_image_may_have_another_size(factor: float) -> None:
    seen = scene(turn(0, 1, 10, 0))
    resized = np.asarray(cv2.resize(seen.after, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)

    frames = FramePair(seen.before, resized)
    movement, _ = frames.movement(bean())

    assert movement is not None
    assert place(frames.still, 150, 140) == pytest.approx((150 * factor, 140 * factor))
    assert place(movement, 150, 140) == pytest.approx((160 * factor, 140 * factor), abs=1.5)


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (9, 7)])
def test_without_corners_the_camera_stands_still(shape: tuple[int, int]) -> None:
    plain = np.full((*shape, 3), 90, np.uint8)

    np.testing.assert_allclose(FramePair(plain, plain).camera, np.eye(3), atol=1e-9)
