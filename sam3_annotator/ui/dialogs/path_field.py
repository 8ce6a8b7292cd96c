"""A field for the path of a file or folder, with a button that browses for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDir, Qt, QUrl, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QMenu, QPushButton, QWidget

from sam3_annotator.paths import expand_home
from sam3_annotator.project import is_folder, is_there
from sam3_annotator.ui.theme import SPACE_S

Ask = Callable[[QWidget, str, str], str]
"""Asks the user for a path: parent, title, where to start; empty when the user thinks better of it."""


def ask_folder(parent: QWidget, title: str, start: str) -> str:
    """Ask for a folder that is there."""
    return QFileDialog.getExistingDirectory(parent, title, start)


def ask_file(kinds: str) -> Ask:
    """Give a function that asks for a file that is there; `kinds` is a filter of Qt."""
    return lambda parent, title, start: QFileDialog.getOpenFileName(parent, title, start, kinds)[0]


def ask_new_file(kinds: str) -> Ask:
    """Give a function that asks for a file to write; `kinds` is a filter of Qt."""
    return lambda parent, title, start: QFileDialog.getSaveFileName(parent, title, start, kinds)[0]


def _as_path(text: str) -> str:
    """Read what file browsers give when a path is copied there: in quotes on Windows, an address on some desktops."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    url = QUrl(text)
    return url.toLocalFile() if url.isLocalFile() else text


class PathField(QWidget):
    """The path typed or chosen; `~` stands for the home folder. `takes_folder`: a folder may be browsed for as well."""

    changed = Signal()  # at every letter
    settled = Signal()  # chosen, set, or typed to the end

    def __init__(
        self, name: str, ask: Ask = ask_folder, parent: QWidget | None = None, *, takes_folder: bool = False
    ) -> None:
        super().__init__(parent)
        self._name = name
        self.ask = ask
        self._field = QLineEdit()
        self._field.setAccessibleName(name)
        self._field.textChanged.connect(self.changed)
        self._field.editingFinished.connect(self.settled)
        self._button = QPushButton("Browse…")
        self._button.setAccessibleName(f"Browse: {name}")
        self._button.setAutoDefault(False)
        if takes_folder:
            menu = QMenu(self._button)
            menu.addAction("A file…", self.browse)
            menu.addAction("A folder…", lambda: self._browse(ask_folder))
            self._button.setMenu(menu)
        else:
            self._button.clicked.connect(self.browse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self._field, stretch=1)
        row.addWidget(self._button)
        self.setFocusProxy(self._field)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def path(self) -> Path | None:
        """The absolute path, None while the field is empty."""
        text = _as_path(self._field.text().strip())
        return expand_home(text).absolute() if text else None

    @property
    def line(self) -> QLineEdit:
        """The field itself."""
        return self._field

    def set_path(self, path: Path | None) -> None:
        """Show a path."""
        self._field.setText("" if path is None else QDir.toNativeSeparators(str(path)))
        self._field.setCursorPosition(0)
        self.settled.emit()

    def browse(self) -> None:
        """Let the user choose, starting where the field points to."""
        self._browse(self.ask)

    def _browse(self, ask: Ask) -> None:
        start = self.path
        while start is not None and not (is_there(start) or is_folder(start)) and start != start.parent:
            start = start.parent
        chosen = ask(self, self._name, str(start or QDir.homePath()))
        if chosen:
            self.set_path(Path(chosen))
