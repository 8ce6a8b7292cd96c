"""Amounts and times in words, as people say them."""

from __future__ import annotations

import pytest

from sam3_annotator.ui.dialogs.model_words import amount, download_words


@pytest.mark.parametrize(
    ("count", "words"),
    [(400_119, "400 kB"), (6_751_436, "6.8 MB"), (250_000_000, "250 MB"), (3_450_062_241, "3.45 GB")],
)
def test_amounts_have_three_digits_that_count(count: int, words: str) -> None:
    assert amount(count) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "1.00 GB of 3.00 GB"),
        (20.0, "1.00 GB of 3.00 GB, less than a minute left"),
        (50.0, "1.00 GB of 3.00 GB, about a minute left"),
        (600.0, "1.00 GB of 3.00 GB, about 10 minutes left"),
        (7200.0, "1.00 GB of 3.00 GB, about 2 hours left"),
    ],
)
def test_time_left_is_said_as_people_say_it(seconds: float | None, words: str) -> None:
    assert download_words(1_000_000_000, 3_000_000_000, seconds) == words
