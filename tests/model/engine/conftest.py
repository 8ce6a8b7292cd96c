"""An engine on a thread of its own, with what it delivered and reported."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sam3_annotator.model import (
    CacheBudgets,
    EmbeddingCache,
    Engine,
    EngineStage,
    EngineStatus,
    JobProgress,
    Outcome,
    Session,
    Slot,
    Workbench,
)

TIMEOUT_S = 20.0


class Gate:
    """A job that says when it has started and goes on when the test opens it; then it checks and returns."""

    def __init__(self, value: object = None) -> None:
        self.value = value
        self.runs = 0
        self._started = threading.Semaphore(0)
        self._opened = threading.Semaphore(0)

    def __call__(self, workbench: Workbench) -> object:
        self.runs += 1
        self._started.release()
        assert self._opened.acquire(timeout=TIMEOUT_S), "The test never opened the gate."
        workbench.check()
        return self.value

    def wait_until_started(self) -> None:
        assert self._started.acquire(timeout=TIMEOUT_S), "The job never started."

    def open(self) -> None:
        """Let one run go on, started or still to come."""
        self._opened.release()


class EngineRun:
    """The engine, its thread and everything it said, in order."""

    def __init__(self, session_factory: Callable[[], Session], embedding_budget_bytes: int) -> None:
        self.outcomes: list[Outcome] = []
        self.statuses: list[EngineStatus] = []
        self.progress: list[JobProgress] = []
        self._said = threading.Condition()
        self.engine = Engine(
            session_factory,
            deliver=lambda outcome: self._note(self.outcomes, outcome),
            report=lambda status: self._note(self.statuses, status),
            tell_progress=lambda progress: self._note(self.progress, progress),
            embeddings=EmbeddingCache(CacheBudgets(device_bytes=embedding_budget_bytes)),
        )
        self.thread = threading.Thread(target=self.engine.run, name="model")
        self.thread.start()

    @property
    def values(self) -> list[object]:
        return [outcome.value for outcome in self.outcomes]

    @property
    def stages(self) -> list[EngineStage]:
        return [status.stage for status in self.statuses]

    def _note(self, said: list[Any], item: object) -> None:
        with self._said:
            said.append(item)
            self._said.notify_all()

    def wait_for(self, is_reached: Callable[[], bool]) -> None:
        """Wait until something said by the engine makes the condition true."""
        with self._said:
            assert self._said.wait_for(is_reached, TIMEOUT_S), f"{self.outcomes} {self.statuses}"

    def settle(self) -> None:
        """Wait until everything asked for so far is dealt with; takes the BATCH slot, the last but one."""
        settled = object()
        self.engine.submit(Slot.BATCH, lambda _workbench: settled)
        self.wait_for(lambda: settled in self.values)
        self.outcomes[:] = [outcome for outcome in self.outcomes if outcome.value is not settled]

    def finish(self) -> None:
        self.engine.stop()
        self.thread.join(TIMEOUT_S)
        assert not self.thread.is_alive(), "The engine did not stop."


StartEngine = Callable[..., EngineRun]


@pytest.fixture
def start_engine() -> Iterator[StartEngine]:
    """Start engines, `start_engine(factory, embedding_budget_bytes=...)`, and stop them at the end."""
    runs: list[EngineRun] = []

    def start(session_factory: Callable[[], Session], *, embedding_budget_bytes: int = 1 << 20) -> EngineRun:
        runs.append(EngineRun(session_factory, embedding_budget_bytes))
        return runs[-1]

    yield start
    for run in runs:
        run.finish()


@pytest.fixture
def run(start_engine: StartEngine, fake_session: Session) -> EngineRun:
    """Start an engine on the fake session and wait until it is ready."""
    started = start_engine(lambda: fake_session)
    started.wait_for(lambda: started.stages[-1:] == [EngineStage.READY])
    return started


@pytest.fixture
def make_gate() -> type[Gate]:
    """Give the class of jobs that wait for the test."""
    return Gate
