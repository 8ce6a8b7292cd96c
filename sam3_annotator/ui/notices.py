"""Says in the window what its parts report: problems, the model's state, files being read."""

from __future__ import annotations

import traceback

from PySide6.QtCore import QObject, Slot

from sam3_annotator.model import EngineStage, EngineStatus, ModelError
from sam3_annotator.ui.assist import Assist
from sam3_annotator.ui.engine_bridge import EngineBridge
from sam3_annotator.ui.fact_reader import FactReader
from sam3_annotator.ui.labelling import Labelling
from sam3_annotator.ui.main_window import MainWindow
from sam3_annotator.ui.message_bar import MessageAction, Severity


class Notices(QObject):
    """From signals to message bar, model chip and status line."""

    def __init__(
        self, window: MainWindow, engine: EngineBridge, assist: Assist, labelling: Labelling, facts: FactReader
    ) -> None:
        super().__init__(window)
        self._window = window
        engine.status_changed.connect(self._show_status)
        assist.failed.connect(self._show_failure)
        labelling.problem.connect(window.messages.show_message)
        labelling.category_wanted.connect(self._ask_for_category)
        labelling.category_found.connect(self._go_back_to_canvas)
        facts.progress.connect(self._show_reading)

    @Slot(object)
    def _show_status(self, status: EngineStatus) -> None:
        self._window.set_model_status(status)
        if status.error is None or status.progress is not None:
            return
        if status.stage is EngineStage.FAILED:
            self._show_failure(status.error)
        elif status.stage is EngineStage.LOADING:
            self._show_fallback(status.error)

    def _show_fallback(self, error: Exception) -> None:
        reason = (
            str(error)
            if isinstance(error, ModelError)
            else f"The model could not be loaded because of an unexpected error ({type(error).__name__})."
        )
        choose = MessageAction("Choose a model…", lambda: self._window.window_actions.trigger("choose_model"))
        self._window.messages.show_message(
            f"{reason} Until then the built-in model is used.",
            Severity.WARNING,
            actions=(choose,),
            details="" if isinstance(error, ModelError) else "".join(traceback.format_exception(error)).rstrip(),
            key="model",
        )

    @Slot(object)
    def _show_failure(self, error: Exception) -> None:
        if isinstance(error, ModelError):
            self._window.messages.show_message(str(error), key="model")
            return
        details = "".join(traceback.format_exception(error)).rstrip()
        self._window.messages.show_message(
            f"The model stopped on an unexpected error ({type(error).__name__}). Your prompts are still there; "
            "add another to try again.",
            details=details,
            key="model",
        )

    @Slot()
    def _ask_for_category(self) -> None:
        self._window.messages.show_message(
            "What is this? Name its category on the right and press Enter.", "info", key="category"
        )
        self._window.category_panel.focus_add_field()

    @Slot()
    def _go_back_to_canvas(self) -> None:
        self._window.messages.dismiss("category")
        self._window.focus_canvas()

    @Slot(int, int)
    def _show_reading(self, done: int, total: int) -> None:
        if done < total:
            self._window.set_activity(f"Reading images, {done:,} of {total:,}", done / total)
        else:
            self._window.set_activity("")
