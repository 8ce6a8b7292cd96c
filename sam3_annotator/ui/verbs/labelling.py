"""The user's verbs on the shown image: accept, delete, choose a category, go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from sam3_annotator.model import Prompt
from sam3_annotator.project import (
    CategoryId,
    ImageId,
    ImageState,
    InstanceId,
    ProjectStore,
    Region,
)
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.canvas.draft import Draft
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.attempt import attempt
from sam3_annotator.ui.verbs.provenance import provenance_of
from sam3_annotator.ui.workspace import Workspace


@dataclass(frozen=True, slots=True)
class _Acceptance:
    """What the user meant when pressing Enter; the mask may still be on its way then."""

    category_id: CategoryId
    goes_on: bool


@dataclass(frozen=True, slots=True)
class _Unnamed:
    """The draft the user has accepted before there was any category."""

    image_id: ImageId
    prompts: tuple[Prompt, ...]
    goes_on: bool

    def is_still(self, draft: Draft | None) -> bool:
        return draft is not None and draft.image_id == self.image_id and draft.prompts == self.prompts


class Labelling(QObject):
    """What keys, menus and mouse mean for the project; every verb is at most one undo step.

    `problem` carries a sentence when something could not be done; nothing is lost then. `nothing_found` carries one
    when what was accepted came to nothing. `category_wanted` asks the window to lead the user to naming a category.
    `category_found` says that there is one now; a draft that has not changed meanwhile has been accepted with it.
    `stored` says which instance an accepted draft is in the project now; `next_wanted` then asks for the next image.
    """

    problem = Signal(str)
    nothing_found = Signal(str)
    category_wanted = Signal()
    category_found = Signal()
    stored = Signal(object)  # InstanceId
    next_wanted = Signal()

    def __init__(
        self,
        store: ProjectStore,
        workspace: Workspace,
        assist: Assist,
        describe_model: Callable[[str], str],
        is_drawing: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._workspace = workspace
        self._assist = assist
        self._describe_model = describe_model
        self._is_drawing = is_drawing
        self._acceptances: tuple[_Acceptance, ...] = ()  # of the draft being accepted and those that come after it
        self._unnamed: _Unnamed | None = None
        assist.accepted.connect(self._store_draft)
        workspace.category_chosen.connect(self._accept_named)

    def accept(self, *, goes_on: bool = False) -> None:
        """Make the draft an instance of the current category; with `goes_on` also turn to the next image.

        Going on calls an image that has instances and can be shown done: its labeler is finished with it. A draft that
        does not say where the object is stays as it is. What was pointed at while another draft is being accepted is
        accepted in its turn.
        """
        draft = self._assist.draft
        if draft is None:
            if goes_on and self._workspace.image_id is not None:
                self._go_on(self._workspace.image_id)
        elif not draft.says_where:
            return
        elif (category_id := self._category_of(draft)) is None:
            self._unnamed = _Unnamed(draft.image_id, draft.prompts, goes_on)
            self.category_wanted.emit()
        else:
            earlier = self._acceptances[: self._assist.ahead_count]
            self._acceptances = (*earlier, _Acceptance(category_id, goes_on))
            self._assist.accept()

    def _category_of(self, draft: Draft) -> CategoryId | None:
        is_about_draft = not self._assist.ahead_count  # else about an object after it
        if draft.corrects is not None and is_about_draft:
            return draft.corrects.category_id
        return self._workspace.category_id

    def correct_selection(self) -> None:
        """Open a draft that goes on from the selected instance, and show that; nothing unless exactly one is."""
        if len(self._workspace.selection) == 1:
            self.correct(*self._workspace.selection)

    def correct(self, instance_id: InstanceId) -> None:
        """Open a draft that goes on from an instance of the shown image, selected or not, and show that."""
        self._workspace.hide(self._workspace.hidden - {instance_id})
        self._assist.correct(self._store.instance(instance_id))

    def delete_selection(self) -> None:
        """Delete the selected instances."""
        selection = tuple(self._workspace.selection)
        if selection and attempt(lambda: operations.delete_instances(self._store, selection), self.problem.emit):
            self._workspace.select(())

    def select_next(self, step: int = 1) -> None:
        """Select the visible instance after (or with -1 before) the selected one, round and round.

        Where the user is to decide between some, only those have their turn.
        """
        image_id = self._workspace.image_id
        if image_id is None:
            return
        ids = [instance.id for instance in self._store.instances(image_id) if instance.id not in self._workspace.hidden]
        if alternatives := self._workspace.alternatives:
            ids = [instance_id for instance_id in ids if instance_id in alternatives]
        chosen = [position for position, instance_id in enumerate(ids) if instance_id in self._workspace.selection]
        if ids:
            start = (chosen[-1] if step > 0 else chosen[0]) if chosen else (-1 if step > 0 else 0)
            self._workspace.select([ids[(start + step) % len(ids)]])

    def select_all(self) -> None:
        """Select all visible instances of the shown image."""
        image_id = self._workspace.image_id
        if image_id is not None:
            ids = {instance.id for instance in self._store.instances(image_id)}
            self._workspace.select(ids - self._workspace.hidden)

    def toggle_all(self) -> None:
        """Hide all instances of the shown image, or show them all if any is hidden."""
        image_id = self._workspace.image_id
        if image_id is not None:
            self._workspace.hide_or_show(instance.id for instance in self._store.instances(image_id))

    def choose_category(self, position: int) -> None:
        """Take the category at `position` (from 0), as `take_category` does."""
        categories = self._store.categories()
        if position < len(categories):
            self.take_category(categories[position].id)

    def take_category(self, category_id: CategoryId) -> None:
        """Take a category for the polygon or draft and what follows, or give it to the selection."""
        if not self._is_drawing():  # else the keys are about the polygon, whatever else there is
            self._give_category(category_id)
        self._workspace.set_category(category_id)

    def _give_category(self, category_id: CategoryId) -> None:
        selection, draft = tuple(self._workspace.selection), self._assist.draft
        if draft is not None and draft.corrects is not None:
            self._assist.put(draft.correcting(draft.corrects.instance, category_id))
        elif selection and draft is None:
            attempt(lambda: operations.set_instances_category(self._store, selection, category_id), self.problem.emit)

    def replace_region(self, instance_id: InstanceId, region: Region, label: str) -> None:
        """Store a region the user has edited on the canvas."""
        attempt(lambda: operations.replace_region(self._store, instance_id, region, label), self.problem.emit)

    def erase_instance(self, instance_id: InstanceId) -> None:
        """Delete an instance of which the user has erased everything."""
        attempt(lambda: operations.erase_instance(self._store, instance_id), self.problem.emit)

    def set_image_state(self, state: ImageState) -> None:
        """Say how far the annotation of the shown image has come."""
        if self._workspace.image_id is not None:
            self._set_state(self._workspace.image_id, state)

    def _set_state(self, image_id: ImageId, state: ImageState) -> None:
        attempt(lambda: operations.set_image_state(self._store, (image_id,), state), self.problem.emit)

    def _go_on(self, image_id: ImageId) -> None:
        image = self._store.image(image_id)
        if image.state is ImageState.IN_PROGRESS and not image.facts.problem:  # else nobody has seen it
            self._set_state(image_id, ImageState.DONE)
        if image_id == self._workspace.image_id:  # else the user has gone on already
            self.next_wanted.emit()

    @Slot(object)
    def _accept_named(self, category_id: CategoryId | None) -> None:
        unnamed = self._unnamed
        if unnamed is None or category_id is None:
            return
        self._unnamed = None
        draft = self._assist.draft
        if unnamed.is_still(draft):
            self.accept(goes_on=unnamed.goes_on)
        if draft is not None:  # else nobody waits for the category any more
            self.category_found.emit()

    @Slot(object)
    def _store_draft(self, draft: Draft) -> None:
        if not self._acceptances:
            return
        acceptance, *later = self._acceptances
        self._acceptances = tuple(later)
        if not draft.region.polygons:
            self.nothing_found.emit(
                "The model found nothing there. Add a point on the object, or draw a box around it."
            )
            return
        written: list[InstanceId] = []
        if attempt(lambda: written.append(self._write(draft, acceptance.category_id)), self.problem.emit):
            self.stored.emit(*written)
            self._assist.drop()
            if acceptance.goes_on:
                self._go_on(draft.image_id)

    def _write(self, draft: Draft, category_id: CategoryId) -> InstanceId:
        if draft.corrects is None:
            provenance = provenance_of(draft, self._describe_model)
            return operations.add_instance(self._store, draft.image_id, category_id, draft.region, provenance)
        # What the draft says now, not at Enter: the instance itself may have got another category since.
        instance_id, category_id = draft.corrects.instance.id, draft.corrects.category_id
        if draft.prompts:
            provenance = provenance_of(draft, self._describe_model)
            operations.correct_instance(self._store, instance_id, category_id, draft.region, provenance)
        else:
            operations.set_instances_category(self._store, (instance_id,), category_id)
        return instance_id
