"""Shows in a window how far labelling beside the user's own work is, and what came of it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Slot

from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.verbs.background_labelling import BackgroundLabelling, LabellingProgress
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.message_bar import MessageAction, Severity
from sam3_annotator.ui.window.notices import tell_early_end


class BackgroundLabellingDisplay(QObject):
    """Binds the labelling to the status line and the messages of its window, which is idle without it and ends it.

    A subclass says in `_words` how far it is. `work` names the work for the user; `key` is that of the message which
    says what came of it, `failure_key` that of the one which says what ended it early.
    """

    def __init__(
        self,
        window: MainWindow,
        labelling: BackgroundLabelling[Any],
        engine: EngineBridge,
        work: str,
        key: str,
        failure_key: str,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._labelling = labelling
        self._engine = engine
        self._work = work
        self._key = key
        self._failure_key = failure_key
        labelling.changed.connect(self._show_state)
        labelling.progress.connect(self._show_progress)
        labelling.notice.connect(lambda sentence: window.show_notice(sentence, key, stays=True))
        labelling.failed.connect(self._show_failure)
        window.add_idle_check(lambda: not labelling.is_running)
        window.closing.connect(labelling.close)

    def _words(self, progress: LabellingProgress) -> str:
        """Say how far it is."""
        raise NotImplementedError

    def _say(self, sentence: str, *actions: MessageAction) -> None:
        self._window.messages.show_message(sentence, Severity.INFO, actions=actions, key=self._key)

    def _say_it_is_running(self, sentence: str) -> None:
        self._say(sentence, MessageAction("Stop", self._labelling.stop))

    def _forget_the_last(self) -> None:
        """Take away what came of it the last time."""
        for key in (self._key, self._failure_key):
            self._window.messages.dismiss(key)

    @Slot(object)
    def _show_failure(self, error: Exception) -> None:
        tell_early_end(self._window, self._engine, error, self._work, self._failure_key)

    @Slot()
    def _show_state(self) -> None:
        if not self._labelling.is_running:
            self._window.set_activity("", key=self._key)

    @Slot(object)
    def _show_progress(self, progress: LabellingProgress) -> None:
        self._window.set_activity(self._words(progress), progress.fraction, self._labelling.stop, self._key)
