"""Keeps drafts that correct instances in step with the project, and canvas and tool ready for them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Qt, Slot

from sam3_annotator.project import ChangeSet, Instance, InstanceId
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.canvas.draft import Draft
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.store_bridge import StoreBridge

# With others, a click on what is missing would not mean that.
PROMPT_TOOLS: Final = ("points", "box")


class Correcting(QObject):
    """Follows the instances that drafts correct, on all images, and gives the user a tool that makes prompts.

    A draft whose instance is gone, or has got another region meanwhile, has nothing left to correct and is dropped.
    """

    def __init__(self, bridge: StoreBridge, assist: Assist, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._store = bridge.store
        self._assist = assist
        self._canvas = canvas
        self._shown: InstanceId | None = None
        self._tool_before = ""
        bridge.changed.connect(self._follow_store)
        assist.draft_changed.connect(self._follow_draft)

    @Slot(object)
    def _follow_store(self, changes: ChangeSet) -> None:
        if not (changes.touched("instances") or changes.touched("categories")):
            return
        for draft in self._assist.drafts:
            if draft.corrects is None:
                continue
            followed = self._followed(draft, draft.corrects.instance)
            if followed is None:
                self._assist.drop(draft.image_id)
            elif followed != draft:
                self._assist.put(followed)

    def _followed(self, draft: Draft, before: Instance) -> Draft | None:
        assert draft.corrects is not None
        try:
            now = self._store.instance(before.id)
        except KeyError:
            return None
        if now.region != before.region:
            # Its own storing is no reason to drop it: whoever stores it does, when all is done.
            return draft if now.region == draft.region else None
        category_id = draft.corrects.category_id
        known = {category.id for category in self._store.categories()}
        if now.category_id != before.category_id or category_id not in known:
            category_id = now.category_id
        return draft.correcting(now, category_id)

    @Slot(object)
    def _follow_draft(self, draft: Draft | None) -> None:
        shown = draft.corrects.instance.id if draft is not None and draft.corrects is not None else None
        if shown == self._shown:
            return
        self._shown = shown
        if shown is None:
            if self._tool_before:
                self._canvas.set_tool(self._tool_before)
            self._tool_before = ""
            return
        if self._canvas.tool not in PROMPT_TOOLS:
            self._tool_before = self._canvas.tool
            self._canvas.set_tool("points")
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
