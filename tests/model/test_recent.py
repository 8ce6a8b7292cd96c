"""What was used last is kept, and no more than there is room for."""

from __future__ import annotations

from sam3_annotator.model.recent import Recent


def test_the_value_not_used_for_longest_goes_first() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)

    recent.get("a")
    recent.put("c", 3)

    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (1, None, 3)


def test_a_later_value_takes_the_place_of_the_earlier() -> None:
    recent: Recent[str, int] = Recent(2)
    for value in (1, 2, 3):
        recent.put("a", value)
    recent.put("b", 4)

    assert (recent.get("a"), recent.get("b")) == (3, 4)


def test_nothing_is_left_after_clearing() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.put("a", 1)

    recent.clear()

    assert recent.get("a") is None
