"""Tells of drafts, strokes and polygons that wait on images the user has turned from, and asks before they are lost.

Turning to another image is told for some seconds and asks nothing. Closing the window asks, once for all of a kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from PySide6.QtCore import QObject, Slot

from sam3_annotator.project import ImageId, ProjectStore
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.verbs.drawing import Drawing
from sam3_annotator.ui.verbs.polygon_keeping import PolygonKeeping
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.message_bar import MessageAction, MessageBar, Severity

# One prompt is given again as quickly as a question is answered.
PROMPTS_WORTH_ASKING: Final = 2


class _Messages:
    """The two messages about one kind of work, neither shown more than once; `{}` in a sentence stands for images."""

    def __init__(self, store: ProjectStore, bar: MessageBar, kind: str) -> None:
        self._store = store
        self._bar = bar
        self._left = f"left {kind}"
        self._question = f"unfinished {kind}"

    def tell_left(self, sentence: str, image_id: ImageId) -> None:
        """Say for some seconds that something waits on an image that was left."""
        with suppress(KeyError):  # the image has been taken out of the project
            self._bar.show_message(sentence.format(self._store.image(image_id).name), Severity.INFO, key=self._left)

    def dismiss_left(self) -> None:
        """Say it no more: the user is back there."""
        self._bar.dismiss(self._left)

    def ask(
        self,
        sentence: str,
        image_ids: Iterable[ImageId],
        drop: Callable[[], object],
        leave: Callable[[], object],
        *others: MessageAction,
    ) -> None:
        """Say how to keep what waits on these images, and offer to `drop` it and `leave`, after `others`."""
        first, *more = (self._store.image(image_id).name for image_id in image_ids)

        def leave_without() -> None:
            drop()
            leave()

        self.dismiss_left()  # which the question says as well
        self._bar.show_message(
            sentence.format(f"{first} and {len(more)} more" if more else first),
            Severity.WARNING,
            actions=(*others, MessageAction("Close anyway", leave_without)),
            key=self._question,
        )

    def withdraw_question(self) -> None:
        """Ask no more: what waits is not what it was."""
        self._bar.dismiss(self._question)


class WaitingDrafts(QObject):
    """A draft waits on its image until it is accepted or dropped; the list of images says where drafts wait."""

    def __init__(self, window: MainWindow, assist: Assist, display: ImageDisplay) -> None:
        super().__init__(window)
        self._store = window.store
        self._workspace = window.workspace
        self._assist = assist
        self._messages = _Messages(window.store, window.messages, "draft")
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
        if sum(waiting.values()) < PROMPTS_WORTH_ASKING or self._store.is_read_only:
            return True
        first, *_ = waiting

        def drop() -> None:
            for image_id in waiting:
                self._assist.drop(image_id)

        self._asked = waiting
        show = MessageAction("Show it", lambda: self._workspace.set_image(first))
        self._messages.ask(
            "A draft is not accepted yet on {}. Press Enter there to keep it.",
            waiting,
            drop,
            leave,
            *(() if first == self._workspace.image_id else (show,)),
        )
        return False

    def _waiting(self) -> dict[ImageId, int]:
        """Count the prompts of the drafts that outline something, by image, in the order of the project."""
        prompts = {draft.image_id: len(draft.prompts) for draft in self._assist.drafts if draft.outlines}
        return {image.id: prompts[image.id] for image in self._store.images() if image.id in prompts}

    @Slot()
    def _tell_left(self) -> None:
        draft = self._assist.draft
        if draft is not None and draft.outlines and draft.image_id != self._workspace.image_id:
            self._messages.tell_left("The draft on {} waits there: it is not accepted yet.", draft.image_id)

    @Slot()
    def _mark(self) -> None:
        shown = self._assist.image.image_id if self._assist.image is not None else None
        waiting = (draft.image_id for draft in self._assist.drafts if draft.outlines and draft.image_id != shown)
        self._workspace.set_waiting("Draft waits", waiting)

    @Slot()
    def _follow_shown(self) -> None:
        if self._assist.draft is not None:
            self._messages.dismiss_left()

    @Slot()
    def _take_back(self) -> None:
        if self._asked and self._asked != self._waiting():
            self._asked = {}
            self._messages.withdraw_question()


class WaitingStrokes(QObject):
    """Strokes wait on their image until they have a category."""

    def __init__(self, window: MainWindow, drawing: Drawing) -> None:
        super().__init__(window)
        self._store = window.store
        self._drawing = drawing
        self._messages = _Messages(window.store, window.messages, "strokes")
        drawing.waiting_changed.connect(self._take_back)
        drawing.strokes_left.connect(self._tell_left)

    def may_leave(self, leave: Callable[[], object]) -> bool:
        """Say whether nothing painted would be lost; if it would, tell how to keep it, and how to leave."""
        waiting = self._drawing.waits_on()
        if not waiting:
            return True
        is_asked = not self._store.categories() and len(waiting) == 1 and self._drawing.has_strokes_waiting
        how = "Name one on the right" if is_asked else "Take the brush there"
        sentence = f"What you painted on {{}} has no category yet. {how} and press Enter to keep it."
        self._messages.ask(sentence, waiting, self._drawing.drop_all_strokes, leave)
        return False

    @Slot()
    def _take_back(self) -> None:
        self._messages.withdraw_question()
        if self._drawing.has_strokes_waiting:
            self._messages.dismiss_left()

    @Slot(object)
    def _tell_left(self, image_id: ImageId) -> None:
        self._messages.tell_left("What you painted on {} waits there: it has no category yet.", image_id)


class WaitingPolygons(QObject):
    """A polygon waits on its image until it is closed; one with too few vertices for a ring is not asked about."""

    def __init__(self, window: MainWindow, polygons: PolygonKeeping) -> None:
        super().__init__(window)
        self._polygons = polygons
        self._messages = _Messages(window.store, window.messages, "polygon")
        polygons.changed.connect(self._messages.withdraw_question)
        polygons.taken_up.connect(self._messages.dismiss_left)
        polygons.left.connect(self._tell_left)

    def may_leave(self, leave: Callable[[], object]) -> bool:
        """Say whether no polygon would be lost that could be closed; if one would, tell where, and how to leave."""
        waiting = self._polygons.waits_on()
        if not waiting:
            return True
        sentence = "A polygon is not closed yet on {}. Take the polygon tool and press Enter to keep it."
        self._messages.ask(sentence, waiting, self._polygons.drop_all, leave)
        return False

    @Slot(object)
    def _tell_left(self, image_id: ImageId) -> None:
        self._messages.tell_left("The polygon on {} waits there: it is not closed yet.", image_id)
