"""Which handles are shown."""

from __future__ import annotations

import numpy as np
from hypothesis import given, strategies as st

from sam3_annotator.ui.canvas.marks import told_apart


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
