"""What undo takes back of something not finished is not lost at once: redo puts it there again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal, Slot

from sam3_annotator.model import Prompt
from sam3_annotator.project import ChangeKind, ChangeSet, ImageId, InstanceId, Region
from sam3_annotator.ui.assistance.assist import Assist
from sam3_annotator.ui.canvas.draft import Draft
from sam3_annotator.ui.canvas.outlines import Floats
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.store_bridge import StoreBridge
from sam3_annotator.ui.verbs.drawing import Drawing
from sam3_annotator.ui.workspace import Workspace


@dataclass(frozen=True, slots=True, eq=False)
class _Making:
    """All that is being made on the shown image."""

    image_id: ImageId | None
    gestures: tuple[Floats, ...]
    corrects: InstanceId | None
    prompts: tuple[Prompt, ...]
    strokes: tuple[Region, ...]

    def is_same(self, other: _Making) -> bool:
        """Tell whether nothing was added, changed or taken back in between."""
        on_same = (self.image_id, self.corrects) == (other.image_id, other.corrects)
        return on_same and all(
            _are_same(mine, theirs)
            for mine, theirs in (
                (self.gestures, other.gestures),
                (self.prompts, other.prompts),
                (self.strokes, other.strokes),
            )
        )


def _are_same(some: Sequence[object], others: Sequence[object]) -> bool:
    return len(some) == len(others) and all(a is b for a, b in zip(some, others, strict=True))


def _corrected(draft: Draft | None) -> InstanceId | None:
    return None if draft is None or draft.corrects is None else draft.corrects.instance.id


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """What was taken back, in a word, what there was left, and how to put it back."""

    word: str
    left: _Making
    put_back: Callable[[], None]


class PuttingBack(QObject):
    """Keeps the vertices, prompts and strokes taken back last, as long as nothing else is made or done.

    Looking at other images does not count, nor do steps of the project that are undone after them: these are redone
    before.
    """

    changed = Signal()  # there is something to put back, or nothing any more

    def __init__(
        self, bridge: StoreBridge, workspace: Workspace, canvas: CanvasView, assist: Assist, drawing: Drawing
    ) -> None:
        super().__init__(canvas)
        self._workspace = workspace
        self._canvas = canvas
        self._assist = assist
        self._drawing = drawing
        self._steps: list[_Step] = []
        self._undone = 0  # steps of the project, since
        canvas.polygon.stepped_back.connect(self._keep_vertices)
        assist.stepped_back.connect(self._keep_prompt)
        drawing.stepped_back.connect(self._keep_stroke)
        bridge.changed.connect(self._follow)

    @property
    def word(self) -> str:
        """What redo puts back: `vertex`, `prompt` or `stroke`; "" for nothing."""
        is_next = bool(self._steps) and not self._undone and self._steps[-1].left.is_same(self._now())
        return self._steps[-1].word if is_next else ""

    def put_back(self) -> None:
        """Put back what was taken back last."""
        if self.word:
            self._steps.pop().put_back()
            self.changed.emit()

    def _now(self) -> _Making:
        draft = self._assist.draft
        return _Making(
            self._workspace.image_id,
            self._canvas.polygon.gestures,
            _corrected(draft),
            () if draft is None else draft.prompts,
            self._drawing.strokes,
        )

    @Slot(object)
    def _keep_vertices(self, gestures: tuple[Floats, ...]) -> None:
        def put_back() -> None:
            self._canvas.set_tool("polygon")
            self._canvas.polygon.put(gestures)

        now = self._now()
        self._keep("vertex", replace(now, gestures=gestures), now, put_back)

    @Slot(object)
    def _keep_prompt(self, draft: Draft) -> None:
        now = self._now()
        before = replace(now, corrects=_corrected(draft), prompts=draft.prompts)
        self._keep("prompt", before, now, lambda: self._assist.bring_back(draft))

    @Slot(object)
    def _keep_stroke(self, strokes: tuple[Region, ...]) -> None:
        def put_back() -> None:
            self._canvas.set_tool("brush")
            self._drawing.bring_back(strokes)

        now = self._now()
        self._keep("stroke", replace(now, strokes=strokes), now, put_back)

    def _keep(self, word: str, before: _Making, left: _Making, put_back: Callable[[], None]) -> None:
        if self._undone or (self._steps and not self._steps[-1].left.is_same(before)):
            self._forget()
        self._steps.append(_Step(word, left, put_back))
        self.changed.emit()

    def _forget(self) -> None:
        self._steps.clear()
        self._undone = 0
        self.changed.emit()

    @Slot(object)
    def _follow(self, changes: ChangeSet) -> None:
        if not self._steps or changes.kind in (ChangeKind.FACTS, ChangeKind.BACKGROUND):
            return
        self._undone += {ChangeKind.UNDO: 1, ChangeKind.REDO: -1}.get(changes.kind, 0)
        if changes.kind is ChangeKind.EDIT or self._undone < 0:
            self._forget()
        else:
            self.changed.emit()
