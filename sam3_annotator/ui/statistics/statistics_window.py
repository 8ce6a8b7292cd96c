"""The window of the statistics: the figures of the whole project above, tables of categories and phrases below."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from sam3_annotator.project import CategoryId, Progress
from sam3_annotator.ui.background import BackgroundTask, error_sentence
from sam3_annotator.ui.dialogs.path_field import Ask, ask_new_file
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.keyboard.keys import sequences, with_key
from sam3_annotator.ui.panels.empty_state import EmptyState
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.sizes import bind_width, size_on_screen
from sam3_annotator.ui.statistics.columns import CATEGORY_COLUMNS, PHRASE_COLUMNS, SPLIT_COLUMNS
from sam3_annotator.ui.statistics.figure_table import FigureTable
from sam3_annotator.ui.statistics.figure_view import FigureView
from sam3_annotator.ui.statistics.figures import Figures, read_measures
from sam3_annotator.ui.statistics.figures_reader import FiguresReader
from sam3_annotator.ui.statistics.makings_legend import MakingsLegend
from sam3_annotator.ui.statistics.statistics_head import StatisticsHead
from sam3_annotator.ui.statistics.table_text import comma_separated, tab_separated, write_csv
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.text_field import TextField
from sam3_annotator.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS
from sam3_annotator.ui.window.companion import Companion, line_across
from sam3_annotator.ui.window.message_bar import MessageBar, Severity

SIZE: Final = QSize(1180, 720)
MINIMUM_SIZE: Final = (640, 420)
FIELD_WIDTH: Final = 176
TABLE_MARGIN: Final = 6
"""With what a view and its cells leave free themselves, the margin of the rest."""


class StatisticsWindow(Companion):
    """The numbers of a project in tables, to be sorted, copied and saved."""

    gallery_wanted = Signal(object)  # CategoryId whose instances are to be shown, None for all
    images_wanted = Signal(object)  # CategoryId whose images are to be shown

    def __init__(self, bridge: StoreBridge, keys: KeyMap, settings: Settings, name: str) -> None:
        """Take the project, whose name is shown in the title."""
        super().__init__()
        self.setObjectName("statistics_window")
        self.setWindowTitle(f"Statistics - {name}")
        self.setMinimumSize(*MINIMUM_SIZE)
        self.ask: Ask = ask_new_file("Tables (*.csv)")
        self._keys = keys
        self._settings = settings
        self._project = bridge.store.path
        self._folder = self._project.parent
        self._name = name
        self.reader = FiguresReader(bridge, self)
        self.head = StatisticsHead()
        self.categories = FigureView(FigureTable(CATEGORY_COLUMNS, self), "Categories", sorted_by=1)
        self.phrases = FigureView(FigureTable(PHRASE_COLUMNS, self), "Phrases", sorted_by=2)
        self._tools = QWidget()
        self._tabs = QTabBar()
        self.field = TextField()
        self._stack = QStackedWidget()
        self._empty = EmptyState("shape-outline")
        self._legend = MakingsLegend()
        self._note = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.messages = MessageBar()
        self._failure = ""
        self._is_measuring = False
        self._saving: BackgroundTask | None = None
        self._actions = self._make_actions()
        self._copy, self._save = QPushButton("Copy"), QPushButton("Save as CSV…")
        self._save_measures = QPushButton("Save instances…")
        self._save_measures.setToolTip("Save a table with a row for each instance: area, centroid and box in pixels")
        self._assemble()
        self._connect()
        if not self.restoreGeometry(settings.statistics_geometry):
            self.resize(size_on_screen(SIZE))
        self._follow_keys()
        self._refresh()

    @property
    def is_idle(self) -> bool:
        """Nothing is being read, measured or written."""
        return self.reader.is_idle and self._saving is None

    @property
    def empty_words(self) -> str:
        """What is said in place of a table, "" while there is one."""
        return self._empty.words if self._stack.currentWidget() is self._empty else ""

    @property
    def note(self) -> str:
        """What the line at the bottom says."""
        return self._note.text()

    @property
    def view(self) -> FigureView:
        """The table that is chosen."""
        return self.categories if self._tabs.currentIndex() == 0 else self.phrases

    def show_phrases(self, *, are_shown: bool = True) -> None:
        """Show the table of phrases, or that of categories."""
        self._tabs.setCurrentIndex(int(are_shown))

    def copy(self) -> None:
        """Put the table that is shown on the clipboard, in its order."""
        if not self.view.order.rowCount():
            return
        QGuiApplication.clipboard().setText(tab_separated(self.view.table.columns, self.view.order.rows()))
        self._note.setText("The table is copied; paste it into a spreadsheet.")

    def save(self) -> None:
        """Ask for a file and write the table that is shown to it, in its order."""
        if not self.view.order.rowCount() or self._saving is not None:
            return
        start = self._folder / f"{self._name} {self.view.accessibleName().lower()}.csv"
        if not (chosen := self.ask(self, "Save the table", str(start))):
            return
        text = comma_separated(self.view.table.columns, self.view.order.rows())
        self._start_saving(Path(chosen), lambda _progress: text)

    def save_measures(self) -> None:
        """Ask for a file and write a table to it that has a row for each instance."""
        if not self.categories.order.rowCount() or self._saving is not None:
            return
        start = self._folder / f"{self._name} instances.csv"
        if chosen := self.ask(self, "Save a row for each instance", str(start)):
            self._start_saving(Path(chosen), partial(read_measures, self._project))

    def _start_saving(self, path: Path, text: Callable[[Progress], str]) -> None:
        self._saving = BackgroundTask(lambda progress: write_csv(path, text(progress)), owner=self)
        self._saving.progress.connect(self._show_measuring)
        self._saving.result.connect(lambda _none: self._note.setText(f"Saved as {path}."))
        self._saving.failed.connect(lambda error: self._tell(error_sentence(error, "Saving the table")))
        self._saving.finished.connect(self._end_saving)
        self._saving.start()

    def close_for_good(self) -> None:
        """Stop what is under way and go."""
        self.reader.close()
        super().close_for_good()

    # --- assembly ----------------------------------------------------------------------------

    def _assemble(self) -> None:
        self._tabs.setAccessibleName("Table")
        self._tabs.addTab("Categories")
        self._tabs.addTab("Phrases")
        for widget in (self.categories, self.phrases, self._empty):
            self._stack.addWidget(widget)
        tools = QHBoxLayout(self._tools)
        tools.setContentsMargins(SPACE_S, 0, SPACE_L, SPACE_XS)
        tools.setSpacing(SPACE_S)
        tools.addWidget(self._tabs)
        tools.addStretch(1)
        self.field.setPlaceholderText("Find a category")
        self.field.setAccessibleName("Find a category")
        self.field.setClearButtonEnabled(True)
        bind_width(self.field, FIELD_WIDTH)
        tools.addWidget(self.field)
        for button in (self._copy, self._save, self._save_measures):
            button.setProperty("kind", "quiet")
            tools.addWidget(button)
        self._note.setProperty("tone", "dim")
        foot = QHBoxLayout()
        foot.setContentsMargins(SPACE_L, SPACE_XS, SPACE_L, SPACE_XS)
        foot.setSpacing(SPACE_M)
        foot.addWidget(self._legend)
        foot.addWidget(self._note, stretch=1)
        table = QHBoxLayout()
        table.setContentsMargins(TABLE_MARGIN, 0, TABLE_MARGIN, 0)
        table.addWidget(self._stack)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.messages)
        layout.addWidget(self.head)
        layout.addWidget(self._tools)
        layout.addWidget(line_across())
        layout.addLayout(table, stretch=1)
        layout.addWidget(line_across())
        layout.addLayout(foot)

    def _connect(self) -> None:
        self.reader.changed.connect(self._refresh)
        self.reader.measuring.connect(self._show_measuring)
        self.reader.failed.connect(self._fail)
        self._tabs.currentChanged.connect(self._refresh)
        self._copy.clicked.connect(self.copy)
        self._save.clicked.connect(self.save)
        self._save_measures.clicked.connect(self.save_measures)
        self._keys.changed.connect(self._follow_keys)
        self.field.returnPressed.connect(self._enter_table)
        for view in (self.categories, self.phrases):
            self.field.textChanged.connect(view.order.find)
            view.category_wanted.connect(self.gallery_wanted)
            view.menu_wanted.connect(self._open_menu)

    def _make_actions(self) -> dict[str, QAction]:
        verbs: dict[str, Callable[[], object]] = {
            "statistics": self.left.emit,
            "gallery": lambda: self.gallery_wanted.emit(None),
            "copy": self.copy,
            "escape": self._step_back,
        }
        made: dict[str, QAction] = {}
        for action_id, verb in verbs.items():
            made[action_id] = QAction(action_id, self)
            made[action_id].triggered.connect(lambda _checked=False, call=verb: call())
            self.addAction(made[action_id])
        return made

    def _follow_keys(self) -> None:
        for action_id, action in self._actions.items():
            action.setShortcuts([name for key in self._keys.keys(action_id) for name in sequences(key)])
        self._copy.setToolTip(with_key("Copy the table, to be pasted into a spreadsheet", self._keys.text("copy")))

    # --- what is shown -----------------------------------------------------------------------

    def _refresh(self) -> None:
        figures = self.reader.figures
        self.head.setVisible(figures is not None and figures.numbers.images > 0)
        if figures is not None:
            self._show(figures)
        is_empty = not self.view.table.rowCount()
        for tool in (self._copy, self._save, self.field):
            tool.setEnabled(not is_empty)
        self._tools.setVisible(self.categories.table.rowCount() > 0)
        self._legend.setVisible(not is_empty and self.view is self.categories)
        if is_empty:
            self._say_empty(figures)
        was_empty = self._stack.currentWidget() is self._empty
        self._stack.setCurrentWidget(self._empty if is_empty else self.view)
        if was_empty and not is_empty and self.focusWidget() in (None, self._tabs):
            self.view.setFocus()

    def _show(self, figures: Figures) -> None:
        self.head.show_figures(figures)
        splits = figures.numbers.effort.total.splits
        has_splits = any(count for name, count in splits.items() if name != "none")
        for column in SPLIT_COLUMNS:
            self.categories.setColumnHidden(column, not has_splits)
        has_instances = figures.numbers.effort.total.instances > 0
        self.categories.table.show(tuple(figures.category_rows(self.reader.sizes)) if has_instances else ())
        self.phrases.table.show(tuple(figures.phrase_rows()))

    def _say_empty(self, figures: Figures | None) -> None:
        if figures is None and self._failure:
            self._empty.say("The project cannot be counted", self._failure)
        elif figures is None:
            self._empty.say("Counting the instances…", "")
        elif not figures.numbers.images:
            self._empty.say("No images yet", "Once there are images, what is labelled on them is counted here")
        elif not figures.numbers.effort.total.instances:
            self._empty.say("No instances yet", "What you outline, find or import is counted here")
        else:
            self._empty.say(
                "No phrases yet",
                "What a phrase or exemplars find is counted here, with how much of it had to be corrected",
            )

    def _show_measuring(self, done: int, total: int) -> None:
        if 0 < done < total:  # of few it is over before anybody reads it
            self._is_measuring = True
            self._note.setText(f"Measuring the instances, {100 * done // total} %")
        elif self._is_measuring and done == total:
            self._is_measuring = False
            self._note.clear()

    def _enter_table(self) -> None:
        """Go to the first row that was found."""
        self.view.setFocus()
        self.view.selectRow(0 if self.view is self.phrases else 1)

    def _step_back(self) -> None:
        if self.field.text():
            self.field.clear()
            self.view.setFocus()
        else:
            self.close()

    def _open_menu(self, category_id: CategoryId | None, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Show in the instance gallery", lambda: self.gallery_wanted.emit(category_id))
        if category_id is not None:
            menu.addAction("Show its images", lambda: self.images_wanted.emit(category_id))
        menu.popup(place)

    def _fail(self, error: Exception) -> None:
        sentence = error_sentence(error, "Counting")
        if self.reader.figures is not None:
            self._tell(sentence)
        else:
            self._failure = sentence
            self._refresh()

    def _tell(self, sentence: str) -> None:
        self.messages.show_message(sentence, Severity.WARNING, key="statistics")

    def _end_saving(self) -> None:
        self._saving = None

    # --- Qt's events -------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Read what has changed while nobody looked."""
        super().showEvent(event)
        self.reader.set_watched(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Read nothing while nobody looks."""
        super().hideEvent(event)
        self.reader.set_watched(False)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the place."""
        self._settings.statistics_geometry = self.saveGeometry()
        super().closeEvent(event)
