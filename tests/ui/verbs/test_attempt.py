"""A verb that cannot be done is told; one that is wrong is not hidden."""

from __future__ import annotations

import pytest

from sam3_annotator.project import StorageFull
from sam3_annotator.ui.verbs.attempt import attempt


def test_a_verb_that_works_tells_nothing():
    told: list[str] = []

    assert attempt(lambda: None, told.append)
    assert told == []


def test_a_known_condition_becomes_a_sentence():
    told: list[str] = []

    def verb() -> None:
        raise StorageFull("The disk is full. Make room and try again.")

    assert not attempt(verb, told.append)
    assert told == ["The disk is full. Make room and try again."]


def test_an_error_of_ours_stays_an_error():
    def verb() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        attempt(verb, print)
