"""The panels around the canvas: where each is at first, and how the keyboard goes from one to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from sam3_annotator.ui.sizes import bind_sizes, scaled
from sam3_annotator.ui.theme import theme
from sam3_annotator.ui.window.dock import Dock
from sam3_annotator.ui.window.window_place import LAYOUT_VERSION

_LEFT = ("images", "findings", "history")
# What stays out of the way until it is wanted.
_HIDDEN: Final = ("findings", "history")
_RIGHT = ("categories", "instances", "proposals")
# Of the left and the right column, in pixels; in a narrow window less, so that most of it is the canvas's.
_WIDTHS: Final = (248, 264)
_MOST_OF_WINDOW: Final = 0.45
# Narrower, names of images would be cut off.
_LEAST_WIDTH: Final = 208
# Of the right column, in parts, while nothing is looked for.
_RIGHT_HEIGHTS: Final = (330, 370, 120)
# What a list of proposals needs, and what it leaves to the instances, in pixels.
_PROPOSALS_HEIGHT, _INSTANCES_HEIGHT = 240, 200


class Docks:
    """One dock for each panel: `images`, `findings`, `history`, `categories`, `instances` and `proposals`.

    The findings and the history stay out of the way until they are wanted.
    """

    def __init__(self, window: QMainWindow, panels: Mapping[str, QWidget]) -> None:
        self._window = window
        self._docks = {name: Dock(name, name.capitalize(), panels[name], window) for name in (*_LEFT, *_RIGHT)}
        for names, area in (
            (_LEFT, Qt.DockWidgetArea.LeftDockWidgetArea),
            (_RIGHT, Qt.DockWidgetArea.RightDockWidgetArea),
        ):
            for name in names:
                window.addDockWidget(area, self._docks[name])
        for name in _HIDDEN:
            self._docks[name].hide()
        self._resize(_RIGHT, _RIGHT_HEIGHTS, Qt.Orientation.Vertical)
        self._own_height = 0  # of the proposals, while they have room of the instances
        self._put_away: tuple[Dock, ...] = ()
        self._first_layout = window.saveState(LAYOUT_VERSION)
        self.fit_columns()
        self._text_scale = theme().text_scale
        bind_sizes(window, self._follow_text_size)

    @property
    def toggle_actions(self) -> list[QAction]:
        """The actions that show and hide the panels."""
        return [dock.toggleViewAction() for dock in self._docks.values()]

    def has_active_window(self) -> bool:
        """Whether a panel that floats in a window of its own has the keyboard."""
        return QApplication.activeWindow() in self._docks.values()

    def reset(self) -> None:
        """Put all panels back in their places."""
        self._own_height = 0
        self._window.restoreState(self._first_layout, LAYOUT_VERSION)
        self.fit_columns()

    def fit_columns(self) -> None:
        """Give both columns their first widths, for a window as wide as it is."""
        wanted = tuple(map(scaled, _WIDTHS))
        share = min(1.0, _MOST_OF_WINDOW * self._window.width() / sum(wanted))
        least = min(scaled(_LEAST_WIDTH), max(round(_MOST_OF_WINDOW * self._window.width() / 2), _LEAST_WIDTH))
        widths = tuple(max(round(width * share), least) for width in wanted)
        self._resize(("images", "categories"), widths, Qt.Orientation.Horizontal)

    def _follow_text_size(self) -> None:
        """Have both columns grow and shrink with the text, as far as they leave the canvas its part."""
        ratio = theme().text_scale / self._text_scale
        if ratio != 1.0:
            self._text_scale = theme().text_scale
            columns = ("images", "categories")
            widths = [self._docks[name].width() * ratio for name in columns]
            share = min(1.0, _MOST_OF_WINDOW * self._window.width() / sum(widths))
            self._resize(columns, tuple(round(width * share) for width in widths), Qt.Orientation.Horizontal)

    def toggle_all(self) -> None:
        """Put all panels away, so that the canvas has their room, or bring them back; those that float stay.

        Where none were put away, as when the window opened without any, it is those that it has at first.
        """
        docked = tuple(dock for dock in self._docks.values() if not (dock.isHidden() or dock.isFloating()))
        back = self._put_away or tuple(dock for name, dock in self._docks.items() if name not in _HIDDEN)
        for dock in docked or back:
            dock.setVisible(not docked)
        # What was shown meanwhile goes, too, and comes back with what it stands beside.
        self._put_away = tuple(dict.fromkeys((*self._put_away, *docked))) if docked else ()

    def show_images(self) -> None:
        """Bring the images to the front, also where their panel was closed."""
        self._docks["images"].show()
        self._docks["images"].raise_()

    def show_categories(self) -> None:
        """Bring the categories to the front, also where their panel was closed or is in a window of its own."""
        dock = self._docks["categories"]
        dock.show()
        dock.raise_()
        if dock.isFloating():
            dock.activateWindow()

    def show_findings(self) -> None:
        """Give the findings their part of the column, unless they are shown already."""
        self._show_in_column("findings")

    def show_history(self) -> None:
        """Give the history its part of the column, unless it is shown already, and the keyboard."""
        self._show_in_column("history")
        dock = self._docks["history"]
        if dock.isFloating():
            dock.activateWindow()
        first_focusable(dock.widget()).setFocus(Qt.FocusReason.OtherFocusReason)

    def set_searching(self, is_searching: bool) -> None:
        """Lend the proposals room of the instances, as much as their list lacks, while something is looked for."""
        instances, proposals = self._docks["instances"], self._docks["proposals"]
        if is_searching == bool(self._own_height) or not self._are_neighbours(instances, proposals):
            return
        shared = instances.height() + proposals.height()
        if is_searching:
            self._own_height = proposals.height()
            height = max(min(_PROPOSALS_HEIGHT, shared - _INSTANCES_HEIGHT), self._own_height)
        else:
            height, self._own_height = self._own_height, 0
        self._resize(("instances", "proposals"), (shared - height, height), Qt.Orientation.Vertical)

    def next_to_focus(self, canvas: QWidget, step: int) -> QWidget:
        """Give the panel, or the canvas, that the keyboard goes to from where it is, by `step`, 1 or -1.

        A panel in which nothing takes the keyboard, as an empty one, is passed over.
        """
        shown = [widget for widget in self._in_order(canvas) if widget is canvas or _focusable(widget)]
        at = next((number for number, widget in enumerate(shown) if _has_focus(widget)), -step)
        return shown[(at + step) % len(shown)]

    def _are_neighbours(self, *docks: Dock) -> bool:
        """Whether these stand one over the other, in one column."""
        areas = {self._window.dockWidgetArea(dock) for dock in docks}
        is_seen = all(dock.isVisible() and not dock.isFloating() for dock in docks)
        return is_seen and len(areas) == 1 and not self._window.tabifiedDockWidgets(docks[0])

    def _in_order(self, canvas: QWidget) -> Iterator[QWidget]:
        for name in _LEFT:
            yield self._docks[name].widget()
        yield canvas
        for name in _RIGHT:
            yield self._docks[name].widget()

    def _show_in_column(self, name: str) -> None:
        """Share the left column out evenly among what is shown in it, with this panel, if it was not shown."""
        if not self._docks[name].isVisible():
            self._docks[name].show()
            shown = tuple(each for each in _LEFT if self._docks[each].isVisible())
            self._resize(shown, (1,) * len(shown), Qt.Orientation.Vertical)

    def _resize(self, names: tuple[str, ...], sizes: tuple[int, ...], direction: Qt.Orientation) -> None:
        self._window.resizeDocks([self._docks[name] for name in names], list(sizes), direction)


def first_focusable(panel: QWidget) -> QWidget:
    """Give what in a panel takes the keyboard first, the panel itself if nothing does."""
    children = _focusable(panel)
    return children[0] if children else panel


def _focusable(panel: QWidget) -> list[QWidget]:
    return [
        child
        for child in panel.findChildren(QWidget)
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisible() and child.isEnabled()
    ]


def _has_focus(panel: QWidget) -> bool:
    focused = QApplication.focusWidget()
    return focused is not None and (panel is focused or panel.isAncestorOf(focused))
