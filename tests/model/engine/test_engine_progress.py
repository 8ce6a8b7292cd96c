"""A job tells how far it is to whoever waits for its answer."""

from __future__ import annotations

from typing import Any

from sam3_annotator.model import JobProgress, Slot, Workbench


def test_what_a_job_tells_comes_with_its_ticket(run: Any) -> None:
    def count(bench: Workbench) -> None:
        bench.tell(1, 3)
        bench.tell(2, 3)

    ticket = run.engine.submit(Slot.DETECT, count)
    run.settle()

    assert run.progress == [JobProgress(ticket, 1, 3), JobProgress(ticket, 2, 3)]


def test_what_is_no_longer_wanted_tells_nothing(run: Any) -> None:
    def be_replaced(bench: Workbench) -> None:
        run.engine.cancel(Slot.DETECT)
        bench.tell(1, 3)

    run.engine.submit(Slot.DETECT, be_replaced)
    run.settle()

    assert run.progress == []
