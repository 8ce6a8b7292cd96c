"""What rows are painted with."""

from __future__ import annotations

import pytest

from sam3_annotator.ui.item_delegates.painting import SWATCH_SIZE, swatch_icon
from sam3_annotator.ui.theme import Appearance, apply_theme, theme


@pytest.fixture
def dress(qapp):
    """Change the appearance of the program for the test."""
    before = Appearance.DARK if theme().is_dark else Appearance.LIGHT
    yield lambda appearance: apply_theme(qapp, appearance)
    apply_theme(qapp, before)


def test_a_colour_is_painted_once_for_each_theme(dress):
    dress(Appearance.DARK)
    dark = swatch_icon("#e69f00")
    assert swatch_icon("#e69f00").cacheKey() == dark.cacheKey()
    assert swatch_icon("#56b4e9").cacheKey() != dark.cacheKey()

    dress(Appearance.LIGHT)
    light = swatch_icon("#e69f00")

    def rim(icon):
        return icon.pixmap(SWATCH_SIZE).toImage().pixelColor(SWATCH_SIZE // 2, 0).name()

    assert rim(light) != rim(dark)
