"""Has the images ahead of the labeler read and encoded before they are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer, Slot

from sam3_annotator.model import (
    EmbeddingCache,
    EngineStatus,
    Job,
    Outcome,
    Slot as EngineSlot,
    Ticket,
    Workbench,
)
from sam3_annotator.project import ImageId
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.item_models.image_criteria import Stops
from sam3_annotator.ui.item_models.image_filter import ImageFilter
from sam3_annotator.ui.workspace import Workspace

# So many in the direction in which the labeler goes; then the one on the other side.
AHEAD = 3


def prefetch_job(image: ShownImage, shown: ShownImage, find_seen: Callable[[], ShownImage | None], count: int) -> Job:
    """Make the job that encodes an image, the `count`-th ahead; it gives False where the cache has no room for it.

    `find_seen` says how the model sees the image that is shown by then, which may be no more the one `shown`.
    """

    def job(bench: Workbench) -> bool:
        seen = find_seen()
        if seen is None or seen.image_id != shown.image_id:
            seen = shown
        # Looked up, what the model sees is the last that would have to go, and all of the image the last but that.
        whole = bench.embeddings.device.get(shown.embedding_key)
        has_both = whole is not None and seen.window is not None
        is_at_hand = bench.embeddings.device.get(seen.embedding_key) is not None
        if not is_at_hand or _capacity(bench.embeddings) <= count + has_both:
            return False
        image.embed(bench)
        return True

    return job


def _capacity(embeddings: EmbeddingCache) -> int:
    """Estimate how many embeddings are at hand at once, by those that are."""
    level = embeddings.device
    return level.budget_bytes * len(level) // max(level.used_bytes, 1)


class Prefetch(QObject):
    """One image after the other, the nearest first, while nobody waits for the model.

    The direction is that of the last step from one image of the list to the one beside it; after a jump it is forward.
    After a key that stops only at some images, the next ones ahead are those at which the key would stop again. Of
    images that are left out only the pixels are read: they are passed, and nobody works on them. What is no longer
    ahead is cancelled at once. An image that is being encoded is not begun anew when the labeler turns to it, or to
    another image from which it is still ahead.
    """

    def __init__(self, engine: EngineBridge, workspace: Workspace, display: ImageDisplay, images: ImageFilter) -> None:
        super().__init__(display)
        self._engine = engine
        self._display = display
        self._images = images
        self._at: ImageId | None = None
        self._step, self._stops = 1, Stops.ALL
        self._expected: tuple[int, Stops] | None = None
        self._shown: ShownImage | None = None
        self._plan: list[ImageId] = []
        self._count = 0
        self._running: tuple[Ticket, ImageId] | None = None
        self._replan = QTimer(self, singleShot=True, interval=0)
        self._replan.timeout.connect(self._begin)
        workspace.image_changed.connect(self._turn)
        display.shown.connect(self._start)
        display.pixels.loaded.connect(self._go_on)
        display.pixels.failed.connect(self._drop)
        display.failed.connect(self._begin)
        engine.answered.connect(self._take_answer)
        engine.status_changed.connect(self._follow_model)
        for changed in (images.rowsInserted, images.rowsRemoved, images.modelReset):
            changed.connect(self._plan_anew)

    @Slot(int, object)
    def expect_step(self, step: int, stops: Stops) -> None:
        """Hear of the key that is about to turn to another image: forward (1) or back (-1), and where it stops."""
        self._expected = step, stops

    @Slot(object)
    def _turn(self, image_id: ImageId | None) -> None:
        """Follow the labeler to another image, whether it is on the canvas already or not."""
        if image_id == self._at:
            return
        is_back = None not in (self._at, image_id) and self._images.neighbour(self._at, -1) == image_id
        self._step, self._stops = self._expected or (-1 if is_back else 1, Stops.ALL)
        self._expected = None
        self._at, self._shown, self._plan = image_id, None, []
        if self._running is not None and self._running[1] not in (image_id, *self._ahead()):
            self._cancel()

    @Slot(object)
    def _start(self, image_id: ImageId) -> None:
        self._turn(image_id)  # with its pixels at hand, an image is shown before others hear of the turn
        self._shown = self._display.to_embed(image_id)
        self._begin()

    @Slot()
    def _plan_anew(self) -> None:
        """Follow a change of the list once it is over; until then nothing is read that may be no image any more."""
        self._plan = []
        self._replan.start()

    @Slot()
    def _begin(self) -> None:
        """Go through what is ahead from the first."""
        self._plan, self._count = list(self._ahead()), 0
        if self._running is not None and self._running[1] not in (self._at, *self._plan):
            self._cancel()
        self._go_on()

    @Slot()
    def _go_on(self) -> None:
        """Have the next image encoded, if none is; read its pixels, or meanwhile those of the one after it."""
        while self._running is None and self._shown is not None and self._plan:
            image_id = self._plan[0]
            if self._display.has_problem(image_id):
                self._plan.pop(0)
                continue
            image = self._display.to_embed(image_id)
            if image is None:
                break
            self._plan.pop(0)
            if self._display.is_left_out(image_id):
                continue
            self._count += 1
            job = prefetch_job(image, self._shown, lambda: self._display.seen, self._count)
            self._running = self._engine.submit(EngineSlot.PREFETCH, job, image.embedding_key), image_id
        if self._plan and self._display.to_embed(self._plan[0]) is None:
            self._display.read(self._plan[0])

    @Slot(object)
    def _drop(self, image_id: ImageId) -> None:
        """Pass over an image that cannot be read."""
        if image_id in self._plan:
            self._plan.remove(image_id)
        self._go_on()

    def _cancel(self) -> None:
        self._running = None
        self._engine.cancel(EngineSlot.PREFETCH)

    def _ahead(self) -> Iterator[ImageId]:
        """Go through the images that the same key will lead to, then the one on the other side.

        All but a key that stops at every image go round, so that one may come twice: what is encoded costs nothing.
        """
        for step, count in ((self._step, AHEAD), (-self._step, 1)):
            image_id = self._at
            for _ in range(count):
                image_id = self._images.next_stop(image_id, step, self._stops) if image_id is not None else None
                if image_id is not None:
                    yield image_id

    @Slot(object)
    def _take_answer(self, outcome: Outcome) -> None:
        if self._running is None or outcome.ticket != self._running[0]:
            return
        self._running = None
        if outcome.error is None and outcome.value is not False:
            self._go_on()
        else:  # told in the log: whoever turns to that image is told of what hinders it then
            self._plan.clear()

    @Slot(object)
    def _follow_model(self, status: EngineStatus) -> None:
        """Let another model encode what is ahead, too."""
        if status.begins_loading:
            self._cancel()
            self._begin()
