"""Says which two images a finding is about, and offers to put them into one split where that is what is wrong."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Slot

from sam3_annotator.project import ChangeSet, Finding, ImageId, ImageRecord, Split
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.attempt import attempt
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.message_bar import MessageAction, Severity

TWO_IMAGES: Final = "two images"


class TwoImages(QObject):
    """Speaks above the image while such a finding is the one that is looked at."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.finding_panel.show_wanted.connect(self._follow_choice)
        window.finding_panel.joining_wanted.connect(self._join)
        window.workspace.image_changed.connect(self._follow_image)
        window.bridge.changed.connect(self._follow_store)
        self._told: tuple[ImageId, ...] = ()

    @Slot(object)
    def _follow_choice(self, finding: Finding) -> None:
        self._dismiss()
        if finding.other_image_id is not None:
            with suppress(KeyError):  # one of them is gone since the check
                self._tell([self._window.store.image(image_id) for image_id in finding.image_ids])

    def _tell(self, images: list[ImageRecord]) -> None:
        self._told = tuple(each.id for each in images)
        are_called_alike = images[0].name == images[1].name
        splits = [each.split for each in images if each.split is not None]
        is_offered = len(set(splits)) == 2 and not self._window.store.is_read_only
        actions = [MessageAction(f"Put both into {split}", partial(self._put, images, split)) for split in splits[::-1]]
        self._window.messages.show_message(
            " and ".join(_placed(each, are_called_alike) for each in images)
            + ": a click on the finding, or Enter there, shows the other one.",
            Severity.INFO,
            actions=actions if is_offered else (),
            key=TWO_IMAGES,
        )

    def _put(self, images: list[ImageRecord], split: Split) -> None:
        window = self._window
        attempt(
            lambda: operations.set_image_split(window.store, [each.id for each in images], split), window.show_problem
        )

    @Slot(object)
    def _join(self, findings: Collection[Finding]) -> None:
        attempt(lambda: operations.join_splits(self._window.store, findings), self._window.show_problem)

    @Slot(object)
    def _follow_image(self, image_id: ImageId | None) -> None:
        if image_id not in self._told:
            self._dismiss()

    @Slot(object)
    def _follow_store(self, changes: ChangeSet) -> None:
        if changes.touched("images") or changes.touched("dismissals"):
            self._dismiss()

    def _dismiss(self) -> None:
        self._told = ()
        self._window.messages.dismiss(TWO_IMAGES)


def _placed(image: ImageRecord, with_folder: bool) -> str:
    name = image.path if with_folder else image.name
    return name if image.split is None else f"{name} in {image.split}"
