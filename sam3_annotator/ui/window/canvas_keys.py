"""Sees to it that keys reach the image when they are about it, and that none does nothing without saying why."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.actions.refusals import why_not
from sam3_annotator.ui.keyboard.digit_row import digit_of
from sam3_annotator.ui.keyboard.keys import key_of
from sam3_annotator.ui.window.main_window import MainWindow

REFUSAL: Final = "refusal"


class CanvasKeys(QObject):
    """Gives the keys back to the canvas after a click on a category or instance: it is about what is open or selected.

    Tab, Backspace and the arrows would mean the list otherwise. Where nothing is, the list keeps the keys, so that F2
    renames. Esc leads back from any panel that has no use for it, and Space, which holds the image, from any list.

    A key on the canvas whose action is disabled is answered by why, until the situation is another. So is going on from
    the last image. Esc closes the message that came last there, if nothing is open that it could drop.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._refused_in: ActionState | None = None
        window.category_panel.taken.connect(self._give_back)
        window.instance_panel.view.clicked.connect(self._give_back)
        window.instance_panel.view.eye_clicked.connect(self._give_back)
        window.window_actions.state_changed.connect(self._follow)
        for watched in (window.canvas, window):
            watched.installEventFilter(self)

    @Slot()
    def go_on(self) -> None:
        """Turn to the next image, or tell that there is none, and whether something is left to do."""
        window = self._window
        last = window.workspace.image_id
        window.image_panel.next_image()
        if window.workspace.image_id == last:
            actions = window.window_actions
            at_end = replace(actions.state, has_next_image=False)
            window.show_notice(why_not(actions.spec("next_image"), at_end, window.keys.text), REFUSAL)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Answer a key that came to the canvas because no action took it, and Esc that came from a panel so."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and not event.isAutoRepeat():
            if watched is self._window.canvas:
                self._answer(event)
            elif event.key() == Qt.Key.Key_Escape:
                self._window.focus_canvas()
            elif event.key() == Qt.Key.Key_Space:
                self._window.focus_canvas()
                return QApplication.sendEvent(self._window.canvas, event)
        return super().eventFilter(watched, event)

    def _answer(self, event: QKeyEvent) -> None:
        actions, keys = self._window.window_actions, self._window.keys
        action_id = keys.holder(key_of(event)) or keys.holder(digit_of(event))
        if action_id == "escape":  # nothing is open that it could drop
            self._window.messages.close_latest()
            return
        if not action_id:
            return
        if sentence := why_not(actions.spec(action_id), actions.state, keys.text):
            self._refused_in = actions.state
            self._window.show_notice(sentence, REFUSAL)

    @Slot(object)
    def _follow(self, state: ActionState) -> None:
        if self._refused_in is not None and state != self._refused_in:
            self._refused_in = None
            self._window.messages.dismiss(REFUSAL)

    @Slot()
    def _give_back(self) -> None:
        if self._window.window_actions.state.has_something_open:
            self._window.focus_canvas()
