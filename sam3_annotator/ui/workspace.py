"""What the user works on now: the current image, category and selection, as one observable value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, Signal

from sam3_annotator.project import CategoryId, ImageId, InstanceId


class Workspace(QObject):
    """The current image, category, selected and hidden instances; panels and canvas both read and set it.

    Nothing in it is undoable or stored in the project. Setting a value that is already set emits nothing, but for
    `category_chosen`, which says what the user means: whatever waits for a category takes that.
    """

    image_changed = Signal(object)  # ImageId | None
    category_changed = Signal(object)  # CategoryId | None
    category_chosen = Signal(object)  # CategoryId | None
    selection_changed = Signal(object)  # frozenset[InstanceId]
    hidden_changed = Signal(object)  # frozenset[InstanceId]
    waiting_changed = Signal(object)  # Mapping[ImageId, str]

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._image_id: ImageId | None = None
        self._category_id: CategoryId | None = None
        self._selection: frozenset[InstanceId] = frozenset()
        self._alternatives: frozenset[InstanceId] = frozenset()
        self._hidden: frozenset[InstanceId] = frozenset()
        self._waiting: dict[str, frozenset[ImageId]] = {}

    @property
    def image_id(self) -> ImageId | None:
        """The image on the canvas."""
        return self._image_id

    @property
    def category_id(self) -> CategoryId | None:
        """The category that the next accepted draft gets."""
        return self._category_id

    @property
    def selection(self) -> frozenset[InstanceId]:
        """The selected instances, all on the current image."""
        return self._selection

    @property
    def alternatives(self) -> frozenset[InstanceId]:
        """The instances between which the user is to decide, one of which is selected; none if it is about no such."""
        return self._alternatives

    @property
    def hidden(self) -> frozenset[InstanceId]:
        """The instances the user has hidden for now; hiding never touches the project."""
        return self._hidden

    @property
    def waiting(self) -> Mapping[ImageId, str]:
        """The images that something begun waits on while others are shown, each with what it is, in words."""
        return {image_id: words for words, image_ids in self._waiting.items() for image_id in image_ids}

    def set_image(self, image_id: ImageId | None) -> None:
        """Show another image; drops the selection first, since it belongs to the image left."""
        if image_id == self._image_id:
            return
        self.select(())
        self._image_id = image_id
        self.image_changed.emit(image_id)

    def set_category(self, category_id: CategoryId | None) -> None:
        """Choose the category of what is accepted next, and of what waits for one."""
        self.fall_back_on(category_id)
        self.category_chosen.emit(category_id)

    def fall_back_on(self, category_id: CategoryId | None) -> None:
        """Have a category for what is accepted next though the user has chosen none: nothing that waits takes it."""
        if category_id != self._category_id:
            self._category_id = category_id
            self.category_changed.emit(category_id)

    def select(self, instance_ids: Iterable[InstanceId], among: Iterable[InstanceId] = ()) -> None:
        """Select exactly these instances; from there the keys go round `among`, until another one is selected."""
        selection = frozenset(instance_ids)
        alternatives = frozenset(among)
        if not alternatives and selection and selection <= self._alternatives:
            alternatives = self._alternatives
        if (selection, alternatives) != (self._selection, self._alternatives):
            self._selection, self._alternatives = selection, alternatives
            self.selection_changed.emit(selection)

    def hide(self, instance_ids: Iterable[InstanceId]) -> None:
        """Hide exactly these instances."""
        hidden = frozenset(instance_ids)
        if hidden != self._hidden:
            self._hidden = hidden
            self.hidden_changed.emit(hidden)

    def hide_or_show(self, instance_ids: Iterable[InstanceId]) -> None:
        """Hide these instances, or show them all if any of them is hidden; others stay as they are."""
        ids = frozenset(instance_ids)
        self.hide(self._hidden - ids if self._hidden & ids else self._hidden | ids)

    def set_waiting(self, words: str, image_ids: Iterable[ImageId]) -> None:
        """Have what these words say wait on exactly these images ("Draft waits")."""
        waiting = frozenset(image_ids)
        if waiting != self._waiting.get(words, frozenset()):
            self._waiting[words] = waiting
            self.waiting_changed.emit(self.waiting)
