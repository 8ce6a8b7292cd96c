"""Keeps the window open until what the user has accepted is in the project."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.verbs.labelling import Labelling
from sam3_annotator.ui.window.message_bar import MessageAction, MessageBar, Severity

LEAVING: Final = "leaving"


class Leaving(QObject):
    """Holds the window while an accepted draft waits for its answer, and says so, with a way to give up.

    Leaving goes on as soon as the draft is stored. If nothing comes of it, the window stays, with the draft as it is.
    """

    def __init__(self, assist: Assist, labelling: Labelling, messages: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._assist = assist
        self._messages = messages
        self._leave: Callable[[], object] | None = None
        labelling.stored.connect(self._go_on)
        assist.draft_changed.connect(self._follow_draft)

    def may(self, leave: Callable[[], object]) -> bool:
        """Say whether nothing accepted would be lost; if not, `leave` is called as soon as that is so."""
        if not self._assist.is_accepting:
            return True
        self._leave = leave
        self._tell("Closing as soon as the model has outlined what you accepted.", leave)
        return False

    def _tell(self, sentence: str, leave: Callable[[], object]) -> None:
        def give_up() -> None:
            self._leave = None
            self._assist.drop()
            leave()

        self._messages.show_message(
            sentence, Severity.WARNING, actions=(MessageAction("Close without it", give_up),), key=LEAVING
        )

    @Slot()
    def _go_on(self) -> None:
        leave, self._leave = self._leave, None
        if leave is not None:
            self._messages.dismiss(LEAVING)
            QTimer.singleShot(0, self, leave)  # whoever stored it has not done all that follows

    @Slot()
    def _follow_draft(self) -> None:
        if self._assist.is_accepting:
            return
        leave, self._leave = self._leave, None
        if leave is None or self._assist.draft is None:
            self._messages.dismiss(LEAVING)
        else:
            self._tell("The window stays open: the draft you accepted is not in the project.", leave)
