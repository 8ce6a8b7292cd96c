"""Says in the window what its parts report: problems, the model's state, files missing or being read."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Slot

from sam3_annotator.model import EngineStage, EngineStatus, ModelError, UnsupportedPrompt
from sam3_annotator.project import ChangeKind, ChangeSet, KnownError
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.assistance.model_choice import FALLBACK_WORDS
from sam3_annotator.ui.background import error_sentence
from sam3_annotator.ui.canvas.draft import Draft
from sam3_annotator.ui.canvas.proposals import Proposals
from sam3_annotator.ui.images.fact_reader import FactReader
from sam3_annotator.ui.verbs.concept_labelling import ConceptLabelling
from sam3_annotator.ui.verbs.drawing import Drawing
from sam3_annotator.ui.verbs.labelling import Labelling
from sam3_annotator.ui.verbs.outlining import Outlining
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.message_bar import MessageAction, Severity

# Keys of messages: what loading a model came to, what became of a question to it, the question to the user.
MODEL: Final = "model"
ANSWER: Final = "answer"
CATEGORY: Final = "category"
# What was accepted came to nothing, until the model is asked again.
NOTHING_FOUND: Final = "nothing found"
# What was done with whole instances, as long as it is so and their image is shown.
INSTANCES: Final = "instances"
# What accepting proposals has brought along, as long as it is so.
ACCEPTED: Final = "accepted"
# What a comparison of labels with the model came to, and what has ended it early.
COMPARISON: Final = "comparison"
COMPARISON_FAILURE: Final = "comparison failure"
# What was found in all images, or why nothing can be, and what has ended it early.
AUTOLABEL: Final = "autolabel"
AUTOLABEL_FAILURE: Final = "autolabel failure"
# What was propagated through images, or why nothing can be, and what has ended it early.
SEQUENCE: Final = "sequence"
SEQUENCE_FAILURE: Final = "sequence failure"
# Images being read for their facts.
READING: Final = "reading"
# Images whose files are not there, and what became of looking for them.
MISSING: Final = "missing"
# What the model looks at.
CLOSER_LOOK: Final = "closer look"

# What helps where nobody knows what was wrong.
OUTLINE_AGAIN: Final = "Nothing was changed; outline the instances again to retry."
ADD_PROMPT: Final = "Your prompts are still there; add another to try again."


def choosing_a_model(window: MainWindow) -> MessageAction:
    """Give the button that leads to the models."""
    return MessageAction("Choose a model…", lambda: window.window_actions.trigger("choose_model"))


def tell_early_end(window: MainWindow, engine: EngineBridge, error: Exception, work: str, key: str) -> None:
    """Say what has ended long `work` early; where there is no model at all, that is told already."""
    if engine.status.stage is not EngineStage.FAILED:
        actions = (choosing_a_model(window),) if isinstance(error, UnsupportedPrompt) else ()
        window.messages.show_message(error_sentence(error, work), Severity.WARNING, actions=actions, key=key)


def tell_accepted(window: MainWindow, sentence: str) -> None:
    """Say what accepting proposals has brought along, in place of what was found; it may also have led on."""
    window.messages.dismiss(INSTANCES)
    window.show_notice(sentence, ACCEPTED)


class Notices(QObject):
    """From signals to message bar, model chip and status line."""

    def __init__(
        self,
        window: MainWindow,
        engine: EngineBridge,
        assist: Assist,
        finder: Finder,
        outlining: Outlining,
        verbs: Sequence[Labelling | ConceptLabelling | Drawing],
        facts: FactReader,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._engine = engine
        self._assist = assist
        self._finder = finder
        engine.status_changed.connect(self._show_status)
        for source, remedy in (
            (assist, lambda: ADD_PROMPT),
            (finder, self._how_to_ask_again),
            (outlining, lambda: OUTLINE_AGAIN),
        ):
            source.failed.connect(partial(self._show_failure, remedy))
            source.answered.connect(lambda _seconds: window.messages.dismiss(ANSWER))
        assist.answered.connect(lambda _seconds: window.messages.dismiss(NOTHING_FOUND))
        assist.draft_changed.connect(self._follow_what_is_asked)
        finder.changed.connect(self._follow_what_is_asked)
        for labelling in verbs:
            labelling.problem.connect(window.messages.show_message)
            if isinstance(labelling, Labelling):
                labelling.nothing_found.connect(self._show_nothing_found)
            labelling.category_wanted.connect(self._ask_for_category)
            labelling.category_found.connect(self._go_back_to_canvas)
        facts.progress.connect(self._show_reading)
        window.image_panel.missing_found.connect(self._tell_missing)
        window.image_panel.notice.connect(lambda sentence: window.show_notice(sentence, MISSING))
        window.bridge.changed.connect(self._forget_what_was_undone)

    @Slot(object)
    def _forget_what_was_undone(self, changes: ChangeSet) -> None:
        if changes.kind in (ChangeKind.UNDO, ChangeKind.REDO):
            self._window.messages.dismiss(INSTANCES)
            self._window.messages.dismiss(ACCEPTED)

    @Slot(object)
    def _show_status(self, status: EngineStatus) -> None:
        self._window.set_model_status(status)
        if status.progress is not None or status.stage not in (EngineStage.LOADING, EngineStage.FAILED):
            return
        if status.error is None:  # another model is tried: what was said of the one before is over
            self._window.messages.dismiss(MODEL)
            self._window.messages.dismiss(ANSWER)
        elif status.stage is EngineStage.FAILED:
            self._show_unavailable(status.error, "")
        else:
            self._show_unavailable(status.error, FALLBACK_WORDS)

    def _show_unavailable(self, error: Exception, consequence: str) -> None:
        self._window.messages.show_message(
            " ".join(filter(None, (error_sentence(error, "Loading the model"), consequence))),
            Severity.WARNING if consequence else Severity.ERROR,
            actions=(choosing_a_model(self._window),),
            details="" if isinstance(error, ModelError) else "".join(traceback.format_exception(error)).rstrip(),
            key=MODEL,
        )

    def _show_failure(self, remedy: Callable[[], str], error: Exception) -> None:
        if self._engine.status.stage is EngineStage.FAILED:  # there is no model, whatever is asked
            self._show_unavailable(error, "")
        elif isinstance(error, ModelError | KnownError):
            self._window.messages.show_message(str(error), key=ANSWER)
        else:
            details = "".join(traceback.format_exception(error)).rstrip()
            self._window.messages.show_message(
                f"The model stopped on an unexpected error ({type(error).__name__}). {remedy()}",
                details=details,
                key=ANSWER,
            )

    @Slot(str)
    def _show_nothing_found(self, sentence: str) -> None:
        self._window.show_notice(sentence, NOTHING_FOUND)

    def _how_to_ask_again(self) -> str:
        proposals = self._finder.proposals
        if proposals is not None and proposals.propagated_from is not None:
            key = self._window.keys.text("propagate")
            way = f"Press {key}" if key else "Choose Propagate from previous image in the menu Instance"
            return f"Nothing was changed. {way} to try again."
        find = self._window.keys.text("find")
        way = f"Press {find} and Enter" if find else "Press Enter in the field above the image"
        return f"{way}, or box another example, to try again."

    @Slot(object)
    def _follow_what_is_asked(self, asked: Draft | Proposals | None) -> None:
        both = (self._assist.draft, self._finder.proposals)
        if asked is None and not any(other is not None and other.has_failed for other in both):
            self._window.messages.dismiss(ANSWER)
            self._window.messages.dismiss(CATEGORY)

    @Slot()
    def _ask_for_category(self) -> None:
        self._window.messages.show_message(
            "What is this? Name its category on the right and press Enter.", Severity.INFO, key=CATEGORY
        )
        self._window.category_panel.focus_add_field()

    @Slot()
    def _go_back_to_canvas(self) -> None:
        self._window.messages.dismiss(CATEGORY)
        self._window.focus_canvas()

    @Slot(int, int)
    def _show_reading(self, done: int, total: int) -> None:
        if done < total:
            self._window.set_activity(f"Reading images, {done:,} of {total:,}", done / total, key=READING)
        else:
            self._window.set_activity("", key=READING)

    @Slot(int)
    def _tell_missing(self, count: int) -> None:
        words = "1 image is" if count == 1 else f"{count:,} images are"
        find = MessageAction("Find moved images…", self._window.image_panel.ask_and_find_moved)
        self._window.messages.show_message(
            f"{words} missing. What was annotated is kept.",
            Severity.WARNING,
            actions=() if self._window.store.is_read_only else (find,),
            key=MISSING,
        )
