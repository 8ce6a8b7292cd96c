"""What is typed for an attribute is read as what is meant, and nothing typed loses a character."""

from __future__ import annotations

import pytest

from sam3_annotator.project import AttributeValue, KnownError
from sam3_annotator.ui.attribute_words import AttributeKind, read_value, summary, value_words


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("yes", AttributeKind.TRUTH, True),
        ("No", AttributeKind.TRUTH, False),
        ("0", AttributeKind.TRUTH, False),
        ("3", AttributeKind.NUMBER, 3),
        ("+2.50", AttributeKind.NUMBER, 2.5),
        ("1e3", AttributeKind.NUMBER, 1000.0),
        ("3", AttributeKind.TEXT, "3"),
        ("yes", AttributeKind.TEXT, "yes"),
        (" red ", None, "red"),
        ("no", None, False),
        ("-3", None, -3),
        ("2.5", None, 2.5),
        ("007", None, "007"),
        ("1.50", None, "1.50"),
        ("nan", None, "nan"),
        ("1_000", None, "1_000"),
    ],
)
def test_what_is_typed_is_read_by_the_kind_of_the_attribute(
    text: str, kind: AttributeKind | None, value: AttributeValue
) -> None:
    read = read_value("it", text, kind)

    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("maybe", AttributeKind.TRUTH),
        ("2,5", AttributeKind.NUMBER),
        ("inf", AttributeKind.NUMBER),
        ("9" * 5000, AttributeKind.NUMBER),
    ],
)
def test_what_is_no_value_of_the_kind_is_refused(text: str, kind: AttributeKind) -> None:
    with pytest.raises(KnownError, match="age is"):
        read_value("age", text, kind)


@pytest.mark.parametrize("value", [True, False, 3, -2.5, 1e30, "", "red", "007"])
def test_a_value_that_is_shown_and_typed_again_is_the_same(value: AttributeValue) -> None:
    kinds = {bool: AttributeKind.TRUTH, str: AttributeKind.TEXT}

    assert read_value("it", value_words(value), kinds.get(type(value), AttributeKind.NUMBER)) == value


def test_the_summary_tells_what_holds() -> None:
    told = {"occluded": True, "truncated": False, "colour": "red", "note": "", "age": 3, "parked": True}

    assert summary(told) == "occluded · red · age 3 · parked"
    assert summary({"truncated": False}) == ""
