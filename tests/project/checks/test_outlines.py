"""Regions that training cannot use, and leftovers in them, are found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from sam3_annotator.project import FindingKind, ImageFacts, Polygon, Region, mask_to_region, rectangle


def _mask(width: int = 400, height: int = 300) -> Any:
    return np.zeros((height, width), dtype=bool)


@pytest.fixture
def large(sound: Any) -> Any:
    """Make the first image of the sound project 400 x 300 pixels."""
    Image.new("RGB", (400, 300), "green").save(sound.file(0))
    sound.store.set_image_facts({sound.images[0]: ImageFacts(400, 300, sound.file(0).stat().st_size, "f" * 128)})
    return sound


def test_outline_that_crosses_itself_is_told_with_the_place(sound: Any) -> None:
    bow = sound.add(Region((Polygon([(30, 10), (50, 30), (50, 10), (30, 30)]),)))

    (finding,) = sound.findings()

    assert (finding.kind, finding.instance_ids) == (FindingKind.CROSSES_ITSELF, (bow,))
    assert finding.box_xyxy == (35, 15, 45, 25)
    assert "near (40, 20)" in finding.sentence


def test_parts_that_overlap_count_as_crossing(sound: Any) -> None:
    sound.add(Region(rectangle(30, 10, 50, 30).polygons + rectangle(45, 20, 60, 40).polygons))

    assert sound.kinds() == [FindingKind.CROSSES_ITSELF]


def test_region_of_a_mask_whose_parts_touch_at_a_corner_is_sound(sound: Any) -> None:
    mask = _mask(64, 48)
    mask[10:20, 30:40] = True
    mask[20:30, 40:50] = True
    sound.add(mask_to_region(mask))

    assert sound.findings() == []


@pytest.mark.parametrize("x", [80, 200, -30])
def test_instance_outside_its_image_is_told(sound: Any, x: float) -> None:
    instance = sound.add(rectangle(x, 5, x + 20, 25))

    (finding,) = sound.findings()

    assert (finding.kind, finding.instance_ids) == (FindingKind.OUTSIDE_IMAGE, (instance,))
    assert finding.box_xyxy == (x, 5, x + 20, 25)
    assert "80 x 60 pixels" in finding.sentence


@pytest.mark.parametrize(
    ("region", "beyond"),
    [(rectangle(70, 5, 85, 25), 5), (rectangle(30, 50, 60, 63), 3), (rectangle(30, -7, 50, 10), 7)],
)
def test_instance_that_reaches_beyond_its_image_is_told_how_far(sound: Any, region: Region, beyond: int) -> None:
    sound.add(region)

    (finding,) = sound.findings()

    assert finding.kind is FindingKind.PARTLY_OUTSIDE
    assert f"{beyond} pixels beyond" in finding.sentence


def test_a_pixel_of_rounding_at_the_edge_is_no_reason_to_complain(sound: Any) -> None:
    sound.add(rectangle(40, 40, 81, 60.5))
    sound.add(rectangle(40, -0.5, 60, 20))

    assert sound.findings() == []


def test_size_of_an_image_is_that_after_the_turn_of_its_exif(sound: Any) -> None:
    turned = Image.new("RGB", (80, 60), "blue")
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(sound.file(0), exif=exif)
    sound.store.set_image_facts({sound.images[0]: ImageFacts(60, 80)})
    sound.add(rectangle(35, 62, 55, 79))

    assert sound.findings() == []


def test_instance_on_an_image_of_unknown_size_is_not_called_outside(sound: Any) -> None:
    sound.file(0).write_bytes(b"no image")
    sound.add(rectangle(700, 500, 750, 550))

    assert sound.kinds() == [FindingKind.UNREADABLE_FILE]


@pytest.mark.parametrize(
    "region",
    [
        rectangle(30.6, 10.6, 31.4, 11.4),
        rectangle(30, 10.6, 60, 11.4),
        Region((Polygon([(30, 10), (40, 20), (50, 30)]),)),
    ],
    ids=["between centres", "between rows", "a line"],
)
def test_region_without_the_centre_of_a_pixel_is_told(sound: Any, region: Region) -> None:
    instance = sound.add(region)

    findings = [finding for finding in sound.findings() if finding.kind is not FindingKind.CROSSES_ITSELF]

    assert [(finding.kind, finding.instance_ids) for finding in findings] == [(FindingKind.NO_PIXELS, (instance,))]


def test_instance_of_a_few_pixels_is_told_with_their_number(sound: Any) -> None:
    sound.add(rectangle(30, 10, 33, 13))
    sound.add(rectangle(40, 10, 45, 12))

    (finding,) = sound.findings()

    assert finding.kind is FindingKind.FEW_PIXELS
    assert "9 pixels" in finding.sentence


def test_pixels_beyond_the_edge_do_not_count(sound: Any) -> None:
    sound.add(rectangle(78, 10, 80.9, 13))

    assert sound.kinds() == [FindingKind.FEW_PIXELS]


def test_large_instance_with_a_few_pixels_on_the_image_is_told_for_both(sound: Any) -> None:
    sound.add(rectangle(78, 10, 200, 13))

    assert sound.kinds() == [FindingKind.PARTLY_OUTSIDE, FindingKind.FEW_PIXELS]


def test_sliver_is_noted_and_a_line_of_whole_pixels_is_not(sound: Any) -> None:
    sliver = sound.add(rectangle(30, 10.3, 60, 10.8))
    sound.add(rectangle(30, 20, 60, 21))

    (finding,) = sound.findings()

    assert (finding.kind, finding.instance_ids) == (FindingKind.SLIVER, (sliver,))
    assert "0.5 pixels wide" in finding.sentence


def test_specks_away_from_the_rest_are_noted_with_where_they_are(large: Any) -> None:
    mask = _mask()
    mask[50:150, 50:150] = True
    mask[200:203, 300:302] = True
    mask[210, 310] = True
    instance = large.add(mask_to_region(mask))

    (finding,) = large.findings()

    assert (finding.kind, finding.instance_ids) == (FindingKind.SPECKS, (instance,))
    assert finding.box_xyxy == (300, 200, 311, 211)
    assert "2 specks away from the rest (7 px²)" in finding.sentence


def test_pixels_that_touch_the_rest_at_a_corner_are_no_specks(large: Any) -> None:
    mask = _mask()
    mask[50:150, 50:150] = True
    mask[49, 49] = mask[48, 48] = mask[150, 150] = True
    large.add(mask_to_region(mask))

    assert large.findings() == []


@pytest.mark.parametrize("side", [8, 30])
def test_second_part_of_some_size_is_no_speck(large: Any, side: int) -> None:
    mask = _mask()
    mask[50:150, 50:150] = True
    mask[200 : 200 + side, 300 : 300 + side] = True
    large.add(mask_to_region(mask))

    assert large.findings() == []


def test_part_of_some_size_is_no_speck_of_a_very_large_instance(large: Any) -> None:
    mask = _mask()
    mask[20:300, 0:350] = True
    mask[20:41, 360:381] = True
    large.add(mask_to_region(mask))

    assert large.findings() == []


def test_instance_of_nothing_but_small_parts_has_no_specks(large: Any) -> None:
    mask = _mask()
    for y, x in np.ndindex(20, 20):
        mask[50 + 10 * y : 54 + 10 * y, 50 + 10 * x : 54 + 10 * x] = True
    large.add(mask_to_region(mask))

    assert large.findings() == []


def test_pinholes_are_noted_and_holes_are_not(large: Any) -> None:
    mask = _mask()
    mask[50:150, 50:150] = True
    mask[100:120, 100:120] = False
    large.add(mask_to_region(mask))
    assert large.findings() == []

    mask[60, 60] = mask[70:73, 130:133] = False
    instance = large.add(mask_to_region(mask).translated(150, 0))

    (finding,) = large.findings()
    assert (finding.kind, finding.instance_ids) == (FindingKind.PINHOLES, (instance,))
    assert finding.box_xyxy == (210, 60, 283, 73)
    assert "2 holes" in finding.sentence


def test_small_hole_of_a_small_instance_is_no_pinhole(sound: Any) -> None:
    mask = _mask(64, 48)
    mask[10:20, 30:40] = True
    mask[14:16, 34:36] = False
    sound.add(mask_to_region(mask))

    assert sound.findings() == []
