"""Masks that a user would take for one another are offered once."""

from __future__ import annotations

import numpy as np

from sam3_annotator.model.distinct import choose_distinct


def test_empty_masks_and_those_like_an_earlier_one_are_left_out() -> None:
    large, small = np.zeros((20, 20), np.bool_), np.zeros((20, 20), np.bool_)
    large[:15, :15] = True
    small[:5, :5] = True
    nearly_large = large.copy()
    nearly_large[0, 0] = False

    assert choose_distinct([np.zeros_like(large), large, nearly_large, small]) == [1, 3]
    assert choose_distinct([np.zeros_like(large)]) == []
