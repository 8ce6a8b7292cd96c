"""Flow tells how a part of a picture moved, and how much of it can be relied on."""

from __future__ import annotations

import numpy as np
import pytest

from sam3_annotator.model.propagation.flow import Flow
from sam3_annotator.model.propagation.frames import grey_of
from sam3_annotator.model.propagation.similarity import growth, place
from tests.model.propagation.scenes import bean, scene, texture, turn


def test_a_thing_that_turned_and_moved_is_told_from_its_ground() -> None:
    seen = scene(turn(8, 1.1, 9, -6))
    flow = Flow(grey_of(seen.before), grey_of(seen.after))

    thing, sure = flow.movement(seen.mask_before)
    ground, _ = flow.movement(~seen.mask_before)

    assert thing is not None
    assert ground is not None
    assert place(thing, 150, 140) == pytest.approx((159, 134), abs=0.7)
    assert growth(thing) == pytest.approx(1.1, abs=0.03)
    assert sure > 0.8
    assert place(ground, 150, 140) == pytest.approx((150, 140), abs=0.3)


def test_nothing_is_sure_where_another_picture_follows() -> None:
    _, sure = Flow(grey_of(texture(1)), grey_of(texture(9))).movement(bean())

    assert sure < 0.4


def test_a_few_pixels_tell_nothing() -> None:
    seen = scene(turn(0, 1, 3, 0))
    speck = np.zeros(seen.mask_before.shape, np.bool_)
    speck[140:143, 150:153] = True

    assert Flow(grey_of(seen.before), grey_of(seen.after)).movement(speck) == (None, 0.0)
