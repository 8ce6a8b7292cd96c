"""The loop that owns the session and serves the newest request of each slot."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from sam3_annotator.model.embedding_cache import EmbeddingCache
from sam3_annotator.model.engine.requests import JobProgress, Outcome, Request, Requests, Slot, Ticket
from sam3_annotator.model.engine.workbench import Job, Workbench
from sam3_annotator.model.errors import Cancelled, ModelError, OutOfMemory
from sam3_annotator.model.machine.allocator import keep_freed_memory
from sam3_annotator.model.machine.freeing import forget_locals, return_freed_memory, return_memory
from sam3_annotator.model.progress import LoadingProgress
from sam3_annotator.model.session import Session

_log = logging.getLogger(__name__)


class EngineStage(StrEnum):
    """What the engine is doing; see `Engine` for the transitions."""

    LOADING = "loading"
    READY = "ready"
    BUSY = "busy"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """The stage, the slot of the running job (BUSY only), the model once loaded or while it is being loaded.

    `error` says why the model could not be loaded: the last one (FAILED), or the one before this one (LOADING).
    `progress` is how far loading is, 0 to 1 (LOADING only, None before it is told), `activity` what it does, in words.
    """

    stage: EngineStage
    slot: Slot | None = None
    session_name: str = ""
    device: str = ""
    capabilities: frozenset[str] = frozenset()
    error: Exception | None = None
    progress: float | None = None
    activity: str = ""

    @property
    def begins_loading(self) -> bool:
        """Another model begins to be loaded: said once of each, before any of its progress."""
        return self.stage is EngineStage.LOADING and self.progress is None


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model to be loaded: `open` makes its session, `name` is what people call it (empty: what the session says).

    `open` is called on the model thread with a `LoadingProgress`, in any unit, which raises `Cancelled` when another
    model is wanted instead.
    """

    open: Callable[[LoadingProgress], Session]
    name: str = ""


class _Interrupted(Cancelled):
    """A job steps back for a more urgent one, or for another model; it runs again later, as `request` says."""

    def __init__(self, request: Request) -> None:
        super().__init__()
        self.request = request


class Engine:
    """Makes the session, then runs jobs on it one at a time, on the one thread that calls `run()`.

    Stages::

        LOADING --session made--> READY <--nothing waits / next job--> BUSY
           |                        |                                   |
           +--factory raised--> FAILED (answers every request with that error)
           all of them --load()--> LOADING (the session before is freed first)
           all of them --stop()--> STOPPED

    A slot is empty or holds the one request waiting there; `submit` replaces it. The newest request of a slot is
    *current* until it is replaced or cancelled. In `check()` of the running job a more urgent request whose embedding
    is cached is served as a *guest*, and the job goes on after it. `check()` raises `Cancelled` if the job's request is
    not current (and the job is not making just the embedding that the most urgent request needs), if another model is
    to be loaded, or (slots that give way only) if a more urgent request waits that cannot be a guest and does not need
    just that embedding: in the last two cases the job is put back and run again from its beginning. A result is
    delivered if its request is still current, so stale ones never are; nothing else is ever lost, also while loading.
    `deliver`, `report` and `tell_progress` are called on the model thread. Errors of jobs that are `expected` say in a
    sentence what is wrong: of them the log gets no more than that.
    """

    def __init__(
        self,
        session_factory: Callable[[], Session],
        *,
        deliver: Callable[[Outcome], None],
        report: Callable[[EngineStatus], None],
        tell_progress: Callable[[JobProgress], None] = lambda _progress: None,
        embeddings: EmbeddingCache | None = None,
        expected: tuple[type[Exception], ...] = (ModelError,),
    ) -> None:
        keep_freed_memory()  # before the thread that calls `run()` allocates
        self.embeddings = embeddings or EmbeddingCache()
        self._deliver = deliver
        self._report = report
        self._tell_progress = tell_progress
        self._expected = expected
        self._session: Session | None = None
        self._model_name = ""
        self._status = EngineStatus(EngineStage.LOADING)
        # Guards what follows; notified when there is something to do.
        self._condition = threading.Condition()
        self._wanted: tuple[ModelSource, ...] = (ModelSource(lambda _progress: session_factory()),)
        self._requests = Requests()
        self._is_serving = False
        self._is_stopping = False
        # The job that runs and, above it, its guests; the model thread only.
        self._running: list[Request] = []

    # Any thread

    @property
    def status(self) -> EngineStatus:
        """What was reported last."""
        return self._status

    @property
    def is_idle(self) -> bool:
        """Whether the session is loaded (or never will be) and no job waits, runs or is being delivered."""
        with self._condition:
            is_loaded = self._status.stage is not EngineStage.LOADING and not self._wanted
            return is_loaded and not self._requests and not self._is_serving

    def load(self, source: ModelSource, fallback: ModelSource | None = None) -> None:
        """Free the session and load another model, before anything else; `fallback` if that one cannot be loaded.

        Requests wait meanwhile; a model that is just being loaded is given up.
        """
        with self._condition:
            if not self._is_stopping:
                self._wanted = (source,) if fallback is None else (source, fallback)
                self._condition.notify()

    def submit(self, slot: Slot, job: Job, image_key: str | None = None) -> Ticket:
        """Ask for a job; it replaces the one waiting in its slot and cancels the one running from it.

        `image_key` says which embedding the job works on, or makes: it may be served as a guest then.
        """
        with self._condition:
            ticket = self._requests.draw(slot)
            if not self._is_stopping:
                self._requests.add(Request(ticket, job, image_key))
                self._condition.notify()
            return ticket

    def cancel(self, slot: Slot) -> None:
        """Want nothing of this slot any more: neither what waits there nor what runs."""
        with self._condition:
            self._requests.cancel(slot)

    def is_current(self, ticket: Ticket) -> bool:
        """Whether this is the newest request of its slot and was not cancelled."""
        with self._condition:
            return self._requests.is_current(ticket)

    def stop(self) -> None:
        """Cancel everything; `run()` returns as soon as the running job lets it. Does not wait for that."""
        with self._condition:
            self._is_stopping = True
            self._wanted = ()
            self._requests.clear()
            self._condition.notify()

    # Model thread

    def run(self) -> None:
        """Load the model, serve until `stop()`, then free the session, all on the calling thread."""
        try:
            while (task := self._take()) is not None:
                if isinstance(task, Request):
                    self._serve(task)
                else:
                    self._load(task)
        finally:
            self._drop_session()
            return_freed_memory()  # nothing is collected: whoever would do it may be waiting for this thread
            self.embeddings.close()
            self._is_serving = False
            self._announce(EngineStatus(EngineStage.STOPPED))

    def _load(self, sources: tuple[ModelSource, ...]) -> None:
        """Load the first of the models that can be; give up when another is wanted meanwhile."""
        error: Exception | None = None
        for source in sources:
            self._unload()
            self._announce(EngineStatus(EngineStage.LOADING, session_name=source.name, error=error))
            try:
                # In no variable here: the error of the one before keeps this frame, and would keep this session.
                self._session = source.open(self._tell_loading)
                self._check_loading()
            except Cancelled:
                if self._is_overtaken:
                    break
            except Exception as caught:  # noqa: BLE001 - a bridge: whatever loading raises is told, not thrown
                _log.error("The model could not be loaded.", exc_info=caught)
                forget_locals(caught)
                error = caught
            else:
                self._announce_loaded(self._session, source.name)
                break
        else:
            self._announce(EngineStatus(EngineStage.FAILED, error=error))
        if (self._session is None or error is not None) and not self._is_stopping:
            return_memory()  # of a model that was loaded in part
        with self._condition:
            self._is_serving = False

    def _announce_loaded(self, session: Session, name: str) -> None:
        self._model_name = name or session.name
        self._announce(EngineStatus(EngineStage.READY, None, self._model_name, session.device, session.capabilities))

    def _unload(self) -> None:
        if self._drop_session():
            return_memory()

    def _drop_session(self) -> bool:
        self.embeddings.clear()
        had_one = self._session is not None
        self._session = None
        return had_one

    @property
    def _is_overtaken(self) -> bool:
        with self._condition:
            return bool(self._wanted) or self._is_stopping

    def _check_loading(self) -> None:
        if self._is_overtaken:
            raise Cancelled

    def _tell_loading(self, done: int, total: int, activity: str = "", /) -> None:
        self._check_loading()
        percent = 100 * done // total if total else 0
        known = self._status
        if not total or percent != round(100 * (known.progress or 0.0)):
            self._announce(replace(known, progress=percent / 100, activity=activity))

    def _take(self) -> Request | tuple[ModelSource, ...] | None:
        with self._condition:
            self._condition.wait_for(lambda: self._wanted or self._requests or self._is_stopping)
            if self._is_stopping:
                return None
            self._is_serving = True
            if self._wanted:
                wanted, self._wanted = self._wanted, ()
                return wanted
            return self._requests.take_first()

    def _serve(self, request: Request) -> None:
        outcome = self._refuse(request) if self._session is None else self._work(request)
        self._deliver_current(outcome)
        with self._condition:
            self._is_serving = False
            is_done = not self._requests
        if is_done and self._session is not None:
            self._announce_stage(EngineStage.READY)

    def _refuse(self, request: Request) -> Outcome:
        return Outcome(request.ticket, None, self._status.error, 0.0)

    def _deliver_current(self, outcome: Outcome | None) -> None:
        if outcome is not None and self.is_current(outcome.ticket):
            self._deliver(outcome)

    def _work(self, request: Request) -> Outcome | None:
        """Run the job; None when it was cancelled or has been put back."""
        self._announce_stage(EngineStage.BUSY, request.slot)
        self._running.append(request)
        started = time.perf_counter()
        try:
            value = self._run_job(request)
        except _Interrupted as interruption:
            self._put_back(interruption.request)
            return None
        except Cancelled:
            return None
        except Exception as error:  # noqa: BLE001 - a bridge: whatever a job raises is told, and the engine goes on
            if isinstance(error, self._expected):
                _log.warning("A job in the slot %s failed: %s", request.slot.name, error)
            else:
                _log.error("A job in the slot %s failed.", request.slot.name, exc_info=error)
            forget_locals(error)
            return Outcome(request.ticket, None, error, time.perf_counter() - started)
        finally:
            self._running.pop()
        return Outcome(request.ticket, value, None, time.perf_counter() - started)

    def _run_job(self, request: Request) -> object:
        assert self._session is not None
        check, tell = partial(self._check, request), partial(self._tell, request.ticket)
        workbench = Workbench(self._session, self.embeddings, check, self._model_name, tell)
        is_guest = len(self._running) > 1
        try:
            return Context().run(request.job, workbench)  # a guest leaves its traces though its host leaves none
        except (OutOfMemory, MemoryError):
            if not is_guest and not self.embeddings.clear():
                raise
        # Outside the handler, where the failed attempt's memory is free again.
        if is_guest:  # its host holds the memory, and steps back for a request that can be no guest
            raise _Interrupted(replace(request, image_key=None))
        return request.job(workbench)

    def _tell(self, ticket: Ticket, done: int, total: int) -> None:
        if self.is_current(ticket):
            self._tell_progress(JobProgress(ticket, done, total))

    def _check(self, request: Request) -> None:
        if self._running[-1] is not request:
            return  # a session that checks in its layers calls the host's check in those of the guest too
        guest: Request | None = request
        while guest is not None:
            guest, awaited = self._look_around(request)
            if guest is not None:
                self._deliver_current(self._work(guest))
            self._announce_stage(EngineStage.BUSY, awaited)

    def _look_around(self, host: Request) -> tuple[Request | None, Slot]:
        """Find the next guest, and what the host's work is done for; raises `Cancelled` where it has to stop."""
        awaited = host.slot
        with self._condition:
            if not self._requests.is_current(host.ticket) and not self._is_still_of_use(host):
                raise Cancelled
            if self._wanted:
                raise _Interrupted(host)
            for urgent in self._requests.more_urgent_than(host.slot):
                key = urgent.image_key
                if key is not None and key in self.embeddings and host.slot.takes_guests:
                    return self._requests.take(urgent), awaited
                if not host.slot.gives_way:
                    continue
                if key is not None and key == host.image_key:  # the host is making just what is needed
                    awaited = Slot.EMBED
                elif urgent.slot is not Slot.PREVIEW:
                    raise _Interrupted(host)
        return None, awaited

    def _is_still_of_use(self, host: Request) -> bool:
        """Whether a host that was replaced or cancelled is making the embedding that the most urgent request needs."""
        first, key = self._requests.first, host.image_key
        return first is not None and key is not None and key == first.image_key and key not in self.embeddings

    def _put_back(self, request: Request) -> None:
        with self._condition:
            self._requests.put_back(request)

    def _announce_stage(self, stage: EngineStage, slot: Slot | None = None) -> None:
        known = self._status
        # A preview comes and goes with every move of the mouse: nobody could read that.
        if slot is not Slot.PREVIEW and (stage, slot) != (known.stage, known.slot):
            self._announce(EngineStatus(stage, slot, known.session_name, known.device, known.capabilities))

    def _announce(self, status: EngineStatus) -> None:
        self._status = status
        self._report(status)
