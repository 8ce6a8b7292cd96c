"""The engine changes its model: the old one is freed first, nothing asked for is lost, a failure has a fallback."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sam3_annotator.model import EngineStage, LoadingProgress, ModelSource, ModelUnavailable, Session, Slot
from sam3_annotator.model.machine import freeing

TIMEOUT_S = 20.0
PIXELS = np.zeros((12, 16, 3), dtype=np.uint8)


class OtherSession:
    """A session that may be watched for being freed."""

    name = "Other"
    device = "CPU"
    capabilities = frozenset({"points", "phrases"})


def _source(session: Any, name: str = "") -> ModelSource:
    return ModelSource(lambda _progress: session, name)


def _failing(error: Exception, name: str = "") -> ModelSource:
    def fail(progress: LoadingProgress) -> Session:
        raise error

    return ModelSource(fail, name)


class SlowLoad:
    """A model whose loading stops where the test can see it, then checks."""

    def __init__(self, session: Any) -> None:
        self.started = threading.Event()
        self.may_go_on = threading.Event()
        self.session = session

    def __call__(self, progress: LoadingProgress) -> Any:
        self.started.set()
        assert self.may_go_on.wait(TIMEOUT_S)
        progress(1, 2)
        return self.session


def _wait_for_model(run: Any, name: str) -> None:
    run.wait_for(lambda: (run.statuses[-1].stage, run.statuses[-1].session_name) == (EngineStage.READY, name))


def test_another_model_answers_after_it_is_loaded(run: Any) -> None:
    run.engine.load(_source(OtherSession(), "Mine"))
    _wait_for_model(run, "Mine")

    run.engine.submit(Slot.SEGMENT, lambda bench: (bench.session.name, bench.model_name))
    run.settle()

    assert run.values == [("Other", "Mine")]
    loading, ready = run.statuses[2:4]
    assert (loading.stage, loading.session_name) == (EngineStage.LOADING, "Mine")
    assert ready.capabilities == {"points", "phrases"}


def test_old_session_and_its_embeddings_are_freed_before_the_new_one_is_loaded(
    start_engine: Any, fake_session: Any
) -> None:
    first = OtherSession()
    watched = weakref.ref(first)
    held = [first]
    run = start_engine(held.pop)
    del first
    _wait_for_model(run, "Other")
    run.engine.embeddings.device.put("image", fake_session.embed(PIXELS))
    seen: list[object] = []

    def load(progress: LoadingProgress) -> Any:
        seen.extend((watched(), run.engine.embeddings.device.get("image")))
        return fake_session

    run.engine.load(ModelSource(load))
    _wait_for_model(run, "Fake")

    assert seen == [None, None]


def test_requests_made_meanwhile_are_answered_by_the_new_model(run: Any) -> None:
    slow = SlowLoad(OtherSession())
    run.engine.load(ModelSource(slow))
    assert slow.started.wait(TIMEOUT_S)
    run.engine.submit(Slot.SEGMENT, lambda bench: bench.model_name)
    assert not run.engine.is_idle

    slow.may_go_on.set()
    run.settle()

    assert run.values == ["Other"]


def test_running_job_steps_back_for_the_new_model_and_runs_on_it(run: Any, make_gate: Any) -> None:
    gate = make_gate("done")
    names: list[str] = []

    def job(bench: Any) -> object:
        names.append(bench.model_name)
        return gate(bench)

    run.engine.submit(Slot.SEGMENT, job)
    gate.wait_until_started()
    run.engine.load(_source(OtherSession()))
    gate.open()
    gate.open()
    run.settle()

    assert names == ["Fake", "Other"]
    assert run.values == ["done"]


def test_model_that_cannot_be_loaded_is_replaced_by_the_fallback_and_the_reason_told(
    run: Any, fake_session: Any
) -> None:
    error = ModelUnavailable("The file is gone.")

    run.engine.load(_failing(error, "Mine"), _source(fake_session, "Built-in"))
    _wait_for_model(run, "Built-in")

    mine, fallback, ready = run.statuses[2:5]
    assert (mine.session_name, mine.error) == ("Mine", None)
    assert (fallback.stage, fallback.session_name, fallback.error) == (EngineStage.LOADING, "Built-in", error)
    assert ready.error is None
    assert EngineStage.FAILED not in run.stages


def test_fallback_is_freed_for_another_model_though_the_reason_is_kept(start_engine: Any, fake_session: Any) -> None:
    run = start_engine(lambda: fake_session)
    held = [OtherSession()]
    watched = weakref.ref(held[0])
    run.engine.load(_failing(ValueError("broken")), ModelSource(lambda _progress: held.pop(), "Fallback"))
    _wait_for_model(run, "Fallback")
    reason = run.statuses[-2].error

    run.engine.load(_source(fake_session, "Next"))
    _wait_for_model(run, "Next")

    assert reason is not None
    assert watched() is None


def test_no_request_is_refused_between_failure_and_fallback(run: Any, fake_session: Any) -> None:
    slow = SlowLoad(fake_session)
    run.engine.load(_failing(ModelUnavailable("Gone.")), ModelSource(slow))
    assert slow.started.wait(TIMEOUT_S)
    run.engine.submit(Slot.SEGMENT, lambda bench: bench.model_name)
    slow.may_go_on.set()
    run.settle()

    assert run.values == ["Fake"]


def test_without_fallback_the_failure_is_the_answer_until_another_model_is_loaded(run: Any, fake_session: Any) -> None:
    error = ModelUnavailable("The file is gone.")
    run.engine.load(_failing(error))
    run.engine.submit(Slot.SEGMENT, lambda bench: bench.model_name)
    run.wait_for(lambda: run.outcomes)
    assert run.outcomes[0].error is error

    run.engine.load(_source(fake_session))
    run.engine.submit(Slot.SEGMENT, lambda bench: bench.model_name)
    run.settle()

    assert run.values[1:] == ["Fake"]


def test_loading_is_given_up_when_another_model_is_wanted(run: Any, fake_session: Any) -> None:
    slow = SlowLoad(OtherSession())
    run.engine.load(ModelSource(slow, "Large"), _failing(AssertionError("The fallback was not asked for.")))
    assert slow.started.wait(TIMEOUT_S)

    run.engine.load(_source(fake_session, "Built-in"))
    slow.may_go_on.set()
    _wait_for_model(run, "Built-in")

    assert "Large" not in [status.session_name for status in run.statuses if status.stage is EngineStage.READY]


def test_session_that_is_loaded_too_late_is_dropped(run: Any, fake_session: Any) -> None:
    class Deaf(SlowLoad):
        def __call__(self, progress: LoadingProgress) -> Any:
            del progress
            return super().__call__(lambda *_: None)

    slow = Deaf(OtherSession())
    run.engine.load(ModelSource(slow, "Large"))
    assert slow.started.wait(TIMEOUT_S)

    run.engine.load(_source(fake_session, "Built-in"))
    slow.may_go_on.set()
    _wait_for_model(run, "Built-in")

    assert [status.session_name for status in run.statuses if status.stage is EngineStage.READY][1:] == ["Built-in"]


def test_stop_while_another_model_is_loaded_ends_the_engine(run: Any) -> None:
    slow = SlowLoad(OtherSession())
    run.engine.load(ModelSource(slow))
    assert slow.started.wait(TIMEOUT_S)

    run.engine.stop()
    slow.may_go_on.set()
    run.finish()

    assert run.stages[-2:] == [EngineStage.LOADING, EngineStage.STOPPED]


def test_stop_while_a_model_is_loaded_asks_nobody_to_collect_garbage(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(freeing, "_collect", lambda: asked.append(True))
    slow = SlowLoad(OtherSession())
    run.engine.load(ModelSource(slow, "Slow"))
    assert slow.started.wait(TIMEOUT_S)
    asked.clear()  # of the model before

    run.engine.stop()
    slow.may_go_on.set()
    run.finish()

    assert asked == []


def test_progress_of_loading_is_told_by_whole_percents(run: Any, fake_session: Any) -> None:
    def load(progress: LoadingProgress) -> Any:
        for done in range(0, 1001, 5):
            progress(done, 1000)
        return fake_session

    run.engine.load(ModelSource(load, "Large"))
    _wait_for_model(run, "Large")

    told = [status.progress for status in run.statuses if status.progress is not None]
    assert told == [percent / 100 for percent in range(1, 101)]
    assert [status.session_name for status in run.statuses if status.begins_loading].count("Large") == 1


def test_activities_of_loading_are_told_as_they_begin(run: Any, fake_session: Any) -> None:
    def load(progress: LoadingProgress) -> Any:
        progress(0, 0, "Reading the file")
        progress(0, 0, "Building the network")
        for number in range(1, 401):
            progress(number, 400, f"Filling {number} of 400 weights")
        return fake_session

    run.engine.load(ModelSource(load, "Large"))
    _wait_for_model(run, "Large")

    told = [status.activity for status in run.statuses if status.activity]
    assert told[:3] == ["Reading the file", "Building the network", "Filling 4 of 400 weights"]
    assert told[-1] == "Filling 400 of 400 weights"
    assert len(told) == 102
    assert run.statuses[-1].activity == ""


def test_model_chosen_before_the_start_is_the_first_to_be_loaded(fake_session: Any) -> None:
    from sam3_annotator.model import Engine

    loaded: list[str] = []
    ready = threading.Event()

    def open_as(name: str) -> Callable[..., Any]:
        return lambda *_: loaded.append(name) or fake_session

    engine = Engine(
        open_as("first"),
        deliver=lambda _: None,
        report=lambda status: ready.set() if status.stage is EngineStage.READY else None,
    )
    engine.load(ModelSource(open_as("chosen")))
    thread = threading.Thread(target=engine.run)
    thread.start()
    assert ready.wait(TIMEOUT_S)
    engine.stop()
    thread.join(TIMEOUT_S)

    assert loaded == ["chosen"]
