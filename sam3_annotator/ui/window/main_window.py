"""The window of a project: assembles canvas, panels, menus, rail and bars; decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices, QDragEnterEvent, QDropEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenuBar, QWidget

from sam3_annotator.model import EngineStatus
from sam3_annotator.paths import user_log_dir
from sam3_annotator.project import ChangeSet, ImageState, InstanceId, ProjectStore, state_counts
from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.actions.actions import Actions
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.keyboard.digit_row import digit_of
from sam3_annotator.ui.keyboard.key_hints import key_hints
from sam3_annotator.ui.keyboard.key_map import KeyMap
from sam3_annotator.ui.panels.category_list import CategoryPanel
from sam3_annotator.ui.panels.finding_list import FindingPanel
from sam3_annotator.ui.panels.history_panel import HistoryPanel
from sam3_annotator.ui.panels.image_list import ImageListPanel
from sam3_annotator.ui.panels.instance_list import InstancePanel
from sam3_annotator.ui.panels.proposal_list import ProposalPanel
from sam3_annotator.ui.settings import RecentProject, Settings
from sam3_annotator.ui.start.recent import remember_project
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.theme import theme
from sam3_annotator.ui.verbs.checking import Checking
from sam3_annotator.ui.window.activities import Activities
from sam3_annotator.ui.window.canvas_area import CanvasArea
from sam3_annotator.ui.window.docks import Docks, first_focusable
from sam3_annotator.ui.window.menus import add_recent_menu, build_menus, make_canvas_menu
from sam3_annotator.ui.window.message_bar import MessageBar, Severity
from sam3_annotator.ui.window.model_chip import ModelChip
from sam3_annotator.ui.window.situation import Situation
from sam3_annotator.ui.window.status_line import StatusLine
from sam3_annotator.ui.window.tool_rail import ToolRail
from sam3_annotator.ui.window.top_bar import TopBar
from sam3_annotator.ui.window.window_place import restore_place, save_place
from sam3_annotator.ui.window.window_title import WindowTitle
from sam3_annotator.ui.workspace import Workspace

LeaveCheck = Callable[[Callable[[], object]], bool]

MINIMUM_SIZE: Final = QSize(880, 560)
ZOOM_STEP: Final = 1.25
# A window that is never shown begins all the same.
BEGIN_UNSEEN_MS: Final = 1000
# Key of the message that all findings have had their turn.
FINDINGS: Final = "findings"
_TOOLS: Final = ("select", "points", "box", "exemplar", "polygon", "brush")
_INSTANCE_MENU: Final = (
    ("correct", "outline_boxes", "find_like"),
    ("cut", "copy", "paste", "duplicate"),
    ("merge", "split_parts", "take_overlap", "leave_overlap"),
    ("fill_holes", "keep_largest_part", "remove_leftovers", "simplify", "toggle_crowd"),
    ("attributes", "same_attributes"),
)


class MainWindow(QMainWindow):
    """Everything the user sees of a project.

    It binds the verbs that concern only itself and the view (zoom, tools, panels, settings, help); those that
    concern the project are bound by whoever builds it, through `actions.bind`.
    """

    begun = Signal()  # the window has been painted, or nobody shows it: what takes long may start
    closing = Signal()  # the window goes: stop what is under way
    paths_dropped = Signal(object)  # list[Path]
    project_requested = Signal(object)  # Path to be opened in place of this project
    start_page_requested = Signal()

    def __init__(
        self,
        bridge: StoreBridge,
        workspace: Workspace,
        canvas: CanvasView,
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("main_window")
        self.setMinimumSize(MINIMUM_SIZE)
        self.setAcceptDrops(True)
        self.bridge = bridge
        self.workspace = workspace
        self.canvas = canvas
        self.settings = settings
        self.keys = KeyMap(self.settings, self)
        self.window_actions = Actions(self, canvas, self.keys)
        self.situation = Situation(bridge, workspace, self)
        self.situation.changed.connect(self.window_actions.update)
        self.area = CanvasArea(canvas, self.keys)
        self.chip = ModelChip()
        self.status_line = StatusLine()
        self._activities = Activities(self.status_line, self.area)
        self.image_panel = ImageListPanel(bridge, workspace)
        self.category_panel = CategoryPanel(bridge, workspace, self.keys)
        self.instance_panel = InstancePanel(bridge, workspace, self.keys)
        self.proposal_panel = ProposalPanel(self.keys)
        self.checking = Checking(bridge, self)
        self.finding_panel = FindingPanel(self.checking)
        self.history_panel = HistoryPanel(bridge)
        self._idle_checks: list[Callable[[], bool]] = []
        self._leave_checks: list[tuple[LeaveCheck, bool]] = []
        self._beginning = QTimer(self, singleShot=True, interval=BEGIN_UNSEEN_MS)
        self._beginning.timeout.connect(self.begun)
        self._beginning.start()
        self._assemble()
        self._connect()
        if not restore_place(self, self.settings):
            self._docks.fit_columns()
        self._set_up_canvas()
        canvas.set_tool("points")  # what a newcomer does first is to click on an object
        WindowTitle(self)
        self._name_categories()
        self.focus_canvas()

    # --- the faces others work with ----------------------------------------------------------

    @property
    def store(self) -> ProjectStore:
        """The project."""
        return self.bridge.store

    @property
    def progress(self) -> tuple[int, int]:
        """How many images are done, of how many that are not left out."""
        counts = state_counts(self.store)
        done = sum(count for state, count in counts.items() if state.is_finished)
        return done, sum(counts.values()) - counts[ImageState.LEFT_OUT]

    @property
    def messages(self) -> MessageBar:
        """The bar over the top of the canvas."""
        return self.area.messages

    def show_problem(self, sentence: str) -> None:
        """Show why something could not be done; nothing is lost then."""
        self.messages.show_message(sentence, Severity.WARNING)

    def show_notice(self, sentence: str, key: str = "", *, stays: bool = False) -> None:
        """Show what was done, for some seconds unless it `stays`; it replaces a message with the same key."""
        self.messages.show_message(sentence, Severity.INFO, key=key, stays=stays)

    def set_model_status(self, status: EngineStatus) -> None:
        """Show what the engine reports."""
        self.chip.set_status(status)

    def set_activity(
        self, text: str, progress: float | None = None, cancel: Callable[[], object] | None = None, key: str = ""
    ) -> None:
        """Show long work, `key`: words in the status line, the thin bar above the canvas; "" when it is over."""
        self._activities.tell(key, text, progress, cancel)

    def add_idle_check(self, check: Callable[[], bool]) -> None:
        """Make `is_idle` ask this too."""
        self._idle_checks.append(check)

    def is_idle(self) -> bool:
        """No embedding, decode, save or export is under way."""
        return all(check() for check in self._idle_checks)

    def add_leave_check(self, check: LeaveCheck, *, of_people: bool = False) -> None:
        """Make `may_leave` ask this too; `of_people` only where a person leaves, since a program cannot answer."""
        self._leave_checks.append((check, of_people))

    def may_leave(self, leave: Callable[[], object], *, is_person: bool = True) -> bool:
        """Say whether the project may be closed now; if not, the window says why and calls `leave` once it may."""
        return all(check(leave) for check, of_people in self._leave_checks if is_person or not of_people)

    def focus_canvas(self) -> None:
        """Give the keyboard back to the canvas, also from a panel that floats in a window of its own."""
        if self._docks.has_active_window():
            self.activateWindow()
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- assembly ----------------------------------------------------------------------------

    def _assemble(self) -> None:
        menu_bar = QMenuBar()
        self.menus = build_menus(menu_bar, self.window_actions)
        self.menus["File/Open recent"] = add_recent_menu(
            self.menus["File"], self._other_recent_projects, self.project_requested.emit
        )
        self.top_bar = TopBar(menu_bar, self.chip)
        self.setMenuWidget(self.top_bar)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, ToolRail(self.window_actions, self))
        self.setCentralWidget(self.area)
        self.setStatusBar(self.status_line)
        self._docks = Docks(
            self,
            {
                "images": self.image_panel,
                "findings": self.finding_panel,
                "history": self.history_panel,
                "categories": self.category_panel,
                "instances": self.instance_panel,
                "proposals": self.proposal_panel,
            },
        )
        panels = self.menus["View/Panels"]
        panels.insertActions(panels.actions()[0], self._docks.toggle_actions)

    def _connect(self) -> None:
        self.bridge.changed.connect(self._follow_store)
        self.settings.changed.connect(self._follow_setting)
        self.window_actions.state_changed.connect(self._follow_state)
        self.keys.changed.connect(lambda: self._follow_state(self.window_actions.state))
        self.canvas.cursor_moved.connect(self.status_line.set_cursor)
        self.canvas.zoom_changed.connect(self.status_line.set_zoom)
        self.canvas.accept_requested.connect(lambda: self.window_actions.trigger("accept"))
        self.canvas.cancel_requested.connect(lambda: self.window_actions.trigger("escape"))
        self.canvas.problem.connect(self.show_problem)
        self.canvas.context_menu_requested.connect(self._open_canvas_menu)
        self.finding_panel.notice.connect(lambda sentence: self.show_notice(sentence, FINDINGS))
        self.finding_panel.focus_left.connect(self.focus_canvas)
        self.closing.connect(self.checking.close)
        for panel in (self.image_panel, self.category_panel, self.instance_panel):
            panel.problem.connect(self.show_problem)
            panel.focus_left.connect(self.focus_canvas)
        self.instance_panel.offer(*map(self.window_actions.group, _INSTANCE_MENU))
        self.category_panel.images_wanted.connect(self.image_panel.show_with)
        self.workspace.waiting_changed.connect(self.image_panel.model.set_waiting)
        self.category_panel.images_wanted.connect(self._docks.show_images)
        self.window_actions.bind(
            {
                "fit": self.canvas.fit,
                "zoom_100": lambda: self.canvas.set_zoom(1.0),
                "zoom_in": lambda: self.canvas.set_zoom(self.canvas.zoom * ZOOM_STEP),
                "zoom_out": lambda: self.canvas.set_zoom(self.canvas.zoom / ZOOM_STEP),
                **{f"tool_{tool}": partial(self.canvas.set_tool, tool) for tool in _TOOLS},
                "next_panel": lambda: self._focus_panel(1),
                "previous_panel": lambda: self._focus_panel(-1),
                "toggle_panels": self._toggle_panels,
                "reset_layout": self._docks.reset,
                "history": self._docks.show_history,
                "choose_category": self._choose_category,
                "check_project": self.check_project,
                "next_finding": lambda: self.finding_panel.view.turn(1),
                "previous_finding": lambda: self.finding_panel.view.turn(-1),
                "judge_finding": self.finding_panel.judge,
                "full_screen": self._toggle_full_screen,
                "minimise": self.showMinimized,
                "settings": self.open_settings,
                "shortcuts": self.open_shortcuts,
                "model_details": self.chip.open_details,
                "open_logs": lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(user_log_dir()))),
                "about": self.open_about,
                "quit": self._quit,
            }
        )

    # --- what the window does itself ---------------------------------------------------------

    def check_project(self) -> None:
        """Look for mistakes in the project, and show what is found."""
        self.show_findings()
        self.checking.start()

    def show_findings(self) -> None:
        """Show the panel of what was found."""
        self._docks.show_findings()

    def set_searching(self, is_searching: bool) -> None:
        """Give the proposals the room for a list while something is looked for on the image."""
        self._docks.set_searching(is_searching)

    def open_settings(self) -> None:
        """Open the settings."""
        from sam3_annotator.ui.dialogs.settings_dialog import SettingsDialog  # rarely needed, never at the start

        dialog = SettingsDialog(self.settings, self)
        dialog.shortcuts_wanted.connect(self.open_shortcuts)
        dialog.open()

    def open_shortcuts(self) -> None:
        """Open the page of all keys, where they can be changed."""
        from sam3_annotator.ui.keyboard.shortcuts_dialog import ShortcutsDialog  # rarely needed, never at the start

        ShortcutsDialog(self.keys, self).open()

    def open_about(self) -> None:
        """Open what the program is and what it stands on."""
        from sam3_annotator.ui.dialogs.about_dialog import AboutDialog  # rarely needed, never at the start

        AboutDialog(self).open()

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _toggle_panels(self) -> None:
        self._docks.toggle_all()
        self.focus_canvas()

    def _choose_category(self) -> None:
        self._docks.show_categories()
        self.category_panel.field.begin()

    def _focus_panel(self, step: int) -> None:
        target = self._docks.next_to_focus(self.canvas, step)
        if target is self.canvas:
            self.focus_canvas()
        else:
            first_focusable(target).setFocus(Qt.FocusReason.TabFocusReason)

    def _follow_store(self, changes: ChangeSet) -> None:
        if changes.touched("categories"):
            self._name_categories()

    def _follow_setting(self, name: str) -> None:
        if name == "appearance":
            theme().set_appearance(self.settings.appearance)
        elif name == "text_size":
            theme().set_text_size(self.settings.text_size)
        elif name in ("wheel_zooms", "fill_opacity", "reduces_motion"):
            self._set_up_canvas()

    def _set_up_canvas(self) -> None:
        self.canvas.wheel_zooms = self.settings.wheel_zooms
        self.canvas.set_fill_opacity(self.settings.fill_opacity)
        for moving in (self.canvas, self.area.phrase_bar):
            moving.set_reduced_motion(self.settings.reduces_motion)

    def _open_canvas_menu(self, instance_id: InstanceId | None, at: QPoint) -> None:
        if instance_id is None:
            menu = make_canvas_menu(self.window_actions, self)
        else:
            if instance_id not in self.workspace.selection:
                self.workspace.select((instance_id,))
            menu = self.instance_panel.context_menu()
        menu.popup(at)

    def _follow_state(self, state: ActionState) -> None:
        self.status_line.set_key_hints(key_hints(state, self.keys.text))
        self.status_line.set_left_out(is_left_out=state.is_left_out)
        self.area.set_phrase_bar_shown(state.has_image and not state.is_unreadable)

    def _name_categories(self) -> None:
        self.window_actions.set_categories([(category.name, category.color) for category in self.store.categories()])

    def _other_recent_projects(self) -> list[RecentProject]:
        return [project for project in self.settings.recent_projects if project.path != str(self.store.path)]

    def _quit(self) -> None:
        if self.may_leave(QApplication.closeAllWindows):
            QApplication.closeAllWindows()

    # --- Qt's events -------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take a key that nothing else is bound to for its digit, where a keyboard has that with Shift only."""
        action_id = self.keys.holder(digit_of(event)) if not event.isAutoRepeat() else ""
        if action_id:
            self.window_actions.trigger(action_id)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Begin once the first frame is out: libraries loading on other threads would hold it up."""
        super().paintEvent(event)
        if self._beginning.isActive():
            self._beginning.start(0)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember place and project; everything else is saved already, or closing waits until it is."""
        # What `close` was called by is a program, or has asked already.
        if not self.may_leave(self.close, is_person=event.spontaneous()):
            event.ignore()
            return
        self._beginning.stop()
        self.set_searching(False)
        save_place(self, self.settings)
        remember_project(self.settings, self.store.path, *self.progress, self.canvas)
        self.closing.emit()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Announce files and folders dropped on the window."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.paths_dropped.emit(paths)
