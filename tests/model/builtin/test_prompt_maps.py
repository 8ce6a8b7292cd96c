"""Prompt maps: every prompt is drawn where it was made."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from sam3_annotator.model.builtin.prompt_maps import draw_prompt_maps


def test_no_prompts_draw_nothing() -> None:
    assert not draw_prompt_maps(64, []).any()


@given(x=st.floats(0, 63.9), y=st.floats(0, 63.9), positive=st.booleans())
def test_a_point_is_brightest_where_it_was_clicked(x: float, y: float, positive: bool) -> None:
    maps = draw_prompt_maps(64, [(x, y, positive)])

    mine, other = (2, 3) if positive else (3, 2)
    row, column = np.unravel_index(maps[mine].argmax(), maps[mine].shape)
    assert abs(column + 0.5 - x) <= 0.51
    assert abs(row + 0.5 - y) <= 0.51
    assert not maps[other].any()


def test_a_disc_covers_its_radius() -> None:
    disc = draw_prompt_maps(256, [(100.5, 50.5, True)])[0]

    assert disc[50, 100] == disc[50, 104] == disc[46, 100] == 1
    assert disc[50, 105] == disc[53, 103] == 0


def test_a_point_outside_still_casts_its_bump() -> None:
    maps = draw_prompt_maps(64, [(-3.0, 32.0, False)])

    assert not maps[1].any()
    assert maps[3, 32, 0] > 0.5


def test_a_box_is_filled_and_cut_at_the_view() -> None:
    box = draw_prompt_maps(64, [], (-10.0, 8.0, 20.0, 16.0))[4]

    assert box.sum() == 20 * 8
    assert box[8, 0] == box[15, 19] == 1


def test_an_earlier_mask_runs_from_minus_one_to_one() -> None:
    earlier = np.zeros((64, 64), np.float32)
    earlier[:, 32:] = 1

    maps = draw_prompt_maps(64, [], None, earlier)

    assert maps[5, 0, 0] == pytest.approx(-1)
    assert maps[5, 0, 63] == pytest.approx(1)
