"""Lets a window have instances propagated through images, and shows how far that is and what came of it."""

from __future__ import annotations

from PySide6.QtCore import Slot

from sam3_annotator.project import ImageState
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.verbs.background_labelling import LabellingProgress
from sam3_annotator.ui.verbs.propagation_chain import SequencePlan
from sam3_annotator.ui.verbs.sequence_labelling import SequenceLabelling
from sam3_annotator.ui.window.background_labelling_display import BackgroundLabellingDisplay
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.notices import SEQUENCE, SEQUENCE_FAILURE


class SequenceDisplay(BackgroundLabellingDisplay):
    """Binds the labelling of a sequence to the action, the dialog, the status line and the messages of its window."""

    def __init__(self, window: MainWindow, labelling: SequenceLabelling, finder: Finder, engine: EngineBridge) -> None:
        super().__init__(window, labelling, engine, "Propagating through images", SEQUENCE, SEQUENCE_FAILURE)
        self._sequence = labelling
        self._finder = finder
        window.window_actions.bind({"propagate_through": self._open})

    @Slot()
    def _open(self) -> None:
        """Open the dialog; where there is nothing to propagate, or nowhere, say so."""
        from sam3_annotator.ui.dialogs.sequence_dialog import SequenceDialog, SequenceStart  # not needed at the start

        window, image_id = self._window, self._window.workspace.image_id
        if image_id is None:
            return
        source, count = window.store.image(image_id), len(window.store.instances(image_id))
        shown = window.image_panel.shown.following(image_id)
        following = [image for image in shown if image.state is not ImageState.LEFT_OUT]
        if self._labelling.is_running:
            self._say_it_is_running("Instances are being propagated already.")
        elif not count:
            self._say(f"{source.name} has no instances to propagate.")
        elif not following:
            self._say("There is no image after this one in the list to propagate to.")
        else:
            start = SequenceStart(source, count, frozenset(window.workspace.selection), following)
            dialog = SequenceDialog(start, self._finder.threshold, window.settings, window)
            dialog.planned.connect(self._start)
            window.closing.connect(dialog.reject)
            dialog.open()

    @Slot(object)
    def _start(self, plan: SequencePlan) -> None:
        self._forget_the_last()
        self._sequence.start(plan)

    def _words(self, progress: LabellingProgress) -> str:
        return f"Propagating to image {min(progress.done + 1, progress.total):,} of {progress.total:,}"
