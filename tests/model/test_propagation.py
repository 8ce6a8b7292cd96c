"""Objects are followed from one image to the next, each with an answer of its own."""

from __future__ import annotations

import numpy as np
import pytest

from sam3_annotator.model import Cancelled, PackedMask, never_cancelled, propagate


@pytest.fixture
def masks() -> list[PackedMask]:
    """Give a square of 20 pixels that crosses the right border of a narrower image, and one that lies beyond it."""
    return [PackedMask.of(np.ones((20, 20), dtype=bool), left, 5) for left in (40, 70)]


def test_what_stays_where_it_was_is_found_there_and_cut_at_the_border(fake_session, masks) -> None:
    before, after = np.zeros((60, 100, 3), np.uint8), np.zeros((60, 50, 3), np.uint8)

    found = propagate(fake_session, fake_session.embed(after), before, after, masks, never_cancelled)

    assert found[0] is not None
    assert found[0].mask.box_xyxy == (40, 5, 50, 25)
    assert found[0].score == 1.0
    assert found[1] is None


def test_an_answer_no_longer_wanted_is_given_up(fake_session, masks) -> None:
    pixels = np.zeros((60, 100, 3), np.uint8)

    def check() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        propagate(fake_session, fake_session.embed(pixels), pixels, pixels, masks, check)
