"""What the actions depend on, told by those that know several things of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget

from sam3_annotator.project import CategoryId, FindingKind, ImageId, ImageState, ProjectStore
from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.canvas_binding import CanvasBinding
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.item_models.image_criteria import Stops
from sam3_annotator.ui.verbs.drawing import Drawing
from sam3_annotator.ui.window.main_window import MainWindow

_LEFTOVERS: Final = (FindingKind.SPECKS, FindingKind.PINHOLES)


def add_project(window: MainWindow) -> None:
    """Tell of the project of a window: its categories, steps and findings."""
    store, workspace, findings = window.store, window.workspace, window.finding_panel

    def tell(state: ActionState) -> ActionState:
        chosen = findings.view.chosen
        return replace(
            state,
            is_read_only=store.is_read_only,
            undo_label=store.undo_label,
            redo_label=store.redo_label,
            category_count=len(store.categories()),
            category_name=_name_of(workspace.category_id, store),
            finding_count=findings.model.rowCount(),
            is_at_finding=chosen is not None and workspace.image_id in (chosen.image_ids or (workspace.image_id,)),
            is_finding_of_file=chosen is not None and not chosen.kind.is_dismissible,
            is_finding_of_leftovers=chosen is not None and chosen.kind in _LEFTOVERS,
            is_finding_of_box=chosen is not None and chosen.kind is FindingKind.BOX_AMONG_OUTLINES,
            is_finding_dismissed=findings.shows_dismissed,
        )

    window.situation.add(tell, findings.view.chosen_changed)


def add_image(window: MainWindow, display: ImageDisplay) -> None:
    """Tell of the shown image, and of its neighbours in the list."""
    store, workspace, images = window.store, window.workspace, window.image_panel.shown

    def state_of(image_id: ImageId | None) -> ImageState | None:
        with suppress(KeyError):  # an image taken out of the project is the shown one for a moment more
            return None if image_id is None else store.image(image_id).state
        return None

    def tell(state: ActionState) -> ActionState:
        image_id = workspace.image_id
        image_state = state_of(image_id)
        return replace(
            state,
            has_image=image_id is not None,
            is_unreadable=display.has_failed,
            is_left_out=image_state is ImageState.LEFT_OUT,
            is_finished=image_state is not None and image_state.is_finished,
            has_previous_image=images.neighbour(image_id, -1) is not None,
            has_next_image=images.neighbour(image_id, 1) is not None,
            has_unfinished_image=images.next_stop(image_id, 1, Stops.UNFINISHED) is not None,
        )

    window.situation.add(tell, images.changed, display.shown, display.failed)


def add_instances(window: MainWindow, binding: CanvasBinding) -> None:
    """Tell of the instances on the canvas."""
    workspace = window.workspace

    def tell(state: ActionState) -> ActionState:
        return replace(
            state,
            selection_count=len(workspace.selection),
            is_deciding=bool(workspace.alternatives),
            instance_count=len(binding.instance_ids),
            hidden_count=len(workspace.hidden & binding.instance_ids),
        )

    window.situation.add(tell)


def add_canvas(window: MainWindow) -> None:
    """Tell of the tool in the hand, and of the light in which the image is shown."""
    canvas = window.canvas

    def tell(state: ActionState) -> ActionState:
        return replace(
            state,
            tool=canvas.tool,
            brush_radius=canvas.brush.radius_on(canvas.image_size),
            has_light=not canvas.light.light.is_neutral,
            shows_original=canvas.light.shows_original,
        )

    window.situation.add(tell, canvas.tool_changed, canvas.brush.changed, canvas.light.switched)


def add_making(window: MainWindow, assist: Assist, finder: Finder, drawing: Drawing) -> None:
    """Tell of what is being made and of what was found, and of the category that either would get."""
    canvas, store = window.canvas, window.store

    def own_category() -> str:
        if canvas.is_drawing:
            return ""
        if (draft := assist.draft) is not None:
            return "" if draft.corrects is None else _name_of(draft.corrects.category_id, store)
        focused = finder.proposals.focused if finder.proposals is not None else None
        return "" if focused is None or focused.copy_of is None else focused.copy_of.category_name

    def tell_made(state: ActionState) -> ActionState:
        draft = assist.draft
        return replace(
            state,
            has_draft=draft is not None,
            lacks_object=draft is not None and not draft.says_where,
            lacks_prompt=draft is not None and not draft.prompts,
            candidate_count=len(draft.candidates) if draft else 0,
            drawn_vertices=canvas.polygon.vertex_count if canvas.is_drawing else 0,
            has_strokes_waiting=canvas.tool == "brush" and drawing.has_strokes_waiting,
            own_category=own_category(),
        )

    def tell_found(state: ActionState) -> ActionState:
        proposals = finder.proposals
        if proposals is None:
            return state
        return replace(
            state,
            has_concept=True,
            is_looking=proposals.is_waiting and not proposals.is_current,
            proposal_count=len(proposals.open) if proposals.is_current else 0,
            rejection_count=len(proposals.rejected) if proposals.is_current else 0,
        )

    window.situation.add(tell_made, assist.draft_changed, canvas.polygon.changed, drawing.waiting_changed)
    window.situation.add(tell_found, finder.changed)


def _name_of(category_id: CategoryId | None, store: ProjectStore) -> str:
    with suppress(KeyError):  # one taken out of the project is the current one for a moment more
        return "" if category_id is None else store.category(category_id).name
    return ""


class Typing(QObject):
    """Tells in which field of a window the keyboard is that gives some keys another meaning."""

    changed = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._attributes = window.instance_panel.attributes
        self._categories = window.category_panel
        self._note = window.area.note_line.field
        self._typing_for = ""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow_focus)
        window.closing.connect(lambda: app.focusChanged.disconnect(self._follow_focus))
        window.situation.add(lambda state: replace(state, typing_for=self._typing_for), self.changed)

    @Slot(QWidget, QWidget)
    def _follow_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        before = self._typing_for
        self._typing_for = "category" if now is self._categories.field else ""
        if now is self._note:
            self._typing_for = "note"
        if now is not None and self._attributes.isAncestorOf(now):
            self._typing_for = "attribute"
        if self._typing_for != before:
            self.changed.emit()
