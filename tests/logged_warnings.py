"""What was logged as a warning or worse while a test ran."""

from __future__ import annotations

import logging

import pytest


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Give the messages."""
    return [record.message for record in caplog.records if record.levelno >= logging.WARNING]
