"""Samples: views of regions that can be seen in them."""

from __future__ import annotations

import numpy as np
import pytest

from training.builtin.samples import SampleMaker


def test_regions_too_thin_to_be_seen_are_told_of(crack_samples: SampleMaker) -> None:
    assert crack_samples.has_regions()

    with pytest.raises(ValueError, match="None of the pictures has a region that is large enough to learn from"):
        crack_samples.draw(64, np.random.default_rng(0))
