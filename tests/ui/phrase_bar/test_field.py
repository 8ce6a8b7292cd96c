"""The phrase's field: what has no room is shortened, never cut."""

from __future__ import annotations

from typing import Any

import pytest

from sam3_annotator.ui.phrase_bar.field import PhraseField


@pytest.fixture
def field(qtbot: Any) -> PhraseField:
    created = PhraseField()
    qtbot.addWidget(created)
    created.set_promises(("Find all: type what to find", "Find all"))
    created.show()
    return created


@pytest.mark.parametrize(("width", "promise"), [(400, "Find all: type what to find"), (90, "Find all")])
def test_longest_promise_that_fits_is_shown(width: int, promise: str, field: PhraseField) -> None:
    field.resize(width, 28)

    assert field.shown_text == promise


def test_long_phrase_ends_in_an_ellipsis(field: PhraseField) -> None:
    field.resize(120, 28)
    field.setText(10 * "silver " + "coin")

    assert field.shown_text.startswith("silver")
    assert field.shown_text.endswith("…")


def test_short_phrase_is_shown_whole(field: PhraseField) -> None:
    field.resize(120, 28)
    field.setText("coin")

    assert field.shown_text == "coin"


def test_a_phrase_is_no_longer_than_the_name_of_a_category(field: PhraseField) -> None:
    field.insert(2500 * "x y ")

    assert field.text() == 50 * "x y "
