"""Runs the engine's loop on a QThread and brings its answers to the GUI thread."""

from __future__ import annotations

import atexit
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from sam3_annotator.model import (
    EmbeddingCache,
    Engine,
    EngineStage,
    EngineStatus,
    Job,
    JobProgress,
    ModelError,
    ModelSource,
    Outcome,
    Session,
    Slot as EngineSlot,
    Ticket,
    UnsupportedPrompt,
    refuse_clicks,
    refuse_concepts,
)
from sam3_annotator.project import KnownError
from sam3_annotator.ui.background import PROGRESS_INTERVAL


class _ModelThread(QThread):
    """The thread on which the session is made, used and freed."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine

    def run(self) -> None:
        """Serve until the engine is stopped."""
        self._engine.run()

    def end(self) -> None:
        """Stop the engine and wait until it has freed the session."""
        self._engine.stop()
        self.wait()


class EngineBridge(QObject):
    """The engine as the window sees it: submit jobs, hear of answers and of what the model is doing.

    `answered` carries an `Outcome`. It is emitted on the GUI thread, and only for the newest ticket of its slot: if a
    newer job was submitted while an outcome was on its way, the outcome is dropped here. The same holds for
    `progressed`, which jobs that tell how far they are emit some times a second.
    """

    answered = Signal(object)  # Outcome
    progressed = Signal(object)  # JobProgress
    status_changed = Signal(object)  # EngineStatus

    _delivered = Signal(object)
    _told = Signal(object)
    _reported = Signal(object)

    def __init__(
        self,
        session_factory: Callable[[], Session],
        *,
        embeddings: EmbeddingCache | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = Engine(
            session_factory,
            deliver=self._send,
            report=self._reported.emit,
            tell_progress=self._send_progress,
            embeddings=embeddings,
            expected=(ModelError, KnownError),
        )
        self._delivered.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)
        self._told.connect(self._pass_progress_on, Qt.ConnectionType.QueuedConnection)
        self._reported.connect(self._note_status, Qt.ConnectionType.QueuedConnection)
        self._sent = self._received = 0
        self._last_told = 0.0
        self._thread = _ModelThread(self._engine)
        self.status = EngineStatus(stage=EngineStage.LOADING)

    def start(self) -> None:
        """Start the model thread; the session is made there."""
        atexit.register(self._thread.end)  # a window that says it would lose something may never be closed
        self._thread.start()

    def load(self, source: ModelSource, fallback: ModelSource | None = None) -> None:
        """Load another model in place of the one there is; `fallback` if it cannot be loaded."""
        self._engine.load(source, fallback)

    def submit(self, slot: EngineSlot, job: Job, image_key: str | None = None) -> Ticket:
        """Queue a job; it replaces the one that waits in its slot. `image_key` says which embedding it is about."""
        return self._engine.submit(slot, job, image_key)

    def cancel(self, slot: EngineSlot) -> None:
        """Forget the slot's job, waiting or running."""
        self._engine.cancel(slot)

    def is_current(self, ticket: Ticket) -> bool:
        """Tell whether no newer job, and no cancellation, has followed the ticket's."""
        return self._engine.is_current(ticket)

    @property
    def refusal_of_clicks(self) -> UnsupportedPrompt | None:
        """Why the model takes nothing that means one object; None if it does, or before one is loaded."""
        return refuse_clicks(self.status.session_name, self.status.capabilities)

    @property
    def refusal_of_concepts(self) -> UnsupportedPrompt | None:
        """Why the model does not find all of a kind; None if it does, or before one is loaded."""
        return refuse_concepts(self.status.session_name, self.status.capabilities)

    @property
    def is_idle(self) -> bool:
        """Nothing waits, nothing runs, and no answer is on its way to the GUI thread."""
        return self._engine.is_idle and self._sent == self._received

    def close(self) -> None:
        """Stop the loop and wait until the session has been freed on its own thread; nothing is told any more."""
        self.blockSignals(True)
        self._thread.end()
        atexit.unregister(self._thread.end)

    def _send(self, outcome: Outcome) -> None:
        self._sent += 1  # only the model thread counts here, only the GUI thread in `_pass_on`
        self._delivered.emit(outcome)

    def _send_progress(self, progress: JobProgress) -> None:
        now = time.monotonic()
        if now - self._last_told >= PROGRESS_INTERVAL:
            self._last_told = now
            self._told.emit(progress)

    @Slot(object)
    def _pass_progress_on(self, progress: JobProgress) -> None:
        if self._engine.is_current(progress.ticket):
            self.progressed.emit(progress)

    @Slot(object)
    def _pass_on(self, outcome: Outcome) -> None:
        self._received += 1
        if self._engine.is_current(outcome.ticket):
            self.answered.emit(outcome)

    @Slot(object)
    def _note_status(self, status: EngineStatus) -> None:
        self.status = status
        self.status_changed.emit(status)
