"""Lets a window go through the history of its project: by keys, and by the panel that lists it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Slot

from sam3_annotator.project import ChangeKind, ChangeSet
from sam3_annotator.ui.verbs.replaying import Replaying
from sam3_annotator.ui.window.main_window import MainWindow

# The key of what the window shows while many steps are replayed, and of what it says of steps.
HISTORY: Final = "history"


class HistoryDisplay(QObject):
    """Binds undo, redo and the panel of the history; what is being made on the canvas is not left behind unseen."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._replaying = Replaying(window.bridge, window.workspace, self)
        self._replaying.problem.connect(window.messages.show_message)
        self._replaying.progress.connect(self._show_progress)
        self._replaying.turned.connect(lambda sentence: window.show_notice(sentence, HISTORY))
        window.bridge.changed.connect(self._forget)
        window.history_panel.way_wanted.connect(self._go)
        window.history_panel.focus_left.connect(window.focus_canvas)
        window.window_actions.bind({"undo": self._replaying.undo, "redo": self._replaying.redo})
        window.add_idle_check(lambda: not self._replaying.is_running)
        window.closing.connect(self._replaying.stop)

    @Slot(int)
    def _go(self, steps: int) -> None:
        # As with the key, what is not in the project yet comes first; what was dropped is given up.
        if self._window.window_actions.state.is_unfinished:
            self._window.show_notice(
                "Something is being made on the canvas. Keep or discard it first, then choose the state again.", HISTORY
            )
        else:
            self._window.messages.dismiss(HISTORY)
            self._replaying.go(steps)

    @Slot(object)
    def _forget(self, changes: ChangeSet) -> None:
        """Take away what was said of a step that is not the last any more."""
        if changes.kind is not ChangeKind.FACTS:
            self._window.messages.dismiss(HISTORY)

    @Slot(int, int)
    def _show_progress(self, done: int, total: int) -> None:
        if total:
            words = f"Going through the history, {done:,} of {total:,} steps"
            self._window.set_activity(words, done / total, self._replaying.stop, HISTORY)
        else:
            self._window.set_activity("", key=HISTORY)
