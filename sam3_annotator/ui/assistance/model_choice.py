"""Which model the window uses: loads the chosen one, falls back on the built-in one, and knows its file's hash."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, QThreadPool, Signal, Slot

from sam3_annotator.model import (
    BUILTIN,
    BUILTIN_TITLE,
    Catalog,
    EngineStage,
    EngineStatus,
    FileHash,
    LoadingProgress,
    ModelError,
    ModelSource,
    Session,
    open_session,
)
from sam3_annotator.project import Progress
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.background import BackgroundTask, in_kib
from sam3_annotator.ui.settings import Settings

HASH_LENGTH = 12
FALLBACK_WORDS = "Meanwhile the built-in model is used."


class OpenSession(Protocol):
    """What opens a model by its name or path, as `open_session` does."""

    def __call__(self, name: str, /, *, progress: LoadingProgress) -> Session:
        """Give the session; runs on the model thread."""
        ...


class ModelChoice(QObject):
    """The chosen model, kept in the settings.

    A model that cannot be loaded stays chosen, so that it is tried again at the next start: its disk may be back then.
    """

    changed = Signal()  # another model is chosen, or more is known of one
    status_changed = Signal(object)  # EngineStatus

    def __init__(
        self,
        engine: EngineBridge,
        settings: Settings,
        catalog: Catalog | None = None,
        opener: OpenSession = open_session,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.catalog = catalog or Catalog()
        self._engine = engine
        self._settings = settings
        self._opener = opener
        self._hashing: dict[str, BackgroundTask] = {}
        self._hash_pool = QThreadPool(self)
        self._hash_pool.setMaxThreadCount(1)
        self._failure: Exception | None = None
        self._descriptions: dict[str, str] = {}
        engine.status_changed.connect(self._follow)

    @property
    def name(self) -> str:
        """The chosen model, by its name in the catalogue."""
        return self._settings.model

    @property
    def status(self) -> EngineStatus:
        """What the engine is doing."""
        return self._engine.status

    @property
    def is_loading(self) -> bool:
        """Whether a model other than the built-in one is being loaded, which takes long enough to be stopped."""
        return self.status.stage is EngineStage.LOADING and self.name != BUILTIN and self.status.error is None

    @property
    def failure(self) -> Exception | None:
        """Why another model is in use than the chosen one; None if it is not."""
        return self._failure

    @property
    def has_fallen_back(self) -> bool:
        """Whether another model is in use than the chosen one, which could not be loaded."""
        return self._failure is not None

    def load(self) -> None:
        """Load the chosen model in place of the one there is."""
        fallback = None if self.name == BUILTIN else self._source(BUILTIN)
        self._engine.load(self._source(self.name), fallback)

    def choose(self, name: str) -> None:
        """Use another model from now on."""
        self._settings.model = name
        self.load()
        self.changed.emit()

    def stop_loading(self) -> None:
        """Give up loading and use the built-in model."""
        if self.is_loading:
            self.choose(BUILTIN)

    def describe(self, title: str) -> str:
        """Say which model that is, so that its file can be found again: with the start of its hash, once known."""
        return self._descriptions.get(title, title)

    def hash_file(self, name: str) -> None:
        """Compute the hash of a model's file in the background, unless it is known."""
        if name in self._hashing:
            return

        def work(progress: Progress) -> FileHash:
            return self.catalog.hash_file(name, in_kib(progress))

        task = BackgroundTask(work, self._hash_pool, owner=self)
        task.result.connect(lambda file_hash: self._take_hash(name, file_hash))
        task.finished.connect(lambda: self._hashing.pop(name, None))
        self._hashing[name] = task
        task.start()

    def close(self) -> None:
        """Stop what is under way in the background."""
        for task in self._hashing.values():
            task.cancel()

    def _source(self, name: str) -> ModelSource:
        def open_model(progress: LoadingProgress) -> Session:
            # Looked up on the model thread: a disk that sleeps must not hold up the window.
            place = name if name == BUILTIN else str(self.catalog.resolve(name))
            return self._opener(place, progress=progress)

        return ModelSource(open_model, self._title(name))

    def _title(self, name: str) -> str:
        if name == BUILTIN:  # which needs no list
            return BUILTIN_TITLE
        try:
            return self.catalog.entry(name).title
        except ModelError:  # it is not in the list any more, which loading it will tell
            return name

    @Slot(object)
    def _follow(self, status: EngineStatus) -> None:
        if status.begins_loading or status.stage is EngineStage.FAILED:
            self._failure = status.error
        self.status_changed.emit(status)
        if status.stage is EngineStage.READY and self.name != BUILTIN and status.session_name == self._title(self.name):
            self.hash_file(self.name)

    def _take_hash(self, name: str, file_hash: FileHash) -> None:
        self._descriptions[self._title(name)] = f"{name} (sha256 {file_hash.sha256[:HASH_LENGTH]})"
        self.changed.emit()
