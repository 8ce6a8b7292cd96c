"""Instances as bytes on a clipboard come back as they were, or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from sam3_annotator.project import (
    Category,
    CategoryId,
    FormatError,
    ImageId,
    Instance,
    InstanceCopy,
    InstanceId,
    Origin,
    Polygon,
    PromptRecord,
    Provenance,
    Region,
    copy_instance,
    decode_copies,
    encode_copies,
)

HOLED = Region(
    (
        Polygon([(0.1, 0), (1 / 3, 90), (70, 80.7)], [[(5, 40), (9, 44), (5, 44)]]),
        Polygon([(100, 100), (110, 100), (100, 110)]),
    )
)
FOUND = Provenance(
    origin=Origin.MODEL,
    model="SAM 3 · 12ab",
    prompts=(PromptRecord("point", (5, 6)),),
    predicted_iou=0.8,
    simplification_iou=0.97,
    created_at="2024-01-01T00:00:00+00:00",
    edit_count=2,
    phrase="großer Vogel",
    threshold=0.4,
)
CATEGORY = Category(CategoryId(7), "Vögel & Co", "#0072b2", 3, "Tiere")
SAID = {"Farbe": "weiß", "occluded": True, "age": 2, "share": 0.5}
COPY = copy_instance(
    Instance(
        InstanceId(1), ImageId(2), CATEGORY.id, HOLED, score=0.1 + 0.2, is_crowd=True, provenance=FOUND, attributes=SAID
    ),
    CATEGORY,
)


def changed(**values: Any) -> bytes:
    content = json.loads(encode_copies([COPY]))
    content["instances"][0].update(values)
    return json.dumps(content).encode()


def test_copies_come_back_equal_regions_bit_for_bit() -> None:
    plain = InstanceCopy("cat", "#e69f00", HOLED)

    assert decode_copies(encode_copies([COPY, plain])) == (COPY, plain)
    assert decode_copies(encode_copies([])) == ()


def test_what_an_earlier_program_has_copied_has_no_attributes() -> None:
    content = json.loads(encode_copies([COPY]))
    del content["instances"][0]["attributes"]

    (copy,) = decode_copies(json.dumps(content).encode())

    assert copy == replace(COPY, attributes={})


def test_a_copy_tells_how_its_region_was_made_but_nothing_of_the_pixels_it_came_from() -> None:
    assert (COPY.category_name, COPY.category_color, COPY.supercategory) == ("Vögel & Co", "#0072b2", "Tiere")
    assert (COPY.region, COPY.score, COPY.is_crowd, COPY.attributes) == (HOLED, 0.1 + 0.2, True, SAID)
    assert COPY.provenance == Provenance(
        origin=Origin.MODEL,
        model="SAM 3 · 12ab",
        simplification_iou=0.97,
        edit_count=2,
        phrase="großer Vogel",
        threshold=0.4,
    )


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"version": 1}',
        b'{"version": "1", "instances": []}',
        b'{"version": 1, "instances": [3]}',
        encode_copies([COPY])[:-20],
        changed(region="no base64"),
        changed(region="AQA="),
        changed(region=None),
        changed(category=""),
        changed(category=3),
        changed(score="high"),
        changed(provenance='{"origin": "magic"}'),
        changed(provenance='{"unknown": 1}'),
    ],
)
def test_damaged_bytes_are_refused_with_a_sentence(damaged: bytes) -> None:
    with pytest.raises(FormatError, match="damaged"):
        decode_copies(damaged)


def test_copies_of_a_later_version_are_refused_with_another() -> None:
    with pytest.raises(FormatError, match="newer version"):
        decode_copies(b'{"version": 2, "instances": "of another form"}')
