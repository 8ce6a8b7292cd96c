"""Tells of drafts that wait on images the user has turned from, and asks before they go with the window."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from PySide6.QtCore import QObject, Slot

from sam3_annotator.project import ImageId
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.window.leaving import first_of
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.message_bar import MessageAction, Severity

LEFT: Final = "left draft"
DRAFTED: Final = "drafted"
# One prompt is given again as quickly as a question is answered.
PROMPTS_WORTH_ASKING: Final = 2


class WaitingDrafts(QObject):
    """A draft waits on its image until it is accepted or dropped, which whoever turns to another may not know.

    Turning is told for some seconds and asks nothing, and the list of images says where drafts wait. Closing the window
    asks, once for all drafts.
    """

    def __init__(self, window: MainWindow, assist: Assist, display: ImageDisplay) -> None:
        super().__init__(window)
        self._window = window
        self._assist = assist
        self._asked: dict[ImageId, int] = {}
        display.left.connect(self._tell_left)
        display.shown.connect(self._follow_shown)
        assist.draft_changed.connect(self._take_back)
        assist.draft_changed.connect(self._mark)

    def may_leave(self, leave: Callable[[], object]) -> bool:
        """Say whether little would be lost; if more, tell where it is and how to keep it, and how to leave.

        A project that takes no changes keeps nothing anyway.
        """
        waiting = self._waiting()
        if sum(waiting.values()) < PROMPTS_WORTH_ASKING or self._window.store.is_read_only:
            return True
        first, *_ = waiting
        names = [self._window.store.image(image_id).name for image_id in waiting]

        def leave_without() -> None:
            for image_id in waiting:
                self._assist.drop(image_id)
            leave()

        show = MessageAction("Show it", lambda: self._window.workspace.set_image(first))
        self._asked = waiting
        self._window.messages.dismiss(LEFT)  # which the question says as well
        self._window.messages.show_message(
            f"A draft is not accepted yet on {first_of(names)}. Press Enter there to keep it.",
            Severity.WARNING,
            actions=(
                *(() if first == self._window.workspace.image_id else (show,)),
                MessageAction("Close anyway", leave_without),
            ),
            key=DRAFTED,
        )
        return False

    def _waiting(self) -> dict[ImageId, int]:
        """Count the prompts of the drafts that outline something, by image, in the order of the project."""
        prompts = {draft.image_id: len(draft.prompts) for draft in self._assist.drafts if draft.outlines}
        return {image.id: prompts[image.id] for image in self._window.store.images() if image.id in prompts}

    @Slot()
    def _tell_left(self) -> None:
        draft = self._assist.draft
        if draft is None or not draft.outlines or draft.image_id == self._window.workspace.image_id:
            return
        with suppress(KeyError):  # the image has been taken out of the project
            name = self._window.store.image(draft.image_id).name
            self._window.show_notice(f"The draft on {name} waits there: it is not accepted yet.", LEFT)

    @Slot()
    def _mark(self) -> None:
        shown = self._assist.image.image_id if self._assist.image is not None else None
        waiting = (draft.image_id for draft in self._assist.drafts if draft.outlines and draft.image_id != shown)
        self._window.workspace.set_waiting("Draft waits", waiting)

    @Slot()
    def _follow_shown(self) -> None:
        if self._assist.draft is not None:
            self._window.messages.dismiss(LEFT)

    @Slot()
    def _take_back(self) -> None:
        if self._asked and self._asked != self._waiting():
            self._asked = {}
            self._window.messages.dismiss(DRAFTED)
