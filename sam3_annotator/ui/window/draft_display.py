"""Shows draft and preview on the canvas and says in the status line how good and how quick the draft is."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QColor

from sam3_annotator.project import Region, counted
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.preview import Preview
from sam3_annotator.ui.canvas.draft import Draft
from sam3_annotator.ui.category_color import category_color
from sam3_annotator.ui.window.main_window import MainWindow


def draft_in_words(draft: Draft, *, is_accepting: bool = False, ahead: int = 0, is_cut: bool = False) -> str:
    """Describe a draft for the status line; with `is_accepting` the user has accepted what is still to come.

    So many objects more were pointed at `ahead`.
    `is_cut` says that the region ends where the model's view of the image does.
    """
    words = [counted(len(draft.prompts), "prompt") if draft.prompts else "nothing changed yet"]
    if draft.candidates:
        words.append(f"predicted IoU {draft.candidates[draft.index].predicted_iou:.2f}")
    if len(draft.candidates) > 1:
        words.append(f"candidate {draft.index + 1} of {len(draft.candidates)}")
    if not draft.says_where:
        words.append("now click on the object")
    elif draft.is_waiting:
        words.append(
            f"outlining, then accepting{f', then {ahead} more' if ahead else ''}…" if is_accepting else "outlining…"
        )
    elif draft.has_failed:
        words.append("no answer to the last prompt" if draft.candidates else "no answer")
    elif draft.prompts and draft.region.is_empty:
        words.append("nothing found there")
    elif is_cut:
        words.append("cut off where the model's view ends")
    return f"{'Draft' if draft.corrects is None else 'Correcting'}: {', '.join(words)}"


class DraftDisplay(QObject):
    """Draft and preview wear the colour of the category they would get."""

    def __init__(self, window: MainWindow, assist: Assist, preview: Preview, engine: EngineBridge) -> None:
        super().__init__(window)
        self._store = window.store
        self._workspace = window.workspace
        self._canvas = window.canvas
        self._status_line = window.status_line
        self._assist = assist
        self._engine = engine
        for source in (assist.draft_changed, window.workspace.category_changed, window.bridge.changed):
            source.connect(self._show)
        assist.answered.connect(self._show_latency)
        window.canvas.prompt_offered.connect(preview.offer)
        preview.changed.connect(self._show_preview)

    def _color(self) -> QColor:
        draft = self._assist.draft
        corrects = draft.corrects if draft is not None else None
        return category_color(self._store, self._workspace.category_id if corrects is None else corrects.category_id)

    @Slot()
    def _show(self) -> None:
        draft = self._assist.draft
        self._canvas.set_draft(draft, self._color())
        if draft is None:
            self._status_line.set_hint("")
            return
        width, height = self._canvas.image_size
        is_accepting, is_cut = self._assist.is_accepting, draft.is_cut((height, width))
        ahead = self._assist.ahead_count
        self._status_line.set_hint(draft_in_words(draft, is_accepting=is_accepting, ahead=ahead, is_cut=is_cut))

    @Slot(object)
    def _show_preview(self, region: Region | None) -> None:
        self._canvas.set_preview(region, self._color())

    @Slot(float)
    def _show_latency(self, seconds: float) -> None:
        self._status_line.set_latency(seconds, self._engine.status.device)
