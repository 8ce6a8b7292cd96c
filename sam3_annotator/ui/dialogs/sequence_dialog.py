"""The dialog that has the instances of an image propagated through those that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QLabel, QRadioButton, QSpinBox, QVBoxLayout, QWidget

from sam3_annotator.project import ImageRecord, InstanceId, counted
from sam3_annotator.ui.dialogs.form_dialog import FormDialog, left_row
from sam3_annotator.ui.phrase_bar.score_slider import ScoreSlider
from sam3_annotator.ui.settings import MOST_IMAGES, Settings
from sam3_annotator.ui.verbs.propagation_chain import SequencePlan

_EXPLANATION: Final = (
    "Each image gets what is on the one before, where the model finds it; what is labelled there already is not "
    "doubled. The work goes on beside yours and can be stopped: what is labelled stays. Each image is one step to "
    "undo. Images that are done, reviewed or confirmed as empty stay as they are and hand on what is on them; those "
    "left out are passed over."
)


@dataclass(frozen=True, slots=True)
class SequenceStart:
    """The image that it begins with, how many instances it has, which of them are selected, and the images after it."""

    source: ImageRecord
    instance_count: int
    selected: frozenset[InstanceId]
    following: Sequence[ImageRecord]


class SequenceDialog(FormDialog):
    """Emits `planned` with what is to be done, and closes; how many images it is for is remembered."""

    is_blocking = True
    planned = Signal(object)  # SequencePlan

    def __init__(
        self, start: SequenceStart, threshold: float, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__("Propagate through images", "Start", parent)
        self._start = start
        self._settings = settings
        self.next_few = QRadioButton("The next")
        self.all_following = QRadioButton(f"All that follow ({len(start.following):,})")
        self.count = QSpinBox(minimum=1, maximum=MOST_IMAGES, value=settings.sequence_count)
        self.count.setAccessibleName("Number of images")
        self.selected = QRadioButton(f"The {counted(len(start.selected), 'instance')} selected")
        self.all_instances = QRadioButton(f"All {start.instance_count:,} of {start.source.name}")
        (self.selected if start.selected else self.all_instances).setChecked(True)
        (self.all_following if settings.sequence_takes_all else self.next_few).setChecked(True)
        self.threshold = ScoreSlider()
        self.threshold.set_score(threshold)
        self.add_row("Images", self._choice(self.next_few, self.all_following, beside_first=self.count))
        if start.selected:
            self.add_row("Instances", self._choice(self.selected, self.all_instances))
        else:  # there is nothing to choose
            self.add_row("Instances", QLabel(self.all_instances.text(), textFormat=Qt.TextFormat.PlainText))
        self.add_row("Threshold", left_row(self.threshold))
        self.add_explanation(_EXPLANATION)
        self.count.valueChanged.connect(self._take_count)
        self.count.selectAll()
        (self.all_following if settings.sequence_takes_all else self.count).setFocus()
        self.describe()

    @property
    def plan(self) -> SequencePlan:
        """What is to be done."""
        instance_ids = self._start.selected if self.selected.isChecked() else None
        image_ids = tuple(image.id for image in self._images)
        return SequencePlan(self._start.source.id, image_ids, self.threshold.score, instance_ids)

    @property
    def _images(self) -> Sequence[ImageRecord]:
        following = self._start.following
        return following if self.all_following.isChecked() else following[: self.count.value()]

    def describe(self) -> None:
        """Say how much there is to do."""
        images = self._images
        count = len(self._start.selected) if self.selected.isChecked() else self._start.instance_count
        finished = sum(image.state.is_finished for image in images)
        notes = [f"{counted(count, 'instance')} through {counted(len(images), 'image')}, up to {images[-1].name}"]
        if self.next_few.isChecked() and len(images) < self.count.value():
            notes.append("no more follow")
        if finished:
            notes.append(f"{finished:,} {'is' if finished == 1 else 'are'} finished")
        self.say("; ".join(notes))

    def begin(self) -> None:
        """Hand the plan over."""
        self._settings.sequence_takes_all = self.all_following.isChecked()
        self._settings.sequence_count = self.count.value()
        self.planned.emit(self.plan)
        self.accept()

    @Slot()
    def _take_count(self) -> None:
        """Who says how many wants so many."""
        self.next_few.setChecked(True)
        self.describe()

    def _choice(self, *buttons: QRadioButton, beside_first: QWidget | None = None) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setContentsMargins(0, 0 if beside_first else 2, 0, 0)
        column.setSpacing(0)
        group = QButtonGroup(self)
        for button in buttons:
            group.addButton(button)
            if beside_first is not None and button is buttons[0]:
                column.addLayout(left_row(button, beside_first))
            else:
                column.addWidget(button)
        group.buttonClicked.connect(self.describe)
        return column
