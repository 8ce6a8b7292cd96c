"""What a region drawn by hand means for the project: an instance of the current category."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from PySide6.QtCore import QObject, Signal, Slot

from sam3_annotator.project import CategoryId, ImageId, Origin, ProjectStore, Provenance, Region, union
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.attempt import attempt
from sam3_annotator.ui.workspace import Workspace


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A region drawn on an image, and whether its instance is to be selected."""

    image_id: ImageId
    region: Region
    selects: bool


class Drawing(QObject):
    """Makes an instance of each region, in one undo step.

    A region drawn before there is any category waits for the first one, as long as its image is shown: one that is to
    be selected, which others of its kind join, and beside it one that is not, in place of which another one comes.
    `waiting_changed` carries the one to be selected, or None.
    `problem`, `category_wanted` and `category_found` as in `Labelling`; `category_unwanted` says that nothing waits
    for one any more; `stored` says that a region is in the project.
    `shown_image` gives the image on the canvas, which the user's next one may not have replaced yet.
    """

    problem = Signal(str)
    category_wanted = Signal()
    category_found = Signal()
    category_unwanted = Signal()
    stored = Signal(object)  # Region
    waiting_changed = Signal(object)  # Region | None

    def __init__(
        self,
        store: ProjectStore,
        workspace: Workspace,
        shown_image: Callable[[], ImageId | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._workspace = workspace
        self._shown_image = shown_image
        self._unnamed: dict[bool, _Drawn] = {}  # by `selects`
        workspace.category_changed.connect(self._store_named)
        workspace.image_changed.connect(self.forget)

    @property
    def has_strokes_waiting(self) -> bool:
        """A region to be selected waits for a category."""
        return True in self._unnamed

    @Slot(object, bool)
    def add(self, region: Region, selects: bool = False) -> None:
        """Make a region, valid and within the shown image, an instance; `selects` has it selected then."""
        image_id = self._shown_image()
        if image_id is None:
            return
        drawn = _Drawn(image_id, region, selects)
        if self._workspace.category_id is None:
            if selects and self.has_strokes_waiting:
                drawn = replace(drawn, region=union(self._unnamed[selects].region, region))
            self._unnamed[selects] = drawn
            if selects:
                self.waiting_changed.emit(drawn.region)
            self.category_wanted.emit()
        else:
            self._store_as(self._workspace.category_id, drawn)

    @Slot(object)
    def _store_named(self, category_id: CategoryId | None) -> None:
        unnamed = dict(self._unnamed)
        self.forget()
        if unnamed and category_id is not None:
            # What is to be selected first: the other one may be followed by the next image.
            for selects in sorted(unnamed, reverse=True):
                self._store_as(category_id, unnamed[selects])
            self.category_found.emit()

    @Slot()
    def forget(self) -> None:
        """Let no region wait for a category any more."""
        self.withdraw()
        self.drop_strokes()

    def withdraw(self) -> None:
        """Let no region wait that is not to be selected: whoever drew it has changed it."""
        self._drop(selects=False)

    def drop_strokes(self) -> None:
        """Let no region wait that is to be selected."""
        if self._drop(selects=True):
            self.waiting_changed.emit(None)

    def _drop(self, *, selects: bool) -> bool:
        has_dropped = self._unnamed.pop(selects, None) is not None
        if has_dropped and not self._unnamed:
            self.category_unwanted.emit()
        return has_dropped

    def _store_as(self, category_id: CategoryId, drawn: _Drawn) -> None:
        provenance = Provenance(origin=Origin.HAND, created_at=datetime.now(UTC).isoformat(timespec="seconds"))

        def store() -> None:
            made = operations.add_instance(self._store, drawn.image_id, category_id, drawn.region, provenance)
            if drawn.selects:
                self._workspace.select((made,))

        if attempt(store, self.problem.emit):
            self.stored.emit(drawn.region)
