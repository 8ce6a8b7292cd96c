"""Brightness, contrast and gamma as numbers: what becomes of a value, and what suits an image."""

from __future__ import annotations

import numpy as np
import pytest

from sam3_annotator.ui.canvas.light import NEUTRAL, SAMPLED_PIXELS, Light, own_light, relit


def test_neutral_light_shows_every_value_as_it_is() -> None:
    assert NEUTRAL.table().tolist() == list(range(256))
    assert NEUTRAL.is_neutral
    assert not Light(gamma=1.2).is_neutral


@pytest.mark.parametrize(
    ("light", "shown"),
    [
        (Light(brightness=100), {0: 128, 127: 254, 128: 255, 255: 255}),  # black is the middle
        (Light(brightness=-100), {0: 0, 127: 0, 255: 128}),  # white is
        (Light(contrast=20), {0: 0, 64: 0, 128: 128, 191: 254, 192: 255}),  # twice as far from the middle
        (Light(contrast=-20), {0: 64, 255: 191}),  # half as far
        (Light(gamma=2.0), {0: 0, 64: 128, 255: 255}),  # 255 times the root of a quarter
        (Light(gamma=0.5), {0: 0, 128: 64, 255: 255}),
        (Light(brightness=90, contrast=100), {4: 0, 12: 104, 13: 136, 20: 255}),  # 32 times, around 12.75
    ],
)
def test_values_are_spread_around_the_one_in_the_middle(light: Light, shown: dict[int, int]) -> None:
    table = light.table()

    assert table.dtype == np.uint8
    assert {value: int(table[value]) for value in shown} == shown
    assert (np.diff(table.astype(int)) >= 0).all()  # what was lighter is never shown darker


def test_own_light_spans_black_to_white() -> None:
    dark = np.tile(np.arange(20, 60, dtype=np.uint8), (30, 1))[..., None].repeat(3, axis=2)

    table = own_light(dark).table()

    assert (table[20], table[59]) == (0, 255)
    assert own_light(dark).gamma == 1.0  # no value has more pixels than another: it is not dark in the middle


def test_a_few_lamps_do_not_keep_an_image_dark() -> None:
    night = np.full((100, 100, 3), 12, np.uint8)
    night[::2] = 8
    night[:2] = 255  # two percent
    night[-2:] = 0

    light = own_light(night)

    assert light.gamma == 2.0
    assert light.table()[12] > 50


def test_a_few_wrong_pixels_do_not_count() -> None:
    grey = np.tile(np.arange(100, 150, dtype=np.uint8), (100, 1))[..., None].repeat(3, axis=2)
    grey[0, :10], grey[0, 10:20] = 0, 255

    table = own_light(grey).table()

    assert (table[100], table[149]) == (0, 255)


@pytest.mark.parametrize("value", [0, 77, 255])
def test_an_image_of_one_value_is_left_as_it_is(value: int) -> None:
    assert own_light(np.full((9, 9, 3), value, np.uint8)) == NEUTRAL


def test_hardly_any_light_is_stretched_as_far_as_it_goes() -> None:
    faint = np.full((50, 50, 3), 3, np.uint8)
    faint[::2] = 4

    light = own_light(faint)

    assert light.contrast == 100.0
    assert light.table()[4] - light.table()[3] == 32


def test_a_large_image_is_judged_by_pixels_from_all_over_it() -> None:
    large = np.zeros((1500, 1500, 3), np.uint8)
    large[:, 750:] = 100
    assert large.shape[0] * large.shape[1] > 4 * SAMPLED_PIXELS

    table = own_light(large).table()

    assert (table[0], table[100]) == (0, 255)


def test_relit_rows_may_be_part_of_others() -> None:
    table = Light(gamma=2.0).table()
    values = np.random.default_rng(0).integers(0, 256, (40, 60), dtype=np.uint8)
    out = np.zeros_like(values)

    relit(values[5:30, 8:50], table, out[5:30, 8:50])

    assert (out[5:30, 8:50] == table[values[5:30, 8:50]]).all()
    assert out[:5].sum() + out[30:].sum() + out[:, :8].sum() + out[:, 50:].sum() == 0
