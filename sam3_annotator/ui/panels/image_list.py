"""The panel of the project's images: find, filter, go from one to the next, say how far each has come."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QStackedWidget, QVBoxLayout, QWidget

from sam3_annotator.paths import user_cache_dir
from sam3_annotator.project import (
    CategoryId,
    ChangeSet,
    ImageId,
    ImageRecord,
    ImageState,
    Relocation,
    Split,
    counted,
    is_folder,
    relocate_images,
)
from sam3_annotator.ui.background import BackgroundTask, error_sentence
from sam3_annotator.ui.dialogs.path_field import ask_folder
from sam3_annotator.ui.images.image_scan import ImageScan, scan_images
from sam3_annotator.ui.images.thumbnails import ThumbnailLoader, ThumbnailSource, prune_thumbnails
from sam3_annotator.ui.item_delegates.image_delegate import ImageDelegate
from sam3_annotator.ui.item_models.image_criteria import (
    ANY_CONTENT,
    Content,
    ContentFilter,
    SplitFilter,
    StateFilter,
    Stops,
)
from sam3_annotator.ui.item_models.image_filter import ImageFilter
from sam3_annotator.ui.item_models.image_model import ImageModel, changed_files
from sam3_annotator.ui.item_models.image_order import ImageOrder
from sam3_annotator.ui.panels.empty_state import EmptyState
from sam3_annotator.ui.panels.image_filter_bar import ImageFilterBar
from sam3_annotator.ui.panels.image_menu import ImageMenu
from sam3_annotator.ui.panels.quiet_list import QuietListView
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.attempt import attempt
from sam3_annotator.ui.verbs.beside import Written, announce, beside
from sam3_annotator.ui.workspace import Workspace


class ImageListPanel(QWidget):
    """Shows the images that pass the filter; its current row is the workspace's image."""

    problem = Signal(str)  # a sentence saying why something could not be done
    notice = Signal(str)  # a sentence saying what was done
    missing_found = Signal(int)  # how many files of images in use are not there, on the first look at the project
    stepping = Signal(int, object)  # turning to the next (1) or previous (-1) image of those at which to stop (Stops)
    focus_left = Signal()  # the user is done filtering: the canvas may take the focus

    def __init__(self, bridge: StoreBridge, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = bridge.store
        self._workspace = workspace
        self._model = ImageModel(bridge, self)
        self._shown = ImageFilter(self._model, self)
        self._thumbnails = ThumbnailLoader(user_cache_dir() / "thumbnails", self.devicePixelRatioF(), self)
        self._thumbnails.ready.connect(self._repaint)
        self._thumbnails.problem_found.connect(self._take_problem)
        self._scan: BackgroundTask | None = None
        self._search: BackgroundTask | None = None
        self._filter_bar = ImageFilterBar(self._store, self._shown)
        self._list = self._make_list()
        self._nothing = EmptyState("image-multiple-outline")
        self._nothing.link_clicked.connect(self.clear_filter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._list)
        self._stack.addWidget(self._nothing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._filter_bar)
        layout.addWidget(self._stack, stretch=1)
        self._filter_bar.text_changed.connect(self._filter_text)
        self._filter_bar.state_chosen.connect(self.set_state_filter)
        self._filter_bar.split_chosen.connect(self.set_split_filter)
        self._filter_bar.content_chosen.connect(self.set_content_filter)
        self._filter_bar.order_chosen.connect(self.set_order)
        self._filter_bar.confirmed.connect(self._turn_to_match)
        self._filter_bar.left.connect(self.focus_left)
        workspace.image_changed.connect(self._show_current)
        bridge.changed.connect(self._follow)
        # Of thousands of rows that come or go at once, each run is told of: what is said of them is said once.
        self._refreshing = QTimer(self, singleShot=True, interval=0)
        self._refreshing.timeout.connect(self._refresh)
        for changed in (self._shown.rowsInserted, self._shown.rowsRemoved, self._shown.modelReset):
            changed.connect(self._refreshing.start)
        self._show_current()
        self._refresh()

    @property
    def model(self) -> ImageModel:
        """All images."""
        return self._model

    @property
    def shown(self) -> ImageFilter:
        """The images that pass the filter, in the shown order."""
        return self._shown

    @property
    def view(self) -> QuietListView:
        """The list."""
        return self._list

    @property
    def filter_bar(self) -> ImageFilterBar:
        """The field and the button above the list."""
        return self._filter_bar

    @property
    def thumbnails(self) -> ThumbnailLoader:
        """The thumbnails of the list."""
        return self._thumbnails

    def next_image(self) -> bool:
        """Turn to the next shown image; False if the current one is the last."""
        return self.turn(1, Stops.ALL)

    def previous_image(self) -> bool:
        """Turn to the previous shown image; False if the current one is the first."""
        return self.turn(-1, Stops.ALL)

    def find_previous(self) -> ImageId | None:
        """Give the image before the current one, as `previous_image` would turn to it; None if that is the first."""
        return self._shown.neighbour(self._workspace.image_id, -1)

    def turn(self, step: int, stops: Stops) -> bool:
        """Turn to the next (1) or previous (-1) shown image of those at which to stop; False if none is."""
        image_id = self._shown.next_stop(self._workspace.image_id, step, stops)
        if image_id is None:
            return False
        self.stepping.emit(step, stops)
        self._workspace.set_image(image_id)
        return True

    def _turn_to_match(self) -> None:
        """Turn to the first image that passes the filter, unless the current one does."""
        first = self._shown.neighbour(None, 1)
        if first is not None and self._shown.row_of(self._workspace.image_id) < 0:
            self._workspace.set_image(first)

    def set_state_filter(self, state: StateFilter) -> None:
        """Show only images in some states."""
        if state is StateFilter.MISSING:
            self.rescan()
        self._shown.set_state(state)
        self._show_narrowed()

    def set_split_filter(self, split: SplitFilter) -> None:
        """Show only images in a split, or in none."""
        self._shown.set_split(split)
        self._show_narrowed()

    def set_content_filter(self, content: ContentFilter) -> None:
        """Show only images with something on them, or without."""
        self._shown.set_content(content)
        self._show_narrowed()

    def set_order(self, order: ImageOrder) -> None:
        """Bring the images into an order, by what is on them now."""
        self._shown.set_order(order)
        self._list.scrollTo(self._list.currentIndex())
        self._refresh()

    def show_with(self, category_id: CategoryId) -> None:
        """Show only images with a category, of those that the other filters show."""
        self.set_content_filter(ContentFilter(Content.WITH, category_id))

    def clear_filter(self) -> None:
        """Show all images."""
        self._filter_bar.clear_text()
        self.set_content_filter(ANY_CONTENT)
        self.set_split_filter(SplitFilter.ANY)
        self.set_state_filter(StateFilter.ALL)

    def rescan(self) -> None:
        """Look off the GUI thread which image files are missing, and mark them."""
        if self._scan is None or self._scan.is_idle:
            is_first = self._scan is None
            self._scan = scan_images(self._store, self)
            self._scan.result.connect(self._take_scan)
            if is_first:
                self._scan.result.connect(self._tell_missing)
            self._scan.start()

    def find_moved(self, folder: Path) -> None:
        """Look in a folder and below for the images that are missing, off the GUI thread; one undo step."""
        self._search = BackgroundTask(beside(self._store, lambda store, _progress: relocate_images(store, folder)))
        self._search.result.connect(self._take_found)
        self._search.failed.connect(self._tell_failure)
        self._search.start()
        self.notice.emit(f"Looking for the missing images in {folder}…")

    def ask_and_find_moved(self) -> None:
        """Let the user choose the folder to look in for missing images."""
        folder = ask_folder(self, "Folder to look in for the missing images", str(self._store.path.parent))
        if folder:
            self.find_moved(Path(folder))

    def set_state(self, state: ImageState) -> None:
        """Say of the selected images how far they are, as one step; nobody has seen those that cannot be shown."""
        selected = [record.id for record in self._selected()]
        images = [image_id for image_id in selected if not (state.is_finished and self._model.problem(image_id))]
        attempt(lambda: operations.set_image_state(self._store, images, state), self.problem.emit)
        if unseen := len(selected) - len(images):
            rest = "stays as it is" if unseen == 1 else "stay as they are"
            self.notice.emit(f"{counted(unseen, 'image')} cannot be shown, and {rest}.")

    def set_split(self, split: Split | None) -> None:
        """Put the selected images into a split, or with None into none, as one step."""
        images = [record.id for record in self._selected()]
        attempt(lambda: operations.set_image_split(self._store, images, split), self.problem.emit)

    def reveal(self, image_id: ImageId) -> None:
        """Show the folder of an image file in the system's file browser."""
        folder = self._store.image_file(image_id).parent
        if not is_folder(folder) or not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.problem.emit(f"The folder {folder} cannot be opened. It may have been moved or renamed.")

    def context_menu(self, image_id: ImageId) -> ImageMenu:
        """Make the menu of the selected images; `image_id` is the one clicked."""
        is_missing = bool(self._model.problem(image_id))
        menu = ImageMenu(self._selected(), is_missing=is_missing, is_read_only=self._store.is_read_only, parent=self)
        menu.state_chosen.connect(self.set_state)
        menu.split_chosen.connect(self.set_split)
        menu.reveal_wanted.connect(lambda: self.reveal(image_id))
        menu.search_wanted.connect(self.ask_and_find_moved)
        return menu

    def showEvent(self, event: QShowEvent) -> None:
        """Look for missing files, and at the size of the cache, once the window is there."""
        super().showEvent(event)
        if self._scan is None:
            self.rescan()
            folder = self._thumbnails.folder
            BackgroundTask(lambda _progress: prune_thumbnails(folder)).start()

    def _make_list(self) -> QuietListView:
        view = QuietListView("Images")
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setModel(self._shown)
        delegate = ImageDelegate(self._thumbnails, self)
        delegate.wanted.connect(self._request_thumbnail)
        view.setItemDelegate(delegate)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._show_menu)
        view.row_chosen.connect(lambda index: self._workspace.set_image(self._record(index).id))
        return view

    def _selected(self) -> list[ImageRecord]:
        return [self._record(index) for index in self._list.selectionModel().selectedRows()]

    def _record(self, index: QModelIndex) -> ImageRecord:
        return self._model.record_at(self._shown.mapToSource(index).row())

    def _request_thumbnail(self, record: ImageRecord) -> None:
        source = ThumbnailSource(self._store.image_file(record.id), record.facts.content_hash, record.facts.byte_size)
        self._thumbnails.request(record.id, source)

    def _repaint(self, image_id: ImageId) -> None:
        self._model.announce((image_id,))

    def _take_problem(self, image_id: ImageId, problem: str) -> None:
        self._model.set_problems({image_id: problem}, (image_id,))

    def _take_scan(self, found: ImageScan) -> None:
        self._model.set_problems(found.problems, found.checked)
        known = {id_: facts for id_, facts in found.facts.items() if self._model.row_of(id_) >= 0}
        if known and not self._store.is_read_only:
            attempt(lambda: self._store.set_image_facts(known), self.problem.emit)

    def _tell_missing(self, found: ImageScan) -> None:
        missing = [self._model.row_of(image_id) for image_id in found.problems]
        states = [self._model.record_at(row).state for row in missing if row >= 0]
        in_use = len(states) - states.count(ImageState.LEFT_OUT)
        if in_use:
            self.missing_found.emit(in_use)

    def _take_found(self, written: Written) -> None:
        relocation: Relocation = announce(self._store, written)
        found, missing = len(relocation.found), len(relocation.missing)
        if not found and not missing:
            self.notice.emit("No image is missing.")
            return
        rest = f"{missing:,} still missing" if missing else "none is missing now"
        self.notice.emit(f"{counted(found, 'image')} found, {rest}.")
        self.rescan()

    def _tell_failure(self, error: Exception) -> None:
        self.problem.emit(error_sentence(error, "The search"))

    def _show_current(self) -> None:
        image_id = self._workspace.image_id
        self._shown.keep(image_id)
        row = self._model.row_of(image_id)
        index = self._shown.mapFromSource(self._model.index(row)) if row >= 0 else QModelIndex()
        selection = self._list.selectionModel()
        if not index.isValid():
            selection.clear()
        elif index != self._list.currentIndex() or not selection.isSelected(index):
            keep = selection.isSelected(index)
            flag = QItemSelectionModel.SelectionFlag
            selection.setCurrentIndex(index, flag.NoUpdate if keep else flag.ClearAndSelect)
            self._list.scrollTo(index)

    def _follow(self, changes: ChangeSet) -> None:
        for image_id in changed_files(changes):
            self._thumbnails.forget(image_id)
        if changes.touched("images"):
            self._leave_removed()
            self._show_current()
        if self._shown.content.category_id in changes.touched("categories"):
            self._leave_deleted_category()
        self._refresh()

    def _leave_deleted_category(self) -> None:
        """Take the filter by a category off where that is gone."""
        wanted = self._shown.content.category_id
        if all(category.id != wanted for category in self._store.categories()):
            self.set_content_filter(ANY_CONTENT)

    def _leave_removed(self) -> None:
        """Turn to the image before one that is gone; in a project that was empty, to the first of the new ones."""
        ids = [image.id for image in self._store.images()]
        current = self._workspace.image_id
        if current not in ids:
            before = [image_id for image_id in ids if current is not None and image_id < current]
            self._workspace.set_image(before[-1] if before else next(iter(ids), None))

    def _refresh(self) -> None:
        self._refreshing.stop()
        self._stack.setCurrentIndex(0 if self._shown.rowCount() else 1)
        if not self._model.rowCount():
            self._nothing.say("No images yet", "Drop images or a folder of them here, or add some from the File menu")
        else:
            self._nothing.say("No image matches", "Nothing in this project fits the filter", "Show all images")
        self._filter_bar.refresh()

    def _filter_text(self, text: str) -> None:
        self._shown.set_text(text)
        self._show_narrowed()

    def _show_narrowed(self) -> None:
        self._show_current()
        self._refresh()

    def _show_menu(self, place: QPoint) -> None:
        index = self._list.indexAt(place)
        if index.isValid():
            self.context_menu(self._record(index).id).popup(self._list.viewport().mapToGlobal(place))
