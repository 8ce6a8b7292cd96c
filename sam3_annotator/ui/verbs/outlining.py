"""Outlines the selected instances anew, each from its box: what others have only boxed gets its shape."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from sam3_annotator.model import BoxPrompt, Job, Outcome, Slot as EngineSlot, Ticket, Workbench
from sam3_annotator.project import (
    ImageId,
    Instance,
    InstanceId,
    Origin,
    ProjectStore,
    PromptRecord,
    Provenance,
    Region,
    counted,
    outline_mask,
    rectangle,
    region_iou,
    timestamp,
)
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.canvas.hit_test import BoxXyxy
from sam3_annotator.ui.canvas.shifting import Size
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.instance_verbs import InstanceVerbs
from sam3_annotator.ui.workspace import Workspace

# What lies less in the box that was asked for is something else.
LEAST_BOX_IOU = 0.25


@dataclass(frozen=True, slots=True)
class Outlined:
    """What a model found in the box of an instance; `model` is what people call it."""

    instance_id: InstanceId
    box_xyxy: BoxXyxy
    region: Region
    predicted_iou: float
    simplification_iou: float
    model: str

    @property
    def is_in_its_box(self) -> bool:
        """Whether it is the thing that the box is around, as far as a box can tell."""
        if self.region.is_empty:
            return False
        return region_iou(rectangle(*self.region.box_xyxy), rectangle(*self.box_xyxy)) >= LEAST_BOX_IOU

    def provenance(self, describe_model: Callable[[str], str]) -> Provenance:
        """Say where the region comes from; `describe_model` tells the model from all others."""
        return Provenance(
            origin=Origin.MODEL,
            model=describe_model(self.model),
            prompts=(PromptRecord("box", self.box_xyxy),),
            predicted_iou=self.predicted_iou,
            simplification_iou=self.simplification_iou,
            created_at=timestamp(),
        )


def outline_job(image: ShownImage, boxes: Sequence[tuple[InstanceId, BoxXyxy]], tolerance: float) -> Job:
    """Make the job that outlines what is in each box; outlines stray by `tolerance` pixels."""

    def job(bench: Workbench) -> tuple[Outlined, ...]:
        embedding = image.embed(bench)
        outlined = []
        for instance_id, box in boxes:
            asked = image.place([BoxPrompt(*box)])
            found = bench.session.segment(embedding, asked, multimask=False, check=bench.check)
            bench.check()
            simplified = outline_mask(found.masks[0], tolerance, *image.offset)
            predicted_iou = float(found.predicted_iou[0])
            outlined.append(
                Outlined(instance_id, box, simplified.region, predicted_iou, simplified.iou, bench.model_name)
            )
        return tuple(outlined)

    return job


@dataclass(frozen=True, slots=True)
class _Question:
    """What the model is asked: the instances as they were then."""

    ticket: Ticket
    asked_at: float
    instances: tuple[Instance, ...]


class Outlining(InstanceVerbs):
    """One undo step, once the model has answered; what has been changed or deleted by then is left alone.

    Where the model finds nothing that fills the box, the instance keeps its outline. `failed` carries what kept the
    model from answering, `answered` the seconds it took.
    """

    answered = Signal(float)
    failed = Signal(object)  # Exception

    def __init__(
        self,
        store: ProjectStore,
        workspace: Workspace,
        find_size: Callable[[], Size | None],
        engine: EngineBridge,
        find_image: Callable[[ImageId], ShownImage | None],
        settings: Settings,
        describe_model: Callable[[str], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(store, workspace, find_size, parent)
        self._engine = engine
        self._find_image = find_image
        self._settings = settings
        self._describe_model = describe_model
        self._question: _Question | None = None
        engine.answered.connect(self._take_answer)

    def slots(self) -> dict[str, Callable[[], object]]:
        """Say what the verb calls."""
        return {"outline_boxes": self.outline_selection}

    def outline_selection(self) -> None:
        """Have the selected instances outlined by the model, each from its box."""
        if self._question is not None and self._engine.is_current(self._question.ticket):
            self.notice.emit("The instances before are still being outlined. Try again in a moment.")
            return
        selected, size = self._selected(), self._shown_size()
        image = self._find_image(selected[0].image_id) if selected else None
        if size is None or image is None:
            return
        if refusal := self._engine.refusal_of_clicks:
            self.failed.emit(refusal)
            return
        boxes = [(each.id, box) for each in selected if (box := within(each.region.box_xyxy, size)) is not None]
        seen = image.showing(box for _, box in boxes)
        job = outline_job(seen, boxes, self._settings.simplification_tolerance)
        ticket = self._engine.submit(EngineSlot.BATCH, job, seen.embedding_key)
        self._question = _Question(ticket, time.perf_counter(), tuple(selected))
        self.notice.emit(f"Outlining {counted(len(selected), 'instance')}…")

    @Slot(object)
    def _take_answer(self, outcome: Outcome) -> None:
        question = self._question
        if question is None or outcome.ticket != question.ticket:
            return
        self._question = None
        if outcome.error is not None:
            self.failed.emit(outcome.error)
            return
        assert isinstance(outcome.value, tuple)
        self.answered.emit(time.perf_counter() - question.asked_at)
        current = {each.id: each for each in self._store.instances(question.instances[0].image_id)}
        unchanged = {each.id for each in question.instances if current.get(each.id) == each}
        outlined = [one for one in outcome.value if one.instance_id in unchanged and one.is_in_its_box]
        corrections = [(one.instance_id, one.region, one.provenance(self._describe_model)) for one in outlined]
        if self._attempt(lambda: operations.outline_instances(self._store, corrections)):
            self.notice.emit(_words(len(outlined), len(question.instances) - len(outlined)))


def within(box_xyxy: BoxXyxy, size: Size) -> BoxXyxy | None:
    """Cut a box at the border of an image; None if nothing of it is left."""
    (x0, y0, x1, y1), (width, height) = box_xyxy, size
    cut = max(x0, 0.0), max(y0, 0.0), min(x1, float(width)), min(y1, float(height))
    return cut if cut[2] > cut[0] and cut[3] > cut[1] else None


def _words(outlined: int, kept: int) -> str:
    words = f"{counted(outlined, 'instance')} outlined from {'its box' if outlined == 1 else 'their boxes'}"
    if kept:
        words += f"; {counted(kept, 'instance')} kept {'its outline' if kept == 1 else 'their outlines'}"
    return f"{words}."
