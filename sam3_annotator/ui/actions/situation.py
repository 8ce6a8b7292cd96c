"""Gathers from store, workspace, draft and canvas what the actions depend on."""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget

from sam3_annotator.project import CategoryId, ImageState
from sam3_annotator.ui.actions.action_state import ActionState
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.closer_look import CloserLook
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.assistance.preview import Preview
from sam3_annotator.ui.canvas_binding import CanvasBinding
from sam3_annotator.ui.images.image_display import ImageDisplay
from sam3_annotator.ui.item_models.image_criteria import Stops
from sam3_annotator.ui.verbs.compared_outline import ComparedOutline
from sam3_annotator.ui.verbs.drawing import Drawing
from sam3_annotator.ui.verbs.dropping import Dropping
from sam3_annotator.ui.verbs.instance_clipboard import InstanceClipboard
from sam3_annotator.ui.verbs.putting_back import PuttingBack
from sam3_annotator.ui.window.main_window import MainWindow


class Situation(QObject):
    """Emits `changed` with a new `ActionState` whenever one of its sources changes."""

    changed = Signal(object)  # ActionState

    def __init__(
        self,
        window: MainWindow,
        assist: Assist,
        finder: Finder,
        binding: CanvasBinding,
        display: ImageDisplay,
        preview: Preview,
        compared: ComparedOutline,
        clipboard: InstanceClipboard,
        drawing: Drawing,
        closer_look: CloserLook,
        back: tuple[Dropping, PuttingBack],
    ) -> None:
        super().__init__(window)
        self._store, self._workspace = window.store, window.workspace
        self._assist = assist
        self._finder = finder
        self._canvas = window.canvas
        self._binding = binding
        self._display = display
        self._images = window.image_panel.shown
        self._preview = preview
        self._compared = compared
        self._checking = window.checking
        self._clipboard = clipboard
        self._drawing = drawing
        self._closer_look = closer_look
        self._dropping, self._putting_back = back
        self._attributes = window.instance_panel.attributes
        self._categories = window.category_panel
        self._typing_for = ""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow_focus)
        window.closing.connect(lambda: app.focusChanged.disconnect(self._follow_focus))
        for source in (
            window.bridge.changed,
            window.workspace.image_changed,
            window.workspace.category_changed,
            window.workspace.selection_changed,
            window.workspace.hidden_changed,
            window.image_panel.shown.changed,
            assist.draft_changed,
            finder.changed,
            window.canvas.tool_changed,
            window.canvas.polygon.changed,
            window.canvas.brush.changed,
            window.canvas.light.switched,
            display.shown,
            display.failed,
            preview.switched,
            compared.changed,
            window.checking.changed,
            clipboard.changed,
            drawing.waiting_changed,
            closer_look.changed,
            *(each.changed for each in back),
        ):
            source.connect(self._announce)

    def state(self) -> ActionState:
        """Describe the situation now."""
        draft = self._assist.draft
        proposals = self._finder.proposals
        image_id = self._workspace.image_id
        image_state = self._image_state()
        return ActionState(
            has_image=image_id is not None,
            is_unreadable=self._display.has_failed,
            is_left_out=image_state is ImageState.LEFT_OUT,
            is_finished=image_state is not None and image_state.is_finished,
            has_previous_image=self._images.neighbour(image_id, -1) is not None,
            has_next_image=self._images.neighbour(image_id, 1) is not None,
            has_unfinished_image=self._images.next_stop(image_id, 1, Stops.UNFINISHED) is not None,
            has_draft=draft is not None,
            lacks_object=draft is not None and not draft.says_where,
            lacks_prompt=draft is not None and not draft.prompts,
            candidate_count=len(draft.candidates) if draft else 0,
            has_concept=proposals is not None,
            is_looking=proposals is not None and proposals.is_waiting and not proposals.is_current,
            proposal_count=len(proposals.open) if proposals and proposals.is_current else 0,
            rejection_count=len(proposals.rejected) if proposals and proposals.is_current else 0,
            dropped=self._dropping.dropped,
            taken_back=self._putting_back.word,
            selection_count=len(self._workspace.selection),
            is_deciding=bool(self._workspace.alternatives),
            instance_count=len(self._binding.instance_ids),
            hidden_count=len(self._workspace.hidden & self._binding.instance_ids),
            category_count=len(self._store.categories()),
            category_name=self._name_of(self._workspace.category_id),
            own_category=self._own_category(),
            undo_label=self._store.undo_label,
            redo_label=self._store.redo_label,
            tool=self._canvas.tool,
            is_read_only=self._store.is_read_only,
            is_previewing=self._preview.is_on,
            finding_count=len(self._checking.findings or ()),
            has_copies=self._clipboard.has_copies,
            drawn_vertices=self._canvas.polygon.vertex_count if self._canvas.is_drawing else 0,
            has_strokes_waiting=self._canvas.tool == "brush" and self._drawing.has_strokes_waiting,
            is_comparing=self._compared.is_shown,
            is_looking_closer=self._closer_look.window is not None,
            has_light=not self._canvas.light.light.is_neutral,
            shows_original=self._canvas.light.shows_original,
            typing_for=self._typing_for,
            brush_radius=self._canvas.brush.radius_on(self._canvas.image_size),
        )

    def _image_state(self) -> ImageState | None:
        with suppress(KeyError):  # an image taken out of the project is the shown one for a moment more
            image_id = self._workspace.image_id
            return None if image_id is None else self._store.image(image_id).state
        return None

    def _name_of(self, category_id: CategoryId | None) -> str:
        with suppress(KeyError):  # so is a category
            return "" if category_id is None else self._store.category(category_id).name
        return ""

    def _own_category(self) -> str:
        if self._canvas.is_drawing:
            return ""
        if (draft := self._assist.draft) is not None:
            return "" if draft.corrects is None else self._name_of(draft.corrects.category_id)
        focused = self._finder.proposals.focused if self._finder.proposals is not None else None
        return "" if focused is None or focused.copy_of is None else focused.copy_of.category_name

    @Slot(QWidget, QWidget)
    def _follow_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        before = self._typing_for
        self._typing_for = "category" if now is self._categories.field else ""
        if now is not None and self._attributes.isAncestorOf(now):
            self._typing_for = "attribute"
        if self._typing_for != before:
            self._announce()

    @Slot()
    def _announce(self) -> None:
        self.changed.emit(self.state())
