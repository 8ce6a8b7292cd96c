"""The engine: newest wins, stale results vanish, nothing else is lost."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import Any

import numpy as np
import pytest

from sam3_annotator.model import (
    Cancelled,
    EngineStage,
    OutOfMemory,
    PointPrompt,
    Slot,
    Workbench,
)

TIMEOUT_S = 20.0
PIXELS = np.zeros((12, 16, 3), dtype=np.uint8)


def test_51_clicks_during_a_busy_job_run_two_jobs_and_deliver_the_last(run: Any, make_gate: Any) -> None:
    busy = make_gate("busy")
    run.engine.submit(Slot.SEGMENT, busy)
    busy.wait_until_started()
    ran: list[int] = []

    def click(number: int) -> Any:
        return lambda _workbench: ran.append(number) or number

    tickets = [run.engine.submit(Slot.SEGMENT, click(number)) for number in range(51)]
    busy.open()
    run.settle()

    assert ran == [50]
    assert busy.runs == 1
    assert run.values == [50]
    assert run.outcomes[0].ticket == tickets[-1]
    assert run.engine.is_current(tickets[-1])
    assert not run.engine.is_current(tickets[0])


def test_a_click_while_loading_is_answered_after_loading(start_engine: Any, fake_session: Any) -> None:
    may_load = threading.Event()

    def load_slowly() -> Any:
        assert may_load.wait(TIMEOUT_S)
        return fake_session

    run = start_engine(load_slowly)
    ticket = run.engine.submit(Slot.SEGMENT, lambda workbench: workbench.session.name)
    assert run.stages in ([], [EngineStage.LOADING])
    assert not run.engine.is_idle

    may_load.set()
    run.wait_for(lambda: run.outcomes)

    assert run.outcomes[0].ticket == ticket
    assert run.values == ["Fake"]


def test_status_tells_of_loading_work_and_the_session(run: Any, make_gate: Any) -> None:
    detecting = make_gate()
    run.engine.submit(Slot.DETECT, detecting)
    detecting.wait_until_started()

    assert run.engine.status.stage is EngineStage.BUSY
    assert run.engine.status.slot is Slot.DETECT
    detecting.open()
    run.wait_for(lambda: len(run.statuses) == 4)

    assert run.stages == [EngineStage.LOADING, EngineStage.READY, EngineStage.BUSY, EngineStage.READY]
    ready = run.statuses[-1]
    assert (ready.session_name, ready.device, ready.slot) == ("Fake", "CPU", None)
    assert ready.capabilities == {"points", "boxes", "masks"}
    assert run.statuses[0].capabilities == frozenset()


def test_waiting_jobs_are_served_by_urgency_not_by_age(run: Any, make_gate: Any) -> None:
    busy = make_gate("busy")
    run.engine.submit(Slot.DETECT, busy)
    busy.wait_until_started()

    for slot in (Slot.PREFETCH, Slot.EMBED, Slot.SEGMENT):
        run.engine.submit(slot, lambda _workbench, slot=slot: slot)
    busy.open()
    run.settle()

    assert run.values == ["busy", Slot.SEGMENT, Slot.EMBED, Slot.PREFETCH]


@pytest.mark.parametrize("slot", [Slot.PREFETCH, Slot.BATCH])
def test_ahead_of_time_work_is_interrupted_by_a_click_and_resumed(run: Any, make_gate: Any, slot: Slot) -> None:
    ahead = make_gate("ahead")
    ticket = run.engine.submit(slot, ahead)
    ahead.wait_until_started()

    run.engine.submit(Slot.SEGMENT, lambda _workbench: "clicked")
    ahead.open()
    run.wait_for(lambda: run.outcomes)
    ahead.wait_until_started()
    ahead.open()
    run.wait_for(lambda: len(run.outcomes) == 2)

    assert ahead.runs == 2
    assert run.values == ["clicked", "ahead"]
    assert run.outcomes[1].ticket == ticket


def test_an_interrupted_prefetch_that_is_cancelled_does_not_come_back(run: Any, make_gate: Any) -> None:
    ahead = make_gate("ahead")
    run.engine.submit(Slot.PREFETCH, ahead)
    ahead.wait_until_started()

    run.engine.submit(Slot.EMBED, lambda _workbench: run.engine.cancel(Slot.PREFETCH))
    ahead.open()
    run.settle()

    assert ahead.runs == 1
    assert run.values == [None]


def test_a_running_detection_is_not_interrupted_by_a_click(run: Any, make_gate: Any) -> None:
    detecting = make_gate("detected")
    run.engine.submit(Slot.DETECT, detecting)
    detecting.wait_until_started()

    run.engine.submit(Slot.SEGMENT, lambda _workbench: "clicked")
    detecting.open()
    run.settle()

    assert run.values == ["detected", "clicked"]


def test_a_cancelled_waiting_job_never_runs(run: Any, make_gate: Any) -> None:
    busy, unwanted = make_gate("busy"), make_gate("unwanted")
    run.engine.submit(Slot.SEGMENT, busy)
    busy.wait_until_started()
    ticket = run.engine.submit(Slot.DETECT, unwanted)

    run.engine.cancel(Slot.DETECT)
    busy.open()
    run.settle()

    assert unwanted.runs == 0
    assert run.values == ["busy"]
    assert not run.engine.is_current(ticket)


def test_a_job_that_ignores_cancellation_is_still_not_delivered(run: Any) -> None:
    def finish_regardless(_workbench: Workbench) -> str:
        run.engine.cancel(Slot.SEGMENT)
        return "stale"

    run.engine.submit(Slot.SEGMENT, finish_regardless)
    run.settle()

    assert run.outcomes == []


def test_a_failure_of_a_cancelled_job_is_not_delivered(run: Any) -> None:
    def fail_late(_workbench: Workbench) -> None:
        run.engine.cancel(Slot.SEGMENT)
        raise ValueError("stale")

    run.engine.submit(Slot.SEGMENT, fail_late)
    run.settle()

    assert run.outcomes == []


def test_a_failing_job_is_told_and_the_engine_goes_on(run: Any) -> None:
    def fail(_workbench: Workbench) -> None:
        raise ValueError("broken")

    ticket = run.engine.submit(Slot.SEGMENT, fail)
    run.wait_for(lambda: run.outcomes)
    run.engine.submit(Slot.SEGMENT, lambda _workbench: "fine")
    run.wait_for(lambda: len(run.outcomes) == 2)

    failed, fine = run.outcomes
    assert failed.ticket == ticket
    assert isinstance(failed.error, ValueError)
    assert failed.value is None
    assert failed.error.__traceback__ is not None
    assert (fine.value, fine.error) == ("fine", None)
    assert fine.seconds >= 0


def test_a_failing_factory_answers_every_request_with_its_error(start_engine: Any) -> None:
    may_load = threading.Event()
    broken = RuntimeError("no weights")

    def fail() -> Any:
        assert may_load.wait(TIMEOUT_S)
        raise broken

    run = start_engine(fail)
    run.engine.submit(Slot.SEGMENT, lambda _workbench: "never")
    may_load.set()
    run.wait_for(lambda: len(run.outcomes) == 1)
    run.engine.submit(Slot.EMBED, lambda _workbench: "never")
    run.wait_for(lambda: len(run.outcomes) == 2)

    assert run.stages == [EngineStage.LOADING, EngineStage.FAILED]
    assert run.statuses[-1].error is broken
    assert [outcome.error for outcome in run.outcomes] == [broken, broken]


def test_stop_during_a_job_cancels_it_and_drops_what_waits(run: Any, make_gate: Any) -> None:
    running, waiting = make_gate("running"), make_gate("waiting")
    run.engine.submit(Slot.SEGMENT, running)
    run.engine.submit(Slot.DETECT, waiting)
    running.wait_until_started()

    run.engine.stop()
    running.open()
    run.thread.join(TIMEOUT_S)

    assert not run.thread.is_alive()
    assert waiting.runs == 0
    assert run.outcomes == []
    assert run.stages[-1] is EngineStage.STOPPED
    assert run.engine.is_idle


def test_stop_while_loading_ends_without_serving(start_engine: Any, fake_session: Any) -> None:
    may_load = threading.Event()

    def load_slowly() -> Any:
        assert may_load.wait(TIMEOUT_S)
        return fake_session

    run = start_engine(load_slowly)
    run.engine.submit(Slot.SEGMENT, lambda _workbench: "never")
    run.engine.stop()
    may_load.set()
    run.thread.join(TIMEOUT_S)

    assert run.outcomes == []
    assert run.stages[-1] is EngineStage.STOPPED


def test_a_request_after_stop_is_never_current(run: Any) -> None:
    run.finish()

    ticket = run.engine.submit(Slot.SEGMENT, lambda _workbench: "never")

    assert not run.engine.is_current(ticket)
    assert run.engine.is_idle


def test_the_session_is_made_and_freed_on_the_thread_of_run(start_engine: Any) -> None:
    threads: dict[str, int] = {}

    class Watched:
        name, device, capabilities = "Watched", "CPU", frozenset[str]()

        def __init__(self) -> None:
            threads["made"] = threading.get_ident()
            weakref.finalize(self, lambda: threads.__setitem__("freed", threading.get_ident()))

    def fail_holding_the_session(workbench: Workbench) -> None:
        session = workbench.session
        raise ValueError(session.name)

    run = start_engine(Watched)
    gc.disable()
    try:
        run.engine.submit(Slot.SEGMENT, fail_holding_the_session)
        run.wait_for(lambda: run.outcomes)
        run.finish()
    finally:
        gc.enable()

    # The error that the window may keep does not keep the session: its frames were emptied.
    assert run.outcomes[0].error is not None
    assert threads["made"] == threads["freed"] == run.thread.ident


def test_idle_means_nothing_waits_or_runs(run: Any, make_gate: Any) -> None:
    assert run.engine.is_idle
    busy = make_gate()

    run.engine.submit(Slot.PREFETCH, busy)
    busy.wait_until_started()
    assert not run.engine.is_idle
    busy.open()
    run.wait_for(lambda: run.stages[-2:] == [EngineStage.BUSY, EngineStage.READY])

    assert run.engine.is_idle


def test_embedding_is_computed_once_per_image(run: Any, fake_session: Any) -> None:
    def click(workbench: Workbench) -> Any:
        embedding = workbench.embed("a", lambda: PIXELS)
        return workbench.session.segment(embedding, [PointPrompt(3, 4)], check=workbench.check)

    for _ in range(3):
        run.engine.submit(Slot.SEGMENT, click)
        run.settle()

    assert len(fake_session.embedded) == 1
    assert len(fake_session.segmented) == 3
    assert "a" in run.engine.embeddings


def test_embedding_finished_for_a_cancelled_job_goes_to_the_cache(run: Any, fake_session: Any) -> None:
    def embed_then_check(workbench: Workbench) -> str:
        workbench.embed("a", lambda: PIXELS)
        run.engine.cancel(Slot.EMBED)
        workbench.check()
        return "stale"

    run.engine.submit(Slot.EMBED, embed_then_check)
    run.settle()

    assert run.outcomes == []
    assert "a" in run.engine.embeddings


def test_embedding_above_the_budget_still_serves_its_job(start_engine: Any, fake_session: Any) -> None:
    run = start_engine(lambda: fake_session, embedding_budget_bytes=fake_session.embedding_bytes - 1)

    run.engine.submit(Slot.EMBED, lambda workbench: workbench.embed("a", lambda: PIXELS).image_size)
    run.settle()

    assert run.values == [(12, 16)]
    assert run.engine.embeddings.used_bytes == 0


def test_a_click_cancels_the_session_call_of_the_click_before(run: Any, fake_session: Any) -> None:
    def click(x: float) -> Any:
        def job(workbench: Workbench) -> float:
            embedding = workbench.embed("a", lambda: PIXELS)
            workbench.session.segment(embedding, [PointPrompt(x, 4)], check=workbench.check)
            return x

        return job

    fake_session.hold()
    run.engine.submit(Slot.SEGMENT, click(1.0))
    assert fake_session.has_call_waiting.wait(TIMEOUT_S)
    run.engine.submit(Slot.SEGMENT, click(2.0))
    fake_session.release()
    run.settle()

    assert run.values == [2.0]
    assert [prompts[0].x for _, prompts in fake_session.segmented] == [2.0]


def test_out_of_memory_drops_the_cache_and_tries_once_more(run: Any) -> None:
    attempts: list[int] = []

    def run_short(workbench: Workbench) -> str:
        attempts.append(workbench.embeddings.used_bytes)
        if workbench.embeddings.used_bytes:
            raise OutOfMemory("The device has too little memory.")
        return "fits"

    run.engine.submit(Slot.EMBED, lambda workbench: workbench.embed("a", lambda: PIXELS) and None)
    run.engine.submit(Slot.DETECT, run_short)
    run.settle()

    assert run.values == [None, "fits"]
    assert attempts == [1000, 0]


def test_out_of_memory_with_an_empty_cache_is_told(run: Any) -> None:
    def run_short(_workbench: Workbench) -> None:
        raise OutOfMemory("The device has too little memory.")

    run.engine.submit(Slot.DETECT, run_short)
    run.settle()

    assert isinstance(run.outcomes[0].error, OutOfMemory)


def test_a_job_may_cancel_itself_without_running_again(run: Any) -> None:
    runs: list[int] = []

    def give_up(_workbench: Workbench) -> None:
        runs.append(1)
        raise Cancelled

    run.engine.submit(Slot.PREFETCH, give_up)
    run.settle()

    assert runs == [1]
    assert run.outcomes == []
