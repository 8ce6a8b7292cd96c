"""What is kept of jobs that fail, for whoever looks for the cause."""

from __future__ import annotations

from typing import Any

import pytest

from sam3_annotator.model import Slot, UnsupportedPrompt, Workbench


def test_an_error_that_is_a_sentence_is_a_line_in_the_log(run: Any, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(_bench: Workbench) -> None:
        raise UnsupportedPrompt("Fake takes no boxes; click the object instead.")

    run.engine.submit(Slot.SEGMENT, refuse)
    run.settle()

    (record,) = caplog.records
    assert record.message == "A job in the slot SEGMENT failed: Fake takes no boxes; click the object instead."
    assert record.exc_info is None


def test_one_that_nobody_expected_is_there_with_its_traceback(run: Any, caplog: pytest.LogCaptureFixture) -> None:
    run.engine.submit(Slot.SEGMENT, lambda _bench: 1 // 0)
    run.settle()

    (record,) = caplog.records
    assert "ZeroDivisionError" in caplog.text
    assert record.exc_info is not None
