"""Tells how much room embeddings take on disk, and deletes them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from sam3_annotator.model import DiskLevel, DiskUsage
from sam3_annotator.project import Progress, counted
from sam3_annotator.ui.background import BackgroundTask, Work
from sam3_annotator.ui.dialogs.model_words import amount
from sam3_annotator.ui.sizes import bind_font
from sam3_annotator.ui.theme import SPACE_S


class EmbeddingFolderField(QWidget):
    """An amount and a button; the folder is read and emptied in the background."""

    def __init__(self, disk: DiskLevel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._disk = disk
        self._task: BackgroundTask | None = None
        self.amount = QLabel()
        bind_font(self.amount, "number")
        self.amount.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.delete = QPushButton("Delete")
        self.delete.setAutoDefault(False)
        self.delete.setToolTip(f"Delete what lies in {disk.folder}; the model can read the images again")
        self.delete.clicked.connect(lambda: self._run(self._clear))
        self.setFocusProxy(self.delete)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.amount, stretch=1)
        row.addWidget(self.delete)
        self._run(lambda _progress: disk.usage())

    def _clear(self, _progress: Progress) -> DiskUsage:
        self._disk.clear()
        return self._disk.usage()

    def _run(self, work: Work) -> None:
        self.delete.setEnabled(False)
        self._task = BackgroundTask(work)
        self._task.result.connect(self._show)
        self._task.start()

    @Slot(object)
    def _show(self, usage: DiskUsage) -> None:
        self.amount.setText(amount(usage.nbytes))
        self.amount.setToolTip(counted(usage.count, "image"))
        self.delete.setEnabled(usage.count > 0)
