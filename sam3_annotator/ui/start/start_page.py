"""What shows instead of an empty window: ways to begin and the projects opened before."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from sam3_annotator.project import is_folder, is_there
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.keyboard.keys import sequences
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.sizes import bind_font, bind_sizes, scaled
from sam3_annotator.ui.start.cards import ChoiceCard, RecentCard
from sam3_annotator.ui.theme import FOCUS_WIDTH, RADIUS, SPACE_L, SPACE_M, SPACE_S, SPACE_XL, theme
from sam3_annotator.ui.window.message_bar import MessageBar
from sam3_annotator.ui.window.window_place import default_place

COLUMN_WIDTH: Final = 696
RECENT_COLUMNS: Final = 3
# A second row of projects shows where there is room for it.
TWO_ROWS_HEIGHT: Final = 740
DEFAULT_SIZE: Final = QSize(1080, 760)


class StartPage(QWidget):
    """Announces what the user wants opened; whoever shows it opens that and closes the page."""

    path_chosen = Signal(object)  # Path of a folder, an image or a project
    samples_requested = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("start_page")
        self.setWindowTitle("SAM 3 Annotator")
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        bind_sizes(self, lambda: self.setMinimumSize(_column_width() + 2 * SPACE_XL, 480))
        self._settings = settings
        self._is_drop_welcome = False
        self.messages = MessageBar()
        self._cards: list[RecentCard] = []
        self._recent = QWidget()
        self._recent_grid = QGridLayout()
        self._lay_out_recent()
        self._fill_recent()
        self._lay_out()
        settings.changed.connect(self._follow_setting)
        place = default_place(QGuiApplication.primaryScreen().availableGeometry())
        self.resize(DEFAULT_SIZE.boundedTo(place.size()))
        self._watch_keys()

    def choose_folder(self) -> None:
        """Let the user choose a folder of images."""
        folder = QFileDialog.getExistingDirectory(self, "Open a folder of images", str(Path.home()))
        if folder:
            self.path_chosen.emit(Path(folder))

    def choose_project(self) -> None:
        """Let the user choose a project file."""
        path, _ = QFileDialog.getOpenFileName(self, "Open a project", str(Path.home()), "Projects (*.sam3proj)")
        if path:
            self.path_chosen.emit(Path(path))

    def make_project(self) -> None:
        """Open the dialog that makes a project."""
        from sam3_annotator.ui.dialogs.new_project import NewProjectDialog  # not needed at the start

        dialog = NewProjectDialog(parent=self)
        dialog.created.connect(self.path_chosen)
        dialog.open()

    def show_problem(self, sentence: str) -> None:
        """Say why something could not be opened."""
        self.messages.show_message(sentence)

    def recent_cards(self) -> Sequence[RecentCard]:
        """Give the projects shown, latest first."""
        return tuple(self._cards)

    def _watch_keys(self) -> None:
        keys = KeyMap(self._settings, self)
        for action_id, verb in (
            ("new_project", self.make_project),
            ("open_folder", self.choose_folder),
            ("open_project", self.choose_project),
            ("quit", self.close),
        ):
            for key in keys.keys(action_id):
                QShortcut(sequences(key)[0], self, verb)

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addStretch(2)
        column.addWidget(_words("SAM 3 Annotator", "display"))
        column.addSpacing(SPACE_S)
        column.addWidget(_words("Outline objects in your photos, with a model on your own machine.", "body", dim=True))
        column.addSpacing(SPACE_XL)
        column.addLayout(self._choices())
        column.addSpacing(SPACE_M)
        column.addLayout(self._other_ways())
        column.addSpacing(SPACE_XL + SPACE_M)
        column.addWidget(self._recent)
        column.addStretch(3)
        middle = QHBoxLayout()
        middle.setContentsMargins(SPACE_XL, SPACE_L, SPACE_XL, SPACE_L)
        middle.addStretch(1)
        middle.addLayout(column)
        middle.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.messages)
        layout.addLayout(middle, stretch=1)

    def _choices(self) -> QHBoxLayout:
        folder = ChoiceCard("folder-open-outline", "Open a folder", "Your photos, where they are", is_primary=True)
        folder.clicked.connect(self.choose_folder)
        samples = ChoiceCard("image-multiple-outline", "Try the samples", "A few photos to play with")
        samples.clicked.connect(self.samples_requested)
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        for card in (folder, samples):
            bind_sizes(card, partial(_make_half_wide, card))
            row.addWidget(card)
        return row

    def _other_ways(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE_L)
        drop = _words("Or drop a folder, photos or a project anywhere on this window.", "body", dim=True)
        row.addWidget(drop, stretch=1)
        for text, verb in (("New project…", self.make_project), ("Open project…", self.choose_project)):
            link = QPushButton(text)
            link.setProperty("kind", "link")
            link.clicked.connect(verb)
            row.addWidget(link)
        return row

    def _lay_out_recent(self) -> None:
        layout = QVBoxLayout(self._recent)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_M)
        layout.addWidget(_words("Recent projects", "strong"))
        self._recent_grid.setSpacing(SPACE_M)
        self._recent_grid.setColumnStretch(RECENT_COLUMNS, 1)
        layout.addLayout(self._recent_grid)

    def _follow_setting(self, name: str) -> None:
        # The project this page takes the place of is remembered while it closes, after the page has come.
        if name == "recent_projects":
            self._fill_recent()

    def _fill_recent(self) -> None:
        for card in self._cards:
            self._recent_grid.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = []
        projects = [project for project in self._settings.recent_projects if is_there(Path(project.path))]
        for number, project in enumerate(projects[: RECENT_COLUMNS * 2]):
            card = RecentCard(project)
            card.clicked.connect(lambda _checked=False, path=project.path: self.path_chosen.emit(Path(path)))
            card.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            card.customContextMenuRequested.connect(lambda place, card=card: self._show_menu(card, place))
            self._recent_grid.addWidget(card, number // RECENT_COLUMNS, number % RECENT_COLUMNS)
            self._cards.append(card)
        self._recent.setVisible(bool(projects))
        self._show_fitting(self.height())

    def _show_menu(self, card: RecentCard, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Remove from this list").triggered.connect(lambda: self._forget(card))
        menu.popup(card.mapToGlobal(place))

    def _forget(self, card: RecentCard) -> None:
        self._settings.forget_project(card.project.path)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many projects as there is room for."""
        super().resizeEvent(event)
        self._show_fitting(event.size().height())

    def _show_fitting(self, height: int) -> None:
        has_two_rows = height >= TWO_ROWS_HEIGHT
        for number, card in enumerate(self._cards):
            card.setVisible(has_two_rows or number < RECENT_COLUMNS)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders, and show it."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self._welcome_drop(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Calm down."""
        self._welcome_drop(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Announce what was dropped: one folder, image or project; of several images their folder."""
        self._welcome_drop(False)
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            is_one_thing = len(paths) == 1 or any(map(is_folder, paths))
            self.path_chosen.emit(paths[0] if is_one_thing else paths[0].parent)

    def _welcome_drop(self, is_welcome: bool) -> None:
        self._is_drop_welcome = is_welcome
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame the page while something is held over it."""
        super().paintEvent(event)
        if self._is_drop_welcome:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme().color("accent"), FOCUS_WIDTH, Qt.PenStyle.DashLine))
            painter.setBrush(theme().color("accent", 0.08))
            frame = QRectF(self.rect()).adjusted(SPACE_M, SPACE_M, -SPACE_M, -SPACE_M)
            painter.drawRoundedRect(frame, 2 * RADIUS, 2 * RADIUS)


def _column_width() -> int:
    """Give the width of the page's column, which is no wider than the screen."""
    screen = QGuiApplication.primaryScreen().availableGeometry().width()
    return min(scaled(COLUMN_WIDTH), screen - 4 * SPACE_XL)


def _make_half_wide(card: ChoiceCard) -> None:
    card.setFixedWidth((_column_width() - SPACE_M) // 2)


def _words(text: str, font: str, *, dim: bool = False) -> QLabel:
    label = QLabel(text)
    bind_font(label, font)
    if dim:
        label.setProperty("tone", "dim")
    return label
