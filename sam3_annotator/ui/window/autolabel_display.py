"""Lets a window have phrases found in all its images, and shows how far that is and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Slot

from sam3_annotator.project import CategoryId, ProjectStore, category_phrases
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.background import BackgroundTask, error_sentence
from sam3_annotator.ui.verbs.autolabelling import Autolabelling, AutolabelPlan
from sam3_annotator.ui.verbs.background_labelling import LabellingProgress
from sam3_annotator.ui.window.background_labelling_display import BackgroundLabellingDisplay
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.notices import AUTOLABEL, AUTOLABEL_FAILURE, choosing_a_model


class AutolabelDisplay(BackgroundLabellingDisplay):
    """Binds the labelling of all images to the action, the dialog, the status line and the messages of its window."""

    def __init__(self, window: MainWindow, autolabelling: Autolabelling, finder: Finder, engine: EngineBridge) -> None:
        super().__init__(window, autolabelling, engine, "Finding in all images", AUTOLABEL, AUTOLABEL_FAILURE)
        self._autolabelling = autolabelling
        self._finder = finder
        self._reading: BackgroundTask | None = None  # before the dialog opens
        window.window_actions.bind({"find_everywhere": self._open})

    @Slot()
    def _open(self) -> None:
        """Open the dialog as soon as it is known by what categories are found; where it would be of no use, say why."""
        if self._autolabelling.is_running:
            self._say_it_is_running("Images are being looked through already.")
            return
        if not self._finder.takes_phrases:
            sentence = "This model knows no names, so it cannot find things by phrases. SAM 3 can."
            self._say(sentence, choosing_a_model(self._window))
            return
        if self._reading is None:
            project = self._window.store.path
            self._reading = BackgroundTask(lambda _progress: _read_phrases(project), owner=self)
            self._reading.result.connect(self._show_dialog)
            self._reading.failed.connect(lambda error: self._window.show_problem(error_sentence(error, "The search")))
            self._reading.finished.connect(self._end_reading)
            self._reading.start()

    @Slot()
    def _end_reading(self) -> None:
        self._reading = None

    @Slot(object)
    def _show_dialog(self, phrases: Mapping[CategoryId, Sequence[str]]) -> None:
        """Open the dialog, or show the one that is open."""
        from sam3_annotator.ui.dialogs.autolabel_dialog import AutolabelDialog  # not needed at the start

        window, finder = self._window, self._finder
        if not window.isVisible():
            return  # it was closed meanwhile
        dialog = next((each for each in window.findChildren(AutolabelDialog) if each.isVisible()), None)
        if dialog is None:
            images = window.image_panel.shown
            dialog = AutolabelDialog(
                window.bridge, phrases, images, finder.threshold, lambda: finder.takes_phrases, window
            )
            dialog.planned.connect(self._start)
            self._window.closing.connect(dialog.reject)
            self._engine.status_changed.connect(dialog.refresh)
            if phrase := " ".join(window.area.phrase_bar.field.text().split()):
                dialog.phrases.choose(phrase)
        dialog.open()

    @Slot(object)
    def _start(self, plan: AutolabelPlan) -> None:
        self._forget_the_last()
        self._autolabelling.start(plan)

    def _words(self, progress: LabellingProgress) -> str:
        words = f"Finding in image {min(progress.done + 1, progress.total):,} of {progress.total:,}"
        parts = progress.looks - 1  # the first look is at the whole
        if progress.looked and parts:
            words += f", part {min(progress.looked, parts):,} of {parts:,}"
        return words


def _read_phrases(project: Path) -> Mapping[CategoryId, Sequence[str]]:
    """Give by what categories are found, over a store of its own: all instances are looked through for that."""
    with ProjectStore.snapshot(project) as store:
        return category_phrases(store)
