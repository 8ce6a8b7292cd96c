"""Shows how far a comparison with the model is and what came of it; lets it be begun and stopped."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from sam3_annotator.project import counted
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.verbs.auditing import Auditing
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.notices import COMPARISON, COMPARISON_FAILURE, tell_early_end


class AuditDisplay(QObject):
    """Binds a comparison to the findings, the status line, the messages and the action of its window."""

    def __init__(self, window: MainWindow, auditing: Auditing, engine: EngineBridge) -> None:
        super().__init__(window)
        self._window = window
        self._auditing = auditing
        self._engine = engine
        auditing.changed.connect(self._show_state)
        auditing.progress.connect(self._show_progress)
        auditing.notice.connect(lambda sentence: window.show_notice(sentence, COMPARISON, stays=True))
        auditing.failed.connect(self._show_failure)
        window.finding_panel.comparison_wanted.connect(self._start)
        window.finding_panel.comparison_unwanted.connect(auditing.stop)
        window.window_actions.bind({"compare_outlines": self._start})

    @Slot()
    def _start(self) -> None:
        self._window.show_findings()
        for key in (COMPARISON, COMPARISON_FAILURE):
            self._window.messages.dismiss(key)
        self._auditing.start()

    @Slot(object)
    def _show_failure(self, error: Exception) -> None:
        tell_early_end(self._window, self._engine, error, "The comparison", COMPARISON_FAILURE)

    @Slot()
    def _show_state(self) -> None:
        self._window.finding_panel.show_comparison(is_running=self._auditing.is_running)
        if not self._auditing.is_running:
            self._window.set_activity("", key=COMPARISON)

    @Slot(int, int)
    def _show_progress(self, done: int, total: int) -> None:
        self._window.finding_panel.show_comparison_progress(done, total)
        words = f"Comparing with the model, {done:,} of {counted(total, 'image')}"
        self._window.set_activity(words, done / max(total, 1), self._auditing.stop, COMPARISON)
