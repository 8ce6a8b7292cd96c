"""The moment that something is kept as having happened at."""

from __future__ import annotations

from datetime import UTC, datetime


def timestamp() -> str:
    """Return the time now, to the second, as projects keep it: UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
