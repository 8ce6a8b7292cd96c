"""The moment that something is kept as having happened at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sam3_annotator.project import timestamp


def test_is_the_time_now_in_utc_to_the_second() -> None:
    before = datetime.now(UTC).replace(microsecond=0)

    told = datetime.fromisoformat(timestamp())

    assert before <= told <= datetime.now(UTC)
    assert (told.utcoffset(), told.microsecond) == (timedelta(0), 0)
