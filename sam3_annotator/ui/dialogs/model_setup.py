"""The dialog of the models: choose the one to use, add one's own, fetch what is published."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QDir, QSize, Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sam3_annotator.model import (
    BUILTIN,
    AccessDenied,
    Contents,
    ModelEntry,
    ModelError,
    ModelOrigin,
    ModelState,
)
from sam3_annotator.project import Progress
from sam3_annotator.ui.assistance.model_choice import FALLBACK_WORDS, ModelChoice
from sam3_annotator.ui.assistance.status_words import status_words
from sam3_annotator.ui.background import BackgroundTask, error_sentence
from sam3_annotator.ui.dialogs.foot_line import FootLine
from sam3_annotator.ui.dialogs.model_download import ModelDownload
from sam3_annotator.ui.dialogs.model_facts import ModelFacts
from sam3_annotator.ui.dialogs.model_words import ASKING, amount, state_words
from sam3_annotator.ui.dialogs.path_field import Ask, ask_file, ask_folder
from sam3_annotator.ui.item_delegates.model_delegate import ModelDelegate, ModelRole
from sam3_annotator.ui.sizes import bind_sizes, bind_width, size_on_screen
from sam3_annotator.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL

LIST_WIDTH: Final = 248
SIZE: Final = QSize(800, 520)
CHECKPOINTS: Final = "Checkpoints (*.pt *.pth *.safetensors *.safetensors.index.json *.bin *.ckpt);;All files (*)"


class ModelSetupDialog(QDialog):
    """Stays beside the window; Esc stops a download first, then closes. What has arrived is kept."""

    def __init__(self, models: ModelChoice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models = models
        self._contents: dict[str, Contents] = {}
        self._download = ModelDownload(models.catalog, self)
        self._download.progressed.connect(self._show_download)
        self._download.ended.connect(self._end_download)
        self._tasks: list[BackgroundTask] = []
        self._outcome: tuple[str, str] | None = None
        self.ask_file: Ask = ask_file(CHECKPOINTS)
        self.ask_folder: Ask = ask_folder
        self.confirm: Callable[[QWidget, str], bool] = _confirm
        self.setWindowTitle("Models")
        bind_sizes(self, lambda: self.setMinimumSize(size_on_screen(SIZE)))  # room for the model that has most to say
        self.list = QListWidget()
        self.list.setAccessibleName("Models")
        bind_width(self.list, LIST_WIDTH)
        self.list.setItemDelegate(ModelDelegate(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.facts = ModelFacts()
        self.progress = QProgressBar(textVisible=False)
        self.progress.setAccessibleName("Progress")
        self._foot_line = FootLine()
        self.add_file = self._button("Add a file…", self._add_file)
        self.add_folder = self._button("Add a folder…", self._add_folder)
        self.remove = self._button("Remove", self._remove)
        self.secondary = self._button("Close", self._press_secondary)
        self.primary = self._button("Use this model", self._press_primary)
        self.primary.setProperty("kind", "primary")
        self.primary.setDefault(True)
        self._lay_out()
        QShortcut(QKeySequence(Qt.Key.Key_Delete), self.list, self._remove, context=Qt.ShortcutContext.WidgetShortcut)
        self.list.currentItemChanged.connect(self._turn_to)
        self.list.itemActivated.connect(lambda _item: self._press_primary())
        models.changed.connect(self._refresh)
        models.status_changed.connect(self._describe)
        self._fill(models.name)
        self.list.setFocus()

    @property
    def note(self) -> str:
        """The line below the facts."""
        return self._foot_line.text

    @property
    def entry(self) -> ModelEntry | None:
        """The model that is turned to."""
        item = self.list.currentItem()
        entry: ModelEntry | None = None if item is None else item.data(ModelRole.ENTRY)
        return entry

    @property
    def is_downloading(self) -> bool:
        """Whether a download of this dialog is under way."""
        return not self._download.is_idle

    def turn_to(self, name: str) -> None:
        """Show a model, by its name in the catalogue."""
        for row in range(self.list.count()):
            if self.list.item(row).data(ModelRole.ENTRY).name == name:
                self.list.setCurrentRow(row)

    def open(self) -> None:
        """Show the dialog beside the window, which stays usable; one that is shown comes to the front."""
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.show()
        self.raise_()
        self.activateWindow()

    def add(self, chosen: str) -> None:
        """Add the checkpoint at a path, a file or a folder, and turn to it; "" changes nothing."""
        if not chosen:
            return

        def take(entry: ModelEntry) -> None:
            self._models.hash_file(entry.name)
            self._fill(entry.name)
            self._outcome = None
            self._describe()

        self._outcome = ("Reading the file…", "dim")
        self._describe()
        self._run(lambda _progress: self._models.catalog.add(Path(chosen)), take)

    def stop(self) -> None:
        """Stop the download, if one is under way; what has arrived is kept."""
        self._download.stop()

    def reject(self) -> None:
        """Stop the download, else close; a model goes on being loaded, for only its button gives it up."""
        if self.is_downloading:
            self.stop()
            self._foot_line.say("Stopping…", "dim")
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close at once: the download stops along with the dialog, and a model goes on being loaded."""
        self.stop()
        event.accept()  # Qt's dialogs would reject, which only stops what is under way

    # Assembly

    def _button(self, text: str, slot: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(slot)
        return button

    def _lay_out(self) -> None:
        adders = QHBoxLayout()
        adders.setSpacing(SPACE_S)
        adders.addWidget(self.add_file)
        adders.addWidget(self.add_folder)
        left = QVBoxLayout()
        left.setSpacing(SPACE_M)
        left.addWidget(self.list, stretch=1)
        left.addLayout(adders)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        buttons.addWidget(self.secondary)
        buttons.addWidget(self.primary)
        right = QVBoxLayout()
        right.setContentsMargins(SPACE_L, 0, 0, 0)
        right.setSpacing(SPACE_M)
        right.addWidget(self.facts, stretch=1)
        right.addWidget(self.progress)
        right.addWidget(self._foot_line)
        right.addLayout(buttons)
        line = QFrame()
        line.setProperty("surface", "line")
        line.setFixedWidth(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_XL, SPACE_XL, SPACE_L)
        layout.setSpacing(SPACE_L)
        layout.addLayout(left)
        layout.addWidget(line)
        layout.addLayout(right, stretch=1)

    # What is shown

    def _fill(self, name: str) -> None:
        """List the models anew, turned to one of them."""
        try:
            entries = self._models.catalog.entries()
        except ModelError as error:
            self._outcome = (str(error), "danger")
            entries = ()
        self.list.blockSignals(True)
        self.list.clear()
        for entry in entries:
            item = QListWidgetItem(entry.title)
            item.setData(ModelRole.ENTRY, entry)
            item.setToolTip(state_words(entry))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{entry.title}, {state_words(entry)}")
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.turn_to(name)
        self.list.blockSignals(False)
        self._show_entry()

    def _refresh(self) -> None:
        entry = self.entry
        self._fill(entry.name if entry is not None else self._models.name)

    def _turn_to(self) -> None:
        self._outcome = None
        self._show_entry()

    def _show_entry(self) -> None:
        entry = self.entry
        self.facts.setVisible(entry is not None)
        if entry is not None:
            self.facts.show_entry(entry, self._contents.get(entry.name))
            if entry.state is ModelState.READY and entry.name not in self._contents:
                self._look_into(entry.name)
        self._describe()

    def _look_into(self, name: str) -> None:
        def take(contents: Contents) -> None:
            self._contents[name] = contents
            if self.entry is not None and self.entry.name == name:
                self.facts.show_entry(self.entry, contents)

        self._run(lambda _progress: self._models.catalog.contents(name), take, about=name)

    def _describe(self) -> None:
        """Say what can be done with the model turned to, and what is under way."""
        entry, is_busy = self.entry, self.is_downloading
        is_loading = self._models.is_loading
        self._mark_rows()
        for widget in (self.list, self.add_file, self.add_folder, self.facts.token):
            widget.setEnabled(not is_busy)
        self.secondary.setText("Stop" if is_busy or is_loading else "Close")
        self.primary.setVisible(not is_busy and entry is not None)
        self.remove.setVisible(not is_busy and entry is not None and _is_removable(entry))
        self.progress.setVisible(is_busy or is_loading)
        if is_busy or entry is None:
            if entry is None and self._outcome is not None:
                self._foot_line.say(*self._outcome)
            return
        self.remove.setText("Remove…" if entry.origin is ModelOrigin.PUBLISHED else "Remove")
        self._describe_primary(entry)
        loading = self._loading_words() if is_loading else None
        self._foot_line.say(*(self._outcome or loading or self._hint(entry)))

    def _mark_rows(self) -> None:
        chosen, has_failed = self._models.name, self._models.has_fallen_back
        for row in range(self.list.count()):
            item = self.list.item(row)
            name = item.data(ModelRole.ENTRY).name
            item.setData(ModelRole.IS_IN_USE, name == (BUILTIN if has_failed else chosen))
            item.setData(ModelRole.HAS_FAILED, has_failed and name == chosen)

    def _describe_primary(self, entry: ModelEntry) -> None:
        match entry.state:
            case ModelState.READY:
                is_in_use = entry.name == self._models.name and not self._models.has_fallen_back
                self.primary.setText("In use" if is_in_use and not self._models.is_loading else "Use this model")
                self.primary.setEnabled(not is_in_use)
            case ModelState.ABSENT:
                self.primary.setText("Download")
                self.primary.setEnabled(True)
            case ModelState.PARTIAL:
                self.primary.setText("Go on downloading")
                self.primary.setEnabled(True)
            case _:
                self.primary.setText("Use this model")
                self.primary.setEnabled(False)

    def _loading_words(self) -> tuple[str, str]:
        status = self._models.status
        fraction = status.progress
        self.progress.setRange(0, 100 if fraction is not None else 0)
        self.progress.setValue(round(100 * (fraction or 0.0)))
        return f"{status.session_name}: {status_words(status)}", "dim"

    def _hint(self, entry: ModelEntry) -> tuple[str, str]:
        if entry.state is ModelState.MISSING:
            return "Put the file back, or remove the model and add it from where it is now.", "warning"
        failure = self._models.failure
        if entry.state is ModelState.READY and entry.name == self._models.name and failure is not None:
            return f"{error_sentence(failure, 'Loading the model')} {FALLBACK_WORDS}", "warning"
        if entry.state is ModelState.ABSENT and entry.known is not None:
            return f"Goes to {QDir.toNativeSeparators(str(entry.path.parent))}", "dim"
        return "", "dim"

    # What the user does

    def _press_primary(self) -> None:
        entry = self.entry
        if entry is None or not self.primary.isEnabled() or self.is_downloading:
            return
        self._outcome = None
        if entry.state is ModelState.READY:
            self._models.choose(entry.name)
        elif entry.state in (ModelState.ABSENT, ModelState.PARTIAL):
            self._start_download(entry)

    def _press_secondary(self) -> None:
        if self._models.is_loading and not self.is_downloading:
            self._models.stop_loading()
        else:
            self.reject()

    def _start_download(self, entry: ModelEntry) -> None:
        self._download.start(entry, self.facts.token.text().strip() or None)
        self.progress.setRange(0, 0)
        self._describe()
        self._foot_line.say(ASKING, "dim")
        self.secondary.setFocus()

    def _show_download(self, done: int, total: int, words: str) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        self._foot_line.say(words, "dim")

    def _end_download(self, words: str, error: Exception | None) -> None:
        self._outcome = (words, "dim" if error is None else "danger")
        self._refresh()
        if isinstance(error, AccessDenied):
            self.facts.token.setFocus()
            self.facts.token.selectAll()
        else:
            (self.primary if self.primary.isEnabled() else self.list).setFocus()

    def _add_file(self) -> None:
        self.add(self.ask_file(self, "Add a checkpoint", QDir.homePath()))

    def _add_folder(self) -> None:
        self.add(self.ask_folder(self, "Add the folder of a checkpoint", QDir.homePath()))

    def _remove(self) -> None:
        entry = self.entry
        if entry is None or not _is_removable(entry) or self.is_downloading:
            return
        if entry.origin is ModelOrigin.PUBLISHED and not self.confirm(
            self, f"Delete what was downloaded of {entry.title}, {amount(entry.fetched)}?"
        ):
            return
        if entry.name == self._models.name:
            self._models.choose(BUILTIN)
        try:
            self._models.catalog.remove(entry.name)
        except ModelError as error:
            self._outcome = (str(error), "danger")
            self._describe()
            return
        self._contents.pop(entry.name, None)
        self._refresh()
        self.list.setFocus()

    def _run(self, work: Callable[[Progress], object], take: Callable[..., object], about: str = "") -> None:
        """Do something short in the background; its failure is told, that `about` a model only while it is shown."""

        def tell(error: Exception) -> None:
            if not about or (self.entry is not None and self.entry.name == about):
                self._outcome = (error_sentence(error, "Reading the model"), "danger")
                self._describe()

        task = BackgroundTask(work, owner=self)
        task.result.connect(take)
        task.failed.connect(tell)
        self._tasks.append(task)
        task.start()


def _is_removable(entry: ModelEntry) -> bool:
    if entry.origin is ModelOrigin.PUBLISHED:
        return entry.state in (ModelState.READY, ModelState.PARTIAL)
    return entry.origin is ModelOrigin.ADDED


def _confirm(parent: QWidget, question: str) -> bool:
    box = QMessageBox(QMessageBox.Icon.Question, "Remove a model", question, parent=parent)
    delete = box.addButton("Delete", QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    return box.clickedButton() is delete
