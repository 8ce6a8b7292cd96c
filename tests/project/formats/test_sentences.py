"""Parts of sentences."""

from __future__ import annotations

from sam3_annotator.project.formats.sentences import first_of, left_out, listed
from sam3_annotator.project.words import counted


def test_counts_have_their_noun_in_the_right_number() -> None:
    assert [counted(number, "category") for number in (0, 1, 1200)] == [
        "0 categories",
        "1 category",
        "1,200 categories",
    ]


def test_lists_name_the_first_few_things() -> None:
    assert listed(["a"], "image") == "1 image (a)"
    assert listed(list("abcde"), "image") == "5 images (a, b, c, d, e)"
    assert listed(list("abcdef"), "category") == "6 categories (a, b, c, d, e, …)"


def test_lists_name_what_comes_several_times_once() -> None:
    assert listed(["a", "a", "b", "a"], "crowd") == "4 crowds (a, b)"


def test_what_is_left_out_is_told_with_the_reason() -> None:
    assert left_out("a.json: shape 3", ValueError("has no area")) == "a.json: shape 3 has no area, so it was left out."


def test_many_sentences_are_cut_to_the_first_and_the_others_counted() -> None:
    sentences = [f"Number {number}." for number in range(21)]

    assert first_of(sentences[:20]) == tuple(sentences[:20])
    assert first_of(sentences) == (*sentences[:20], "1 more problem of this kind, not listed here.")
