"""Values of labels as attributes, and what is said of those that are left out."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, strategies as st

from sam3_annotator.project.attributes import encode_attributes
from sam3_annotator.project.formats.attributes import (
    AttributesRead,
    coded,
    number_of,
    spelled,
    value_of,
    with_attributes,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: st.lists(inside, max_size=2) | st.dictionaries(st.text(), inside, max_size=2),
    max_leaves=4,
)


@given(values=st.dictionaries(st.text(), json_values, max_size=5) | json_values)
def test_whatever_labels_hold_can_be_stored_and_what_is_left_out_is_counted(values: Any) -> None:
    read = AttributesRead()

    taken = read.take(values)

    encode_attributes(taken)
    lost = isinstance(values, dict) and len(taken) < len({name.strip() for name in values})
    assert not lost or list(read.sentences())


def test_what_is_no_attribute_is_told_in_a_sentence() -> None:
    read = AttributesRead()

    taken = read.take({" a ": 1, "b": None, "c": [1], "d": {"e": 1}, "f": math.nan, "": "x", "g": "\ud800", "h": False})

    assert taken == {"a": 1, "g": "?", "h": False}
    assert list(read.sentences()) == [
        "5 values of 5 attributes (b, c, d, f, without a name) left out: an attribute has a name, and is a text, "
        "a number, true or false."
    ]


def test_parts_of_an_instance_add_up_and_the_first_counts_where_they_differ() -> None:
    read = AttributesRead()

    assert read.join([{"colour": "red"}, {"colour": "blue", "wet": True}, {"colour": "red"}]) == {
        "colour": "red",
        "wet": True,
    }
    assert list(read.sentences()) == [
        "1 value of 1 attribute (colour) left out: the same instance says something else before."
    ]


@given(st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_and_truth_values_are_known_by_their_spelling(value: Any) -> None:
    assert coded({"a": value_of(spelled(value))}) == coded({"a": value})


@given(st.text())
def test_a_text_that_is_taken_for_a_value_gives_itself_back(text: str) -> None:
    assert spelled(value_of(text)) == (text.lower() if isinstance(value_of(text), bool) else text)


@pytest.mark.parametrize("text", ["007", "1.50", "+1", " 1", "1_000", "nan", "inf", "1e999", "\uff19", "9" * 5000, ""])
def test_what_nobody_would_write_as_a_number_is_a_text(text: str) -> None:
    assert value_of(text) == text


@pytest.mark.parametrize(("text", "number"), [(" 7 ", 7), ("1.50", 1.5), ("1e3", 1000.0), ("1_0", None), ("x", None)])
def test_a_declared_number_may_be_written_in_other_ways(text: str, number: float | None) -> None:
    found = number_of(text)

    assert (found, type(found)) == (number, type(number))


def test_attributes_are_added_and_replaced_but_for_those_that_are_spelled_alike() -> None:
    joined = with_attributes({"a": "1", "b": 2, "c": True}, {"a": 1, "b": 3, "d": "x"})

    assert coded(joined) == coded({"a": "1", "b": 3, "c": True, "d": "x"})
