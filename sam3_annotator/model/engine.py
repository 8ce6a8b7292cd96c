"""The loop that owns the session and serves the newest request of each slot."""

from __future__ import annotations

import gc
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.model.allocator import keep_freed_memory
from sam3_annotator.model.embedding_cache import EmbeddingCache
from sam3_annotator.model.errors import Cancelled, OutOfMemory
from sam3_annotator.model.progress import Progress
from sam3_annotator.model.session import Check, Embedding, Session

_log = logging.getLogger(__name__)


class Slot(IntEnum):
    """The line a request stands in; each holds one waiting request, the lowest value is served first."""

    SEGMENT = 0
    EMBED = 1
    DETECT = 2
    PREFETCH = 3
    BATCH = 4

    @property
    def gives_way(self) -> bool:
        """Whether a running job of this slot steps back for requests that the user waits for."""
        return self >= Slot.PREFETCH


@dataclass(frozen=True, slots=True)
class Ticket:
    """Which request: numbers grow over all slots, so a newer request has the higher number."""

    slot: Slot
    number: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: its `value`, or the `error` it raised (then `value` is None); `seconds` it ran."""

    ticket: Ticket
    value: object
    error: Exception | None
    seconds: float


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
    `progress` is how far loading is, 0 to 1 (LOADING only, None while nobody knows).
    """

    stage: EngineStage
    slot: Slot | None = None
    session_name: str = ""
    device: str = ""
    capabilities: frozenset[str] = frozenset()
    error: Exception | None = None
    progress: float | None = None


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model to be loaded: `open` makes its session, `name` is what people call it (empty: what the session says).

    `open` is called on the model thread with a `Progress`, in any unit, which raises `Cancelled` when another model is
    wanted instead.
    """

    open: Callable[[Progress], Session]
    name: str = ""


@dataclass(frozen=True)
class Workbench:
    """What a job works with, on the model thread only; `model_name` is what people call the session's model.

    `check()` raises `Cancelled` when the answer is no longer wanted: call it between stages and let it through.
    """

    session: Session
    embeddings: EmbeddingCache
    check: Check
    model_name: str = ""

    def embed(self, key: str, read_pixels: Callable[[], NDArray[np.uint8]]) -> Embedding:
        """Return the embedding of the image whose content `key` names, from the cache or of its pixels and cached."""
        return self.embeddings.embed(key, self.session, read_pixels, self.check)


Job = Callable[[Workbench], object]


@dataclass(frozen=True, slots=True)
class _Request:
    ticket: Ticket
    job: Job


class _Interrupted(Cancelled):
    """A job steps back for a more urgent one, or for another model; it runs again later."""


class Engine:
    """Makes the session, then runs jobs on it one at a time, on the one thread that calls `run()`.

    Stages::

        LOADING --session made--> READY <--nothing waits / next job--> BUSY
           |                        |                                   |
           +--factory raised--> FAILED (answers every request with that error)
           all of them --load()--> LOADING (the session before is freed first)
           all of them --stop()--> STOPPED

    A slot is empty or holds the one request waiting there; `submit` replaces it. The newest request of a slot is
    *current* until it is replaced or cancelled. `check()` of the running job raises `Cancelled` if its request is not
    current, if another model is to be loaded, or (slots that give way only) if a request of a more urgent slot waits:
    in the last two cases the job is put back and run again from its beginning. A result is delivered if its request is
    still current, so stale ones never are; nothing else is ever lost, also while loading. `deliver` and `report` are
    called on the model thread.
    """

    def __init__(
        self,
        session_factory: Callable[[], Session],
        *,
        deliver: Callable[[Outcome], None],
        report: Callable[[EngineStatus], None],
        embeddings: EmbeddingCache | None = None,
    ) -> None:
        keep_freed_memory()  # before the thread that calls `run()` allocates
        self.embeddings = embeddings or EmbeddingCache()
        self._deliver = deliver
        self._report = report
        self._session: Session | None = None
        self._model_name = ""
        self._status = EngineStatus(EngineStage.LOADING)
        # Guards what follows; notified when there is something to do.
        self._condition = threading.Condition()
        self._wanted: tuple[ModelSource, ...] = (ModelSource(lambda _progress: session_factory()),)
        self._waiting: dict[Slot, _Request] = {}
        self._current: dict[Slot, Ticket] = {}
        self._last_number = 0
        self._is_serving = False
        self._is_stopping = False

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
            return is_loaded and not self._waiting and not self._is_serving

    def load(self, source: ModelSource, fallback: ModelSource | None = None) -> None:
        """Free the session and load another model, before anything else; `fallback` if that one cannot be loaded.

        Requests wait meanwhile; a model that is just being loaded is given up.
        """
        with self._condition:
            if not self._is_stopping:
                self._wanted = (source,) if fallback is None else (source, fallback)
                self._condition.notify()

    def submit(self, slot: Slot, job: Job) -> Ticket:
        """Ask for a job; it replaces the one waiting in its slot and cancels the one running from it."""
        with self._condition:
            self._last_number += 1
            ticket = Ticket(slot, self._last_number)
            if not self._is_stopping:
                self._current[slot] = ticket
                self._waiting[slot] = _Request(ticket, job)
                self._condition.notify()
            return ticket

    def cancel(self, slot: Slot) -> None:
        """Want nothing of this slot any more: neither what waits there nor what runs."""
        with self._condition:
            self._current.pop(slot, None)
            self._waiting.pop(slot, None)

    def is_current(self, ticket: Ticket) -> bool:
        """Whether this is the newest request of its slot and was not cancelled."""
        with self._condition:
            return self._current.get(ticket.slot) == ticket

    def stop(self) -> None:
        """Cancel everything; `run()` returns as soon as the running job lets it. Does not wait for that."""
        with self._condition:
            self._is_stopping = True
            self._wanted = ()
            self._waiting.clear()
            self._current.clear()
            self._condition.notify()

    # Model thread

    def run(self) -> None:
        """Load the model, serve until `stop()`, then free the session, all on the calling thread."""
        try:
            while (task := self._take()) is not None:
                if isinstance(task, _Request):
                    self._serve(task)
                else:
                    self._load(task)
        finally:
            self._unload()
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
                session = self._session = source.open(self._tell_loading)
                self._check_loading()
            except Cancelled:
                if self._is_overtaken:
                    break
            except Exception as caught:  # noqa: BLE001 - a bridge: whatever loading raises is told, not thrown
                _log.error("The model could not be loaded.", exc_info=caught)
                _forget_locals(caught)
                error = caught
            else:
                self._model_name = source.name or session.name
                device, capabilities = session.device, session.capabilities
                self._announce(EngineStatus(EngineStage.READY, None, self._model_name, device, capabilities))
                break
        else:
            self._announce(EngineStatus(EngineStage.FAILED, error=error))
        with self._condition:
            self._is_serving = False

    def _unload(self) -> None:
        self.embeddings.clear()
        if self._session is not None:
            self._session = None
            _return_memory()

    @property
    def _is_overtaken(self) -> bool:
        with self._condition:
            return bool(self._wanted) or self._is_stopping

    def _check_loading(self) -> None:
        if self._is_overtaken:
            raise Cancelled

    def _tell_loading(self, done: int, total: int) -> None:
        self._check_loading()
        percent = 100 * done // total if total else 0
        known = self._status
        if percent != round(100 * (known.progress or 0.0)):
            self._announce(replace(known, progress=percent / 100))

    def _take(self) -> _Request | tuple[ModelSource, ...] | None:
        with self._condition:
            self._condition.wait_for(lambda: self._wanted or self._waiting or self._is_stopping)
            if self._is_stopping:
                return None
            self._is_serving = True
            if self._wanted:
                wanted, self._wanted = self._wanted, ()
                return wanted
            return self._waiting.pop(min(self._waiting))

    def _serve(self, request: _Request) -> None:
        outcome = self._refuse(request) if self._session is None else self._work(request)
        if outcome is not None and self.is_current(request.ticket):
            self._deliver(outcome)
        with self._condition:
            self._is_serving = False
            is_done = not self._waiting
        if is_done and self._session is not None:
            self._announce_stage(EngineStage.READY)

    def _refuse(self, request: _Request) -> Outcome:
        return Outcome(request.ticket, None, self._status.error, 0.0)

    def _work(self, request: _Request) -> Outcome | None:
        """Run the job; None when it was cancelled or has been put back."""
        self._announce_stage(EngineStage.BUSY, request.ticket.slot)
        started = time.perf_counter()
        try:
            value = self._run_job(request)
        except _Interrupted:
            self._put_back(request)
            return None
        except Cancelled:
            return None
        except Exception as error:  # noqa: BLE001 - a bridge: whatever a job raises is told, and the engine goes on
            _log.error("A job in the slot %s failed.", request.ticket.slot.name, exc_info=error)
            _forget_locals(error)
            return Outcome(request.ticket, None, error, time.perf_counter() - started)
        return Outcome(request.ticket, value, None, time.perf_counter() - started)

    def _run_job(self, request: _Request) -> object:
        assert self._session is not None
        workbench = Workbench(self._session, self.embeddings, lambda: self._check(request.ticket), self._model_name)
        try:
            return request.job(workbench)
        except (OutOfMemory, MemoryError):
            if not self.embeddings.clear():
                raise
        # Outside the handler, where the failed attempt's memory is free again.
        return request.job(workbench)

    def _check(self, ticket: Ticket) -> None:
        with self._condition:
            if self._current.get(ticket.slot) != ticket:
                raise Cancelled
            if self._wanted:
                raise _Interrupted
            if ticket.slot.gives_way and any(not slot.gives_way for slot in self._waiting):
                raise _Interrupted

    def _put_back(self, request: _Request) -> None:
        with self._condition:
            if self._current.get(request.ticket.slot) == request.ticket:
                self._waiting[request.ticket.slot] = request

    def _announce_stage(self, stage: EngineStage, slot: Slot | None = None) -> None:
        known = self._status
        self._announce(EngineStatus(stage, slot, known.session_name, known.device, known.capabilities))

    def _announce(self, status: EngineStatus) -> None:
        self._status = status
        self._report(status)


def _return_memory() -> None:
    """Give what a session has held back to the system, also what torch keeps on a device for later."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        torch.cuda.empty_cache()


def _forget_locals(error: BaseException) -> None:
    """Empty the frames an error has come through: whoever keeps it would keep the session and its tensors."""
    cleared: set[int] = set()
    chained: BaseException | None = error
    while chained is not None and id(chained) not in cleared:
        cleared.add(id(chained))
        traceback.clear_frames(chained.__traceback__)
        chained = chained.__cause__ or chained.__context__
