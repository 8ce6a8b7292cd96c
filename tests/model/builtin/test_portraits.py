"""Masks on the grid overlap as they do in the image, and like masks are told from unlike ones."""

from __future__ import annotations

import numpy as np
import pytest

from sam3_annotator.model.builtin.candidates import Candidate
from sam3_annotator.model.builtin.feature_map import FeatureMap
from sam3_annotator.model.builtin.heads import LikenessHead
from sam3_annotator.model.builtin.likeness import Likeness, describe
from sam3_annotator.model.builtin.portraits import GridMask, lay_on_grid, portray
from sam3_annotator.model.builtin.zoom import ViewWindow


@pytest.fixture
def features() -> FeatureMap:
    """20 x 30 cells, 4 grid steps each, 2 image pixels a step; two squares of another kind than the ground."""
    values = np.zeros((20, 30, 3), np.float32)
    values[..., 0] = 1.0
    for x in (4, 16):
        values[4:10, x : x + 6] = (0.0, 1.0, 0.0)
    values[12:18, 4:10] = (0.0, 0.0, 1.0)
    return FeatureMap(values, values * 3, 0.5)


def square(features: FeatureMap, x: int, y: int, side: int = 24) -> GridMask:
    on = np.zeros(features.grid_shape, np.bool_)
    on[y : y + side, x : x + side] = True
    return GridMask(0, 0, on)


def test_masks_laid_out_apart_overlap_as_they_do_in_the_image() -> None:
    first = GridMask(4, 8, np.ones((8, 8), np.bool_))
    second = GridMask(8, 12, np.ones((12, 4), np.bool_))

    assert first.overlap(second) == second.overlap(first) == 4 * 4
    assert first.overlap(GridMask(12, 8, np.ones((4, 4), np.bool_))) == 0
    assert first.holds(11, 15)
    assert not first.holds(12, 15)


def test_a_view_s_mask_lies_on_the_grid_where_it_lies_in_the_image(features: FeatureMap) -> None:
    chance = np.zeros((64, 64), np.float32)
    chance[16:48, 16:48] = 1.0  # the middle half of the view: image x 60..100, y 40..80

    mask = lay_on_grid(Candidate(chance, 0.9, ViewWindow(40.0, 20.0, 80.0)), features)

    rows, columns = np.nonzero(mask.on)
    assert (rows.min() + mask.row, rows.max() + 1 + mask.row) == (20, 40)
    assert (columns.min() + mask.column, columns.max() + 1 + mask.column) == (30, 50)


def test_a_window_beyond_the_image_is_cut(features: FeatureMap) -> None:
    mask = lay_on_grid(Candidate(np.ones((64, 64), np.float32), 0.9, ViewWindow(-40.0, -40.0, 400.0)), features)

    assert (mask.row, mask.column) == (0, 0)
    assert mask.on.shape == features.grid_shape


def likeness(features: FeatureMap, found: GridMask) -> float:
    traits = describe(portray(found, features), [portray(square(features, 16, 16), features)], 0.9, 0.1)
    unfitted = {f"likeness.{name}": value.numpy() for name, value in LikenessHead().state_dict().items()}
    return float(Likeness(unfitted).score(traits)[0])


def test_the_same_kind_scores_above_another_kind_and_another_size(features: FeatureMap) -> None:
    same = likeness(features, square(features, 64, 16))

    assert same > likeness(features, square(features, 16, 48))
    assert same > likeness(features, square(features, 64, 16, side=10))
    assert same > likeness(features, square(features, 90, 50))
