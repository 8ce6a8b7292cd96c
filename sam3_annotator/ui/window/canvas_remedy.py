"""The button below what the canvas says instead of an image: what can be done about it, where the sentence is read."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtWidgets import QPushButton

from sam3_annotator.project import says_missing
from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.theme import SPACE_M
from sam3_annotator.ui.window.main_window import MainWindow


class CanvasRemedy(QObject):
    """Offers to find a missing image, to read a damaged one again, and to add images where there are none."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._action_id = ""
        self.button = QPushButton(window.canvas)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.hide()
        self.button.clicked.connect(self._act)
        window.situation.changed.connect(self._follow)
        window.canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay below the words when the canvas changes its size."""
        if event.type() == QEvent.Type.Resize and not self.button.isHidden():
            self._place()
        return super().eventFilter(watched, event)

    @Slot(object)
    def _follow(self, state: ActionState) -> None:
        self._action_id = action_id = self._remedy(state)
        action = self._window.window_actions.action(action_id) if action_id else None
        is_offered = action is not None and action.isEnabled()
        if action is not None:
            self.button.setText(action.text())
        if not is_offered and self.button.hasFocus():
            self._window.focus_canvas()
        self.button.setVisible(is_offered)
        self._place()

    def _remedy(self, state: ActionState) -> str:
        if not state.has_image:
            return "" if self._window.store.images() else "add_images"
        if not state.is_unreadable:
            return ""
        image_id = self._window.workspace.image_id
        problem = self._window.image_panel.model.problem(image_id) if image_id is not None else ""
        return "find_moved" if says_missing(problem) else "reload_image"

    def _place(self) -> None:
        size, canvas = self.button.sizeHint(), self._window.canvas
        top = round(canvas.message_bottom) + SPACE_M
        self.button.setGeometry((canvas.width() - size.width()) // 2, top, size.width(), size.height())

    def _act(self) -> None:
        self._window.window_actions.trigger(self._action_id)
