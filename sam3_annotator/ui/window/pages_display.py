"""Says of a stack that only its first page is shown, and makes images of all of them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Slot

from sam3_annotator.project import TIFF_SUFFIXES, ImageId, ImageState, KnownError, count_pages, split_pages
from sam3_annotator.ui.background import BackgroundTask, error_sentence
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.window.main_window import MainWindow
from sam3_annotator.ui.window.message_bar import MessageAction, Severity

# Keys of messages: that there are more pages, and what became of making images of them.
MORE_PAGES: Final = "more pages"
PAGES: Final = "pages"


class PagesDisplay(QObject):
    """Looks, in the background, whether the image that is shown is a stack; its pages become images when asked for."""

    def __init__(self, window: MainWindow, display: ImageDisplay) -> None:
        super().__init__(window)
        self._window = window
        self._store = window.store
        self._display = display
        self._split: BackgroundTask | None = None
        display.shown.connect(self._look)
        display.left.connect(self._leave)
        window.closing.connect(self._stop)

    @Slot(object)
    def _look(self, image_id: ImageId) -> None:
        path = self._store.image_file(image_id)
        if path.suffix.lower() in TIFF_SUFFIXES and not self._display.is_left_out(image_id):
            count = BackgroundTask(lambda _progress: count_pages(path), owner=self)
            count.result.connect(partial(self._tell, image_id, path))
            count.start()

    @Slot()
    def _leave(self) -> None:
        self._window.messages.dismiss(MORE_PAGES)

    @Slot()
    def _stop(self) -> None:
        if self._split is not None:
            self._split.cancel()

    def _tell(self, image_id: ImageId, path: Path, count: int) -> None:
        if count > 1 and image_id == self._display.image_id:
            action = MessageAction("Make images of all pages", partial(self._make, image_id, path))
            self._window.messages.show_message(
                f"“{path.name}” has {count:,} pages, of which only the first is shown and annotated.",
                Severity.INFO,
                actions=() if self._store.is_read_only else (action,),
                key=MORE_PAGES,
                stays=True,
            )

    def _make(self, image_id: ImageId, path: Path) -> None:
        if self._split is not None and not self._split.is_idle:
            return
        self._split = BackgroundTask(partial(split_pages, path), owner=self)
        self._split.progress.connect(self._show_progress)
        self._split.result.connect(partial(self._add, image_id))
        self._split.failed.connect(self._fail)
        self._split.finished.connect(lambda: self._window.set_activity("", key=PAGES))
        self._split.start()

    @Slot(int, int)
    def _show_progress(self, done: int, total: int) -> None:
        self._window.set_activity(f"Writing page {done:,} of {total:,}", done / total, self._stop, PAGES)

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self._window.messages.show_message(error_sentence(error, "Writing the pages"), key=PAGES)

    def _add(self, image_id: ImageId, files: list[Path]) -> None:
        try:
            first = operations.add_pages(self._store, image_id, files)
        except KnownError as error:
            self._fail(error)
            return
        stays = self._store.image(image_id).state is not ImageState.LEFT_OUT
        rest = "What is annotated on the stack stays there." if stays else "The stack itself is left out."
        self._window.show_notice(f"{len(files):,} images made in the folder “{files[0].parent.name}”. {rest}", PAGES)
        if image_id == self._display.image_id and first is not None:
            self._window.workspace.set_image(first)
