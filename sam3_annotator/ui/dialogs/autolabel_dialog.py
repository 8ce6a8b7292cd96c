"""The dialog that has phrases found on many images, and what is found labelled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QLabel, QRadioButton, QSpinBox, QVBoxLayout, QWidget

from sam3_annotator.model import Window
from sam3_annotator.project import CategoryId, ChangeSet, ImageRecord, ImageState, counted
from sam3_annotator.ui.dialogs.form_dialog import FormDialog, left_row
from sam3_annotator.ui.dialogs.phrase_list import PhraseList
from sam3_annotator.ui.item_models.image_filter import ImageFilter
from sam3_annotator.ui.phrase_bar.score_slider import ScoreSlider
from sam3_annotator.ui.sizes import scaled
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.theme import SPACE_XS
from sam3_annotator.ui.verbs.autolabelling import AutolabelPlan
from sam3_annotator.ui.verbs.phrase_search import MOST_PARTS

# Of a spin box, beside its words.
PARTS_PADDING: Final = 48


class ImageChoice(StrEnum):
    """Which images are looked at, of those that nobody has finished or left out."""

    OPEN = "open"
    UNANNOTATED = "unannotated"
    SHOWN = "shown"


_WORDS: Final = {
    ImageChoice.OPEN: "All that are not finished",
    ImageChoice.UNANNOTATED: "Those not annotated yet",
    ImageChoice.SHOWN: "Those in the list of images now",
}
_EXPLANATION: Final = (
    "What is found becomes instances at once; what is labelled already is not found again. The work goes on beside "
    "yours and can be stopped: what is found stays. Each phrase on each image is one step to undo. Images that are "
    "done, reviewed, confirmed as empty or left out stay as they are."
)


class AutolabelDialog(FormDialog):
    """Emits `planned` with what is to be done, and closes.

    `phrases` are those by which the categories are found. `takes_phrases` says whether the model knows names; call
    `refresh` when another one is loaded.
    """

    planned = Signal(object)  # AutolabelPlan

    def __init__(
        self,
        bridge: StoreBridge,
        phrases: Mapping[CategoryId, Sequence[str]],
        shown: ImageFilter,
        threshold: float,
        takes_phrases: Callable[[], bool],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Find in all images", "Find", parent)
        self._store = bridge.store
        self._shown = shown
        self._takes_phrases = takes_phrases
        self.phrases = PhraseList(bridge.store, phrases)
        self.threshold = ScoreSlider()
        self.threshold.set_score(threshold)
        self.images = {choice: QRadioButton() for choice in ImageChoice}
        self.images[ImageChoice.OPEN].setChecked(True)
        self.parts = _parts_box()
        self.add_row("What to find", self.phrases)
        self.add_row("Threshold", left_row(self.threshold))
        self.add_row("Images", self._make_choice())
        self.add_row("Look at", self._make_parts())
        self.add_explanation(_EXPLANATION)
        self._counted: dict[ImageChoice, list[ImageRecord]] = {}
        # A filter changes row by row, and there may be many.
        self._counting = QTimer(self, singleShot=True, interval=0)
        self._counting.timeout.connect(self._count)
        self.finished.connect(self._counting.stop)  # the project may be closed before it is due
        self.phrases.changed.connect(self.refresh)
        self.parts.valueChanged.connect(self.refresh)
        bridge.changed.connect(self._follow)
        for changed in (shown.rowsInserted, shown.rowsRemoved, shown.modelReset):
            changed.connect(self._count_soon)
        self._count()

    @property
    def choice(self) -> ImageChoice:
        """Which images are chosen."""
        return next(choice for choice, button in self.images.items() if button.isChecked())

    @property
    def plan(self) -> AutolabelPlan:
        """What is to be done."""
        image_ids = tuple(image.id for image in self._images_of(self.choice))
        return AutolabelPlan(self.phrases.sought, image_ids, self.threshold.score, self.parts.value())

    @Slot()
    def refresh(self) -> None:
        """Say anew what would happen."""
        self.describe()

    def describe(self) -> None:
        """Say how much there is to do, or what is in the way."""
        images, sought = self._counted[self.choice], self.phrases.sought
        self.primary.setEnabled(False)
        if not self._takes_phrases():
            self.say("This model knows no names. Choose one that does, as SAM 3, in the menu Model", "warning")
        elif not sought:
            self.say("Check what to find, or type it" if self.phrases.rows else "Type what to find")
        elif not images:
            self.say("There is no such image" if self._store.images() else "No images yet: add some first")
        else:
            self.say(f"{counted(len(sought), 'phrase')} on {counted(len(images), 'image')}{self._looks(images)}")
            self.primary.setEnabled(True)

    def begin(self) -> None:
        """Hand the plan over."""
        plan = self.plan
        if plan.sought and plan.image_ids:
            self.planned.emit(plan)
            self.accept()

    @Slot()
    def _count_soon(self) -> None:
        self._counting.start()

    def _count(self) -> None:
        self._counted = {choice: self._images_of(choice) for choice in ImageChoice}
        for choice, button in self.images.items():
            button.setText(f"{_WORDS[choice]} ({len(self._counted[choice]):,})")
        self.refresh()

    def _images_of(self, choice: ImageChoice) -> list[ImageRecord]:
        images = self._shown.records() if choice is ImageChoice.SHOWN else self._store.images()
        if choice is ImageChoice.UNANNOTATED:
            return [image for image in images if image.state is ImageState.UNANNOTATED]
        return [image for image in images if image.state.is_open]

    def _looks(self, images: list[ImageRecord]) -> str:
        """Say how many parts are looked at, if any: each takes as long as an image."""
        parts = self.parts.value()
        if parts == 1:
            return ""
        sizes = Counter((image.facts.height, image.facts.width) for image in images if image.facts.width)
        total = sum(count * len(Window.parts(size, parts)) for size, count in sizes.items())
        return f", each whole and part by part: {total:,} parts in all"

    @Slot(object)
    def _follow(self, changes: ChangeSet) -> None:
        if changes.touched("categories"):
            self.phrases.follow()
        if changes.touched("images"):
            self._count_soon()

    def _make_choice(self) -> QWidget:
        choices = QWidget()
        column = QVBoxLayout(choices)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(0)
        group = QButtonGroup(self)
        for button in self.images.values():
            group.addButton(button)
            column.addWidget(button)
        group.buttonClicked.connect(self.refresh)
        return choices

    def _make_parts(self) -> QVBoxLayout:
        hint = QLabel("Parts are for small things in large images; each takes as long as an image.")
        hint.setProperty("tone", "dim")
        column = QVBoxLayout()
        column.setSpacing(SPACE_XS)
        column.addWidget(self.parts)
        column.addWidget(hint)
        return column


def _parts_box() -> QSpinBox:
    box = QSpinBox(minimum=1, maximum=MOST_PARTS, prefix="The whole, and ", suffix=" parts along the longer side")
    box.setSpecialValueText("Each image as a whole")
    box.setAccessibleName("Parts along the longer side")
    longest = f"{box.prefix()}{MOST_PARTS}{box.suffix()}"
    box.setFixedWidth(box.fontMetrics().horizontalAdvance(longest) + scaled(PARTS_PADDING))
    return box
