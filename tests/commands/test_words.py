"""Coordinates and splits are read as meant, or refused with a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from sam3_annotator.commands.words import (
    Box,
    Point,
    parse_box,
    parse_device,
    parse_phrase,
    parse_point,
    parse_split,
)

coordinates = st.floats(0, 1e5, allow_nan=False, allow_infinity=False)


@given(coordinates, coordinates)
def test_point_is_read_back_as_it_was_written(x: float, y: float) -> None:
    assert parse_point(f"{x!r},{y!r}") == Point(x, y)


@pytest.mark.parametrize("text", ["20,30,200,180", "200,180,20,30", "200,30,20,180", " 20, 30, 200, 180 "])
def test_box_may_be_given_by_any_two_opposite_corners(text: str) -> None:
    assert parse_box(text) == Box(20, 30, 200, 180)


@pytest.mark.parametrize("text", ["", "1", "1,2,3", "a,b", "1;2", "nan,1", "inf,1", "1,", "1e999,2"])
def test_point_that_is_none_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="for example 120,80"):
        parse_point(text)


@pytest.mark.parametrize("text", ["1,2,3", "1,2,1,9", "1,2,9,2", "1,2,3,4,5"])
def test_box_that_is_none_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="for example 20,30,200,180"):
        parse_box(text)


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("train=0.8,val=0.2", {"train": 0.8, "val": 0.2}),
        ("train=0.7, val=0.2, test=0.1", {"train": 0.7, "val": 0.2, "test": 0.1}),
        ("train=1", {"train": 1.0}),
    ],
)
def test_split_is_read(text: str, shares: dict[str, float]) -> None:
    assert parse_split(text) == shares


@pytest.mark.parametrize(
    "text",
    ["", "train", "train=0.8", "train=0.8,val=0.3", "train=1.5,val=-0.5", "train=0.5,train=0.5", "a=1", "train=x"],
)
def test_split_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"split is like train=0\.8,val=0\.2"):
        parse_split(text)


@pytest.mark.parametrize("text", ["auto", "cpu", "cuda", "cuda:1", "mps"])
def test_device_is_taken_as_it_is(text: str) -> None:
    assert parse_device(text) == text


@pytest.mark.parametrize("text", ["", "gpu", "CUDA", "cuda:", "cpu:0", "cuda:1 "])
def test_device_that_is_none_is_refused_with_those_there_are(text: str) -> None:
    with pytest.raises(ValueError, match="auto, cpu, cuda"):
        parse_device(text)


def test_spaces_of_a_phrase_are_made_single() -> None:
    assert parse_phrase("  yellow  school bus\n") == "yellow school bus"


def test_empty_phrase_is_refused_with_an_example() -> None:
    with pytest.raises(ValueError, match="yellow school bus"):
        parse_phrase("  ")
