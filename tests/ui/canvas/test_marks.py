"""Which handles are shown, and that marks are told apart."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from sam3_annotator.ui.canvas.marks import NEGATIVE, POSITIVE, PROMPT_SIDE, paint_point_prompt, told_apart


def test_handles_far_apart_are_all_shown() -> None:
    points = np.array([(0.0, 0.0), (20.0, 0.0), (20.0, 20.0)])

    assert told_apart(points, 13.0).tolist() == points.tolist()


def test_crowded_handles_are_thinned_out_evenly() -> None:
    points = np.stack((np.arange(100.0), np.zeros(100)), axis=1)

    assert told_apart(points, 13.0)[:, 0].tolist() == list(range(0, 100, 13))


def test_no_points_stay_no_points() -> None:
    assert len(told_apart(np.empty((0, 2)), 13.0)) == 0


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=60))
def test_thinned_points_are_some_of_the_points_in_their_order(corners: list[tuple[int, int]]) -> None:
    points = np.array(corners, dtype=float)

    kept = told_apart(points, 13.0).tolist()

    remaining = iter(points.tolist())
    assert all(point in remaining for point in kept)
    assert kept[0] == points[0].tolist()


@pytest.mark.parametrize("ground", ["#ffffff", "#000000", "#2fb170"])
@pytest.mark.parametrize(("is_positive", "color"), [(True, POSITIVE), (False, NEGATIVE)])
def test_a_prompt_is_more_of_its_colour_than_of_its_sign(
    qapp: QApplication, ground: str, is_positive: bool, color: QColor
) -> None:
    image = QImage(20, 20, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_point_prompt(painter, QPointF(10.2, 10.4), 1, is_positive=is_positive)
    painter.end()
    side = round(PROMPT_SIDE)
    inside = [image.pixelColor(x, y) for x in range(6, 6 + side) for y in range(6, 6 + side)]
    is_colored = [pixel.hsvSaturation() > 0.7 * color.hsvSaturation() for pixel in inside]

    area = math.pi * (PROMPT_SIDE / 2) ** 2 if is_positive else PROMPT_SIDE**2
    assert sum(is_colored) > area / 2
    assert image.pixelColor(10, 10) == QColor("white")
