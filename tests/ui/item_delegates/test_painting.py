"""What rows are painted with."""

from __future__ import annotations

import pytest

from sam3_annotator.ui.item_delegates.painting import SWATCH_SIZE, shortened_name, swatch_icon, text_width
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


def test_names_that_begin_alike_are_told_apart_by_their_ends(qapp):
    names = [f"cardamage_0711260624_{number}_jpg.jpg" for number in (2930, 3118)]
    width = text_width("carda…_2930_jpg")

    shown = [shortened_name(name, width) for name in names]

    assert [name[-8:] for name in shown] == ["2930_jpg", "3118_jpg"]
    assert all(text_width(name) <= width and name.startswith("ca") for name in shown)


def test_the_ending_goes_first_where_a_name_does_not_fit(qapp):
    name = "IMG_20181228.jpg"

    assert shortened_name(name, text_width(name)) == name
    assert shortened_name(name, text_width(name) - 1) == "IMG_20181228"
