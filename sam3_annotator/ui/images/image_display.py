"""Brings the workspace's image onto the canvas and to the model."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from PySide6.QtCore import QEvent, QObject, Signal, Slot

from sam3_annotator.project import ChangeKind, ChangeSet, ImageFacts, ImageId, ImageState, KnownError
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.background import error_sentence
from sam3_annotator.ui.canvas.pyramid import ImagePyramid
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.canvas_binding import CanvasBinding
from sam3_annotator.ui.images.pixels import PixelLoader
from sam3_annotator.ui.item_models.image_model import changed_files
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.workspace import Workspace

_PRESSES: Final = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)


class ImageDisplay(QObject):
    """From `Workspace.image_changed` to pixels on the canvas and an embedding under way.

    When another image is wanted, canvas and model drop the shown one at once, so that no prompt can fall on the wrong
    image. Only a draft that is being accepted keeps it there until the draft is stored; clicks mean nothing meanwhile.
    `pixels` reads the files, also those of images to come.
    """

    left = Signal()  # the image goes from the canvas
    shown = Signal(object)  # ImageId
    failed = Signal(object)  # ImageId of the workspace's image, which cannot be shown

    def __init__(
        self,
        bridge: StoreBridge,
        workspace: Workspace,
        canvas: CanvasView,
        binding: CanvasBinding,
        assist: Assist,
        finder: Finder,
        settings: Settings,
    ) -> None:
        super().__init__(canvas)
        self._store = bridge.store
        self._workspace = workspace
        self._canvas = canvas
        self._binding = binding
        self._assist = assist
        self._finder = finder
        self._settings = settings
        self.pixels = PixelLoader(parent=self)
        self._is_turning = False
        self._shown: ImageId | None = None
        self._last_shape: tuple[int, ...] = ()  # of the image shown last
        self._has_failed = False
        self.pixels.loaded.connect(self._take_pixels)
        self.pixels.failed.connect(self._take_failure)
        assist.draft_changed.connect(self._turn_when_stored)
        workspace.image_changed.connect(self._turn)
        bridge.changed.connect(self._retry)
        canvas.viewport().installEventFilter(self)
        if not self._store.images():  # then no image will be turned to
            self._turn()

    @property
    def image_id(self) -> ImageId | None:
        """The image on the canvas; None while there is none, as between two images."""
        return self._shown

    @property
    def seen(self) -> ShownImage | None:
        """The image on the canvas as the model sees it; None while there is none. May be asked on any thread."""
        return self._assist.image

    @property
    def seen_key(self) -> str | None:
        """What names the content that the model sees in the embedding cache. May be asked on any thread."""
        seen = self.seen
        return None if seen is None else seen.embedding_key

    def seen_of(self, image_id: ImageId) -> ShownImage | None:
        """Give an image as the model sees it; None unless it is on the canvas."""
        return self.seen if self.seen is not None and self.seen.image_id == image_id else None

    @property
    def has_failed(self) -> bool:
        """The workspace's image cannot be shown: its file is missing or unreadable."""
        return self._has_failed

    @property
    def is_idle(self) -> bool:
        """No image is being read or waits for its turn."""
        return self.pixels.is_idle and not self._is_turning

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep clicks from an image that is being left: what they are meant for is not there yet."""
        return (self._is_turning and event.type() in _PRESSES) or super().eventFilter(watched, event)

    def reload(self) -> None:
        """Read the shown image again, since its file may have changed or come back."""
        if self._workspace.image_id is not None:
            self.pixels.forget(self._workspace.image_id)
            self._turn()

    def read(self, image_id: ImageId) -> None:
        """Have the pixels of an image at hand, for when it is shown."""
        self.pixels.request(image_id, self._store.image_file(image_id))

    def to_embed(self, image_id: ImageId) -> ShownImage | None:
        """Give what the model needs to embed an image; None while its pixels are not at hand."""
        image = self.pixels.get(image_id)
        return None if image is None else self._to_embed(image_id, image)

    def has_problem(self, image_id: ImageId) -> bool:
        """Whether it is known that an image cannot be shown."""
        return bool(self._store.image(image_id).facts.problem)

    def is_left_out(self, image_id: ImageId) -> bool:
        """Whether an image is no part of the dataset."""
        return self._store.image(image_id).state is ImageState.LEFT_OUT

    def find_size(self) -> tuple[int, int] | None:
        """Give width and height in pixels of the workspace's image; None while nobody has read it."""
        if self._shown is not None:
            return self._canvas.image_size
        image_id = self._workspace.image_id
        facts = ImageFacts() if image_id is None else self._store.image(image_id).facts
        return (facts.width, facts.height) if facts.width and facts.height else None

    def close(self) -> None:
        """Stop reading files."""
        self.pixels.close()

    @Slot()
    def _turn(self) -> None:
        self._is_turning = self._assist.is_accepting
        if self._is_turning:
            return
        self._shown = None
        self._has_failed = False
        self.left.emit()
        self.pixels.drop_waiting()
        self._finder.leave()
        self._assist.leave()
        self._binding.clear()
        image_id = self._workspace.image_id
        if image_id is None:
            self._canvas.show_message(
                "No images yet", "Add a folder of images with File, Add images, or drop one here.", icon="image-plus"
            )
            return
        if self.pixels.get(image_id) is None:
            self._canvas.show_message("", self._store.image(image_id).name, busy=True)
        self.read(image_id)

    @Slot(object)
    def _retry(self, changes: ChangeSet) -> None:
        """Show an image that could not be shown once its file is found elsewhere or is back."""
        image_id = self._workspace.image_id
        if self._has_failed and image_id is not None and image_id in changed_files(changes):
            is_moved = changes.kind is not ChangeKind.FACTS
            if is_moved or not self._store.image(image_id).facts.problem:
                self.reload()

    @Slot()
    def _turn_when_stored(self) -> None:
        if self._is_turning and not self._assist.is_accepting:
            self._turn()

    @Slot(object, object)
    def _take_pixels(self, image_id: ImageId, image: ImagePyramid) -> None:
        if image_id == self._workspace.image_id and not self._is_turning and self._shown is None:
            self._shown = image_id
            self._note_problem(image_id, "")
            before, self._last_shape = self._last_shape, image.pixels.shape
            self._canvas.show_image(image, keep_view=self._settings.keeps_view and image.pixels.shape == before)
            self._binding.show_instances()
            shown = self._to_embed(image_id, image)
            self._assist.show(shown)
            self._finder.show(shown)
            self.shown.emit(image_id)

    @Slot(object, object)
    def _take_failure(self, image_id: ImageId, error: Exception) -> None:
        if all(image.id != image_id for image in self._store.images()):
            return  # it was taken out of the project while it was read
        sentence = error_sentence(error, "Reading the image")
        self._note_problem(image_id, sentence)
        if image_id == self._workspace.image_id and not self._is_turning:
            self._has_failed = True
            self._canvas.show_message(self._store.image(image_id).name, sentence, icon="image-off-outline")
            self.failed.emit(image_id)

    def _to_embed(self, image_id: ImageId, image: ImagePyramid) -> ShownImage:
        return ShownImage(image_id, self.pixels.content_hash(image_id), image.pixels)

    def _note_problem(self, image_id: ImageId, sentence: str) -> None:
        facts = self._store.image(image_id).facts
        if facts.problem == sentence or self._store.is_read_only:
            return
        noted = ImageFacts(facts.width, facts.height, facts.byte_size, facts.content_hash, sentence)
        with suppress(KnownError):  # the disk takes nothing now; the user's next edit will say so in words
            self._store.set_image_facts({image_id: noted})
