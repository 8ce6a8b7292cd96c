"""What a region drawn by hand means for the project: an instance of the current category."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from sam3_annotator.project import CategoryId, ImageId, Origin, ProjectStore, Provenance, Region, timestamp, union
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.attempt import attempt
from sam3_annotator.ui.workspace import Workspace


class Drawing(QObject):
    """Makes an instance of each region, in one undo step.

    Strokes are to be selected and join each other. If there is no category yet, they wait on their image as long as it
    takes: whoever comes back to them finds them as they were, and gives them the current category or drops them. Any
    other region drawn before there is a category waits only while its image is shown, and the next one takes its place.
    A category is asked for in both cases.

    `waiting_changed` carries the strokes that wait on the shown image, or None. `strokes_left` carries the image that
    is no longer shown, on which strokes go on waiting. `problem`, `category_wanted` and `category_found` are as in
    `Labelling`. `category_unwanted` says that nothing waits for a category any more, `stored` that a region is in the
    project.
    """

    problem = Signal(str)
    category_wanted = Signal()
    category_found = Signal()
    category_unwanted = Signal()
    stored = Signal(object)  # Region
    waiting_changed = Signal(object)  # Region | None
    strokes_left = Signal(object)  # ImageId
    stepped_back = Signal(object)  # tuple[Region, ...]: `strokes` as they were, the last of which was taken back

    def __init__(self, store: ProjectStore, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._workspace = workspace
        self._image_id: ImageId | None = None
        self._strokes: dict[ImageId, tuple[Region, ...]] = {}  # after each stroke, all there were
        self._unnamed: Region | None = None
        self._asks = False
        self._has_category = workspace.category_id is not None
        workspace.category_changed.connect(self._follow_category)
        workspace.category_chosen.connect(self._store_named)

    @property
    def waiting(self) -> Region | None:
        """What strokes wait on the shown image; None if there are none."""
        return self._strokes[self._image_id][-1] if self._image_id in self._strokes else None

    @property
    def has_strokes_waiting(self) -> bool:
        """Strokes wait on the shown image."""
        return self._image_id in self._strokes

    @property
    def strokes(self) -> tuple[Region, ...]:
        """What waits on the shown image: after each stroke, all there were."""
        return self._strokes.get(self._image_id, ()) if self._image_id is not None else ()

    def waits_on(self) -> tuple[ImageId, ...]:
        """Give the images on which strokes wait, in the order of the project."""
        return tuple(image.id for image in self._store.images() if image.id in self._strokes)

    @Slot(object)
    def show(self, image_id: ImageId | None) -> None:
        """Work on the image that is on the canvas, None while there is none; strokes wait on the one that was."""
        left, had_strokes = self._image_id, self.has_strokes_waiting
        self._image_id = image_id
        self._unnamed = None
        self._ask_no_more()
        self._workspace.set_waiting("Strokes wait", (each for each in self._strokes if each != image_id))
        if had_strokes or self.has_strokes_waiting:
            self.waiting_changed.emit(self.waiting)
        if had_strokes and image_id != left:
            self.strokes_left.emit(left)

    @Slot(object, bool)
    def add(self, region: Region, selects: bool = False) -> None:
        """Make a region, valid and within the shown image, an instance; `selects` has it selected then."""
        image_id, category_id = self._image_id, self._workspace.category_id
        if image_id is None:
            return
        if selects:
            strokes = self._strokes.get(image_id, ())
            joined = union(strokes[-1], region) if strokes else region
            if not self._store_strokes(joined):
                self._put_strokes((*strokes, joined))
                self._ask_for_strokes()
        elif category_id is None:
            self._unnamed = region
            self._ask()
        else:
            self._store_as(category_id, image_id, region)

    def keep_strokes(self) -> bool:
        """Make the strokes that wait on the shown image an instance of the current category, or ask for one.

        Returns whether they are in the project now.
        """
        waiting = self.waiting
        if waiting is None:
            return False
        is_stored = self._store_strokes(waiting)
        if not is_stored:
            self._ask_for_strokes()
        return is_stored

    def step_back(self) -> None:
        """Take back the last of the strokes that wait on the shown image."""
        if before := self.strokes:
            self._put_strokes(before[:-1])
            self.stepped_back.emit(before)

    @Slot(object)
    def _store_named(self, category_id: CategoryId | None) -> None:
        """Take the first category for what waits; among several, the user says which one by keeping the strokes."""
        had_category, self._has_category = self._has_category, category_id is not None
        image_id, unnamed = self._image_id, self._unnamed
        if had_category or category_id is None or image_id is None or (unnamed is None and self.waiting is None):
            return
        self._asks, self._unnamed = False, None
        self.keep_strokes()  # before the other one, which may be followed by the next image
        if unnamed is not None:
            self._store_as(category_id, image_id, unnamed)
        self.category_found.emit()

    @Slot(object)
    def _follow_category(self, category_id: CategoryId | None) -> None:
        if category_id is None:  # the next one that is chosen is the first again
            self._has_category = False

    def withdraw(self) -> None:
        """Let no region wait that is not to be selected: whoever drew it has changed it."""
        self._unnamed = None
        if not self.has_strokes_waiting:
            self._ask_no_more()

    def drop_strokes(self) -> None:
        """Let no strokes wait on the shown image any more."""
        if self.has_strokes_waiting:
            self._put_strokes(())

    def bring_back(self, strokes: tuple[Region, ...]) -> None:
        """Let strokes wait again on the shown image that were dropped or taken back there, unless others do."""
        if strokes[: len(self.strokes)] == self.strokes:
            self._put_strokes(strokes)

    def drop_all_strokes(self) -> None:
        """Let no strokes wait any more, on whatever image."""
        self.drop_strokes()
        self._strokes.clear()

    def _put_strokes(self, strokes: tuple[Region, ...]) -> None:
        if self._image_id is None:
            return
        if strokes:
            self._strokes[self._image_id] = strokes
        else:
            del self._strokes[self._image_id]
            if self._unnamed is None:
                self._ask_no_more()
        self.waiting_changed.emit(self.waiting)

    def _store_strokes(self, strokes: Region) -> bool:
        image_id, category_id = self._image_id, self._workspace.category_id
        is_stored = (
            image_id is not None
            and category_id is not None
            and self._store_as(category_id, image_id, strokes, selects=True)
        )
        if is_stored:
            self.drop_strokes()
        return is_stored

    def _ask_for_strokes(self) -> None:
        if self._workspace.category_id is None:
            self._ask()

    def _ask(self) -> None:
        self._asks = True
        self.category_wanted.emit()

    def _ask_no_more(self) -> None:
        if self._asks:
            self._asks = False
            self.category_unwanted.emit()

    def _store_as(self, category_id: CategoryId, image_id: ImageId, region: Region, *, selects: bool = False) -> bool:
        provenance = Provenance(origin=Origin.HAND, created_at=timestamp())

        def store() -> None:
            made = operations.add_instance(self._store, image_id, category_id, region, provenance)
            if selects:
                self._workspace.select((made,))

        if not attempt(store, self.problem.emit):
            return False
        self.stored.emit(region)
        return True
