"""Keeps the window open until what the user has accepted or painted is in the project."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

from sam3_annotator.project import ImageId, ProjectStore
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.verbs.drawing import Drawing
from sam3_annotator.ui.verbs.labelling import Labelling
from sam3_annotator.ui.window.message_bar import MessageAction, MessageBar, Severity

LEAVING: Final = "leaving"
PAINTED: Final = "painted"
LEFT: Final = "left strokes"


def first_of(names: Sequence[str]) -> str:
    """Name the first of some images, and how many more there are."""
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


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


class LeavingStrokes(QObject):
    """Tells of strokes that wait for their category on an image that is left, and asks before any are lost."""

    def __init__(self, store: ProjectStore, drawing: Drawing, messages: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._store = store
        self._drawing = drawing
        self._messages = messages
        drawing.waiting_changed.connect(self._take_back)
        drawing.strokes_left.connect(self._tell_left)

    def may(self, leave: Callable[[], object]) -> bool:
        """Say whether nothing painted would be lost; if it would, tell how to keep it, and how to leave."""
        names = [self._store.image(image_id).name for image_id in self._drawing.waits_on()]
        if not names:
            return True

        def leave_without() -> None:
            self._drawing.drop_all_strokes()
            leave()

        is_asked = not self._store.categories() and len(names) == 1 and self._drawing.has_strokes_waiting
        how = "Name one on the right" if is_asked else "Take the brush there"
        self._messages.dismiss(LEFT)  # which the question says as well
        self._messages.show_message(
            f"What you painted on {first_of(names)} has no category yet. {how} and press Enter to keep it.",
            Severity.WARNING,
            actions=(MessageAction("Close anyway", leave_without),),
            key=PAINTED,
        )
        return False

    @Slot()
    def _take_back(self) -> None:
        self._messages.dismiss(PAINTED)
        if self._drawing.has_strokes_waiting:
            self._messages.dismiss(LEFT)

    @Slot(object)
    def _tell_left(self, image_id: ImageId) -> None:
        with suppress(KeyError):  # the image has been taken out of the project
            words = f"What you painted on {self._store.image(image_id).name} waits there: it has no category yet."
            self._messages.show_message(words, Severity.INFO, key=LEFT)
