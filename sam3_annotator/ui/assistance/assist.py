"""Turns prompts into requests to the model and its answers into the draft."""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from sam3_annotator.model import (
    EngineStatus,
    Job,
    MaskPrompt,
    Outcome,
    Prompt,
    Slot as EngineSlot,
    Ticket,
    Window,
    Workbench,
)
from sam3_annotator.project import ImageId, Instance, Region, outline_mask, region_to_mask
from sam3_annotator.ui.assistance.ahead import Ahead, NextObject
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.shown_image import ShownImage, box_of_prompt
from sam3_annotator.ui.canvas.draft import Candidate, Draft
from sam3_annotator.ui.settings import Settings


@dataclass(frozen=True, slots=True)
class Answered:
    """What the model gave for prompts; `decode_seconds` is what it took on the embedding."""

    candidates: tuple[Candidate, ...]
    decode_seconds: float


def segment_job(image: ShownImage, prompts: tuple[Prompt, ...], tolerance: float, start: Region | None = None) -> Job:
    """Make the job that answers prompts with candidates, their regions simplified to `tolerance` pixels.

    The prompts correct the region `start`, if there is one.
    """

    def job(bench: Workbench) -> Answered:
        embedding = image.embed(bench)
        height, width = image.pixels.shape[:2]
        begun = () if start is None else (MaskPrompt(region_to_mask(start, height, width)),)
        asked = image.place((*begun, *prompts))
        started = time.perf_counter()
        found = bench.session.segment(embedding, asked, check=bench.check)
        decode_seconds = time.perf_counter() - started
        candidates = []
        for mask, predicted_iou, logits in zip(found.masks, found.predicted_iou, found.low_res_logits, strict=True):
            bench.check()
            simplified = outline_mask(mask, tolerance, *image.offset)
            candidates.append(
                Candidate(simplified.region, float(predicted_iou), simplified.iou, bench.model_name, logits)
            )
        return Answered(tuple(candidates), decode_seconds)

    return job


def embed_job(image: ShownImage) -> Job:
    """Make the job that has the image's embedding cached."""

    def job(bench: Workbench) -> None:
        image.embed(bench)

    return job


class Assist(QObject):
    """The draft on the shown image and the model's work for it.

    Each image keeps its own draft while another is shown, so that looking elsewhere loses nothing.
    A draft is accepted in two steps: `accept` announces it through `accepted`, at once or as soon as the
    awaited answer is in; whoever stores it then calls `drop`. If storing fails, the draft is still there.
    Prompts given while that answer is awaited are about the next object: nobody has to wait before they go on.
    """

    draft_changed = Signal(object)  # Draft | None
    stepped_back = Signal(object)  # Draft as it was, whose last prompt was taken back
    accepted = Signal(object)  # Draft
    answered = Signal(float)  # seconds from the prompt to the mask
    failed = Signal(object)  # Exception

    def __init__(self, engine: EngineBridge, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._engine = engine
        self._image: ShownImage | None = None
        self._drafts: dict[ImageId, Draft] = {}
        self._ticket: Ticket | None = None
        self._asked_at = 0.0
        self._is_accepting = False
        self._ahead = Ahead()
        self._following: tuple[NextObject, ...] = ()
        engine.answered.connect(self._take_answer)
        engine.status_changed.connect(self._follow_model)

    @property
    def draft(self) -> Draft | None:
        """The draft on the shown image."""
        return self._drafts.get(self._image.image_id) if self._image else None

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """The drafts of all images."""
        return tuple(self._drafts.values())

    @property
    def image(self) -> ShownImage | None:
        """The shown image; None while there is none."""
        return self._image

    @property
    def is_accepting(self) -> bool:
        """The user has accepted a draft whose mask is still on its way, or an object whose turn comes now."""
        return self._is_accepting or bool(self._following)

    @property
    def ahead_count(self) -> int:
        """How many objects the user has pointed at that have their turn after the draft being accepted."""
        return len(self._ahead)

    def show(self, image: ShownImage) -> None:
        """Turn to another image: embed it, and take up the draft it was left with."""
        self.leave()
        self._image = image
        self._embed(image)
        draft = self.draft
        if draft is not None and not draft.is_answered:  # where it is seen now, it may be
            self._change(draft.through(self._seeing(draft).window))
        else:
            self.draft_changed.emit(draft)

    def look_through(self, window: Window | None) -> None:
        """Have the model see the shown image through a window, None being the whole.

        A draft that lies in the window is asked again there. What was seen closer stays as it is until it is corrected,
        unless its window has cut it, and what is being accepted until it is stored.
        """
        if self._image is None or self._image.window == window:
            return
        self._image = self._image.through(window)
        self._embed(self._image)
        draft = self.draft
        if draft is None or self._is_accepting:
            return
        seen = self._seeing(draft).window
        if seen is None and draft.is_cut(self._image.size):
            self._change(draft.uncut())
        elif seen is not None or not draft.is_answered:
            self._change(draft.through(seen))

    def leave(self) -> None:
        """Turn away from the shown image; answers still under way for it are no longer wanted."""
        self._forget_request()
        self._is_accepting = False
        self._ahead.take()
        if self._image is not None:
            self._image = None
            self.draft_changed.emit(None)

    def add_prompt(self, prompt: Prompt) -> None:
        """Put a prompt to the draft, opening one if there is none, and ask the model; `failed` if it takes none.

        While a draft is being accepted, the prompt waits for that, and opens the next.
        """
        if self._image is None or self._is_refused():
            return
        if self._is_accepting:
            self._ahead.add(prompt)
            self.draft_changed.emit(self.draft)
        else:
            draft = self.draft or Draft(self._image.image_id)
            self._change(draft.with_prompt(prompt))

    def correct(self, instance: Instance) -> None:
        """Open a draft that corrects an instance of the shown image, unless there is a draft or the model cannot."""
        if self._is_shown(instance.image_id) and self.draft is None and not self._is_refused():
            self._change(Draft(instance.image_id).correcting(instance, instance.category_id))

    def put(self, draft: Draft) -> None:
        """Put a draft with the same prompts in place of the one on its image."""
        self._drafts[draft.image_id] = draft
        if self._is_shown(draft.image_id):
            self.draft_changed.emit(draft)

    def bring_back(self, draft: Draft) -> None:
        """Open a draft of the shown image again that was dropped, or that has lost prompts, unless there is another."""
        left = self.draft.prompts if self.draft is not None else ()
        if self._is_shown(draft.image_id) and draft.prompts[: len(left)] == left:
            self._change(draft)

    def step_back(self) -> None:
        """Take the last prompt back; without prompts the draft is gone, but for one whose correction began with it."""
        if self._ahead:
            self._ahead.step_back()
            self.draft_changed.emit(self.draft)
        elif (draft := self.draft) is not None:
            shorter = draft.without_last_prompt()
            if shorter.prompts or (draft.prompts and draft.corrects is not None):
                self._change(shorter)
            else:
                self.drop()
            self.stepped_back.emit(draft)

    def cycle(self, step: int = 1) -> None:
        """Show the next (or with -1 the previous) candidate for the same prompts."""
        if (draft := self.draft) is not None and draft.candidates:
            self.put(draft.with_next_candidate(step))

    def accept(self) -> None:
        """Announce the draft as accepted, at once or when its mask arrives; not one that nothing can come of.

        While one is being accepted already, the last object pointed at ahead is accepted in its turn.
        """
        draft = self.draft
        if draft is None or not draft.says_where:
            return
        if self._ahead:
            self._ahead.accept()
            return
        self._is_accepting = not draft.is_answered
        if self._is_accepting:
            if self._ticket is None:  # the last attempt failed
                self._ask(draft)
            self.draft_changed.emit(self.draft)
        else:
            self.accepted.emit(draft)

    def drop(self, image_id: ImageId | None = None) -> None:
        """Forget the draft of an image, by default of the shown one."""
        if image_id is not None and not self._is_shown(image_id):
            self._drafts.pop(image_id, None)
            return
        self._forget_request()
        self._is_accepting = False
        self._ahead.take()
        if self._image is not None and self._drafts.pop(self._image.image_id, None) is not None:
            self.draft_changed.emit(None)

    def _is_refused(self) -> bool:
        """Tell why, if the model takes no prompts: before it has read the image, which may take long."""
        refusal = self._engine.refusal_of_clicks
        if refusal is not None:
            self.failed.emit(refusal)
        return refusal is not None

    def _is_shown(self, image_id: ImageId) -> bool:
        return self._image is not None and self._image.image_id == image_id

    def _change(self, draft: Draft) -> None:
        self._drafts[draft.image_id] = draft
        self._is_accepting = False
        if draft.says_where and not draft.is_answered:
            self._ask(draft)
        else:  # nothing to ask yet, or the answer from before the prompt taken back is still at hand
            self._forget_request()
        self.draft_changed.emit(draft)

    def _seeing(self, draft: Draft) -> ShownImage:
        """Give the image as the model is to see it for a draft: through the window if all of that is in there."""
        assert self._image is not None
        boxes = [box_of_prompt(prompt) for prompt in draft.prompts]
        if draft.corrects is not None:
            boxes.append(draft.corrects.instance.region.box_xyxy)
        return self._image.showing(boxes)

    def _forget_request(self) -> None:
        self._engine.cancel(EngineSlot.SEGMENT)
        self._ticket = None

    def _ask(self, draft: Draft) -> None:
        image = self._seeing(draft)
        draft = draft.through(image.window)
        self._drafts[draft.image_id] = draft.with_failure(has_failed=False)
        self._asked_at = time.perf_counter()
        job = segment_job(image, draft.asked, self._settings.simplification_tolerance, draft.start)
        self._ticket = self._engine.submit(EngineSlot.SEGMENT, job, image.embedding_key)

    def _embed(self, image: ShownImage) -> None:
        self._engine.submit(EngineSlot.EMBED, embed_job(image), image.embedding_key)

    @Slot(object)
    def _follow_model(self, status: EngineStatus) -> None:
        """Let another model read the shown image too, and ask it what the one before could not answer."""
        if not status.begins_loading or self._image is None:
            return
        self._embed(self._image)
        if (draft := self.draft) is not None and draft.has_failed:
            self._ask(draft)
            self.draft_changed.emit(self.draft)

    @Slot(object)
    def _take_answer(self, outcome: Outcome) -> None:
        if outcome.ticket != self._ticket:
            # What nobody waits for fails in silence, until somebody does.
            if outcome.error is not None and outcome.ticket.slot in (EngineSlot.SEGMENT, EngineSlot.EMBED):
                self.failed.emit(outcome.error)
            return
        draft = self.draft
        if draft is None:
            return
        self._ticket = None
        if outcome.error is not None:
            self._is_accepting = False
            self._ahead.take()
            self._drafts[draft.image_id] = draft.with_failure()
            self.draft_changed.emit(self.draft)
            self.failed.emit(outcome.error)
            return
        assert isinstance(outcome.value, Answered)
        draft = draft.with_candidates(outcome.value.candidates)
        self._drafts[draft.image_id] = draft
        self.answered.emit(time.perf_counter() - self._asked_at)
        self.draft_changed.emit(draft)
        if self._is_accepting:
            self._announce(draft)

    def _announce(self, draft: Draft) -> None:
        """Have the draft stored whose mask has come, and give the object after it its turn."""
        following = self._following = self._ahead.take()
        self._is_accepting = False
        self.accepted.emit(draft)
        is_stored = self._drafts.get(draft.image_id) is not draft
        if is_stored and following and self._is_shown(draft.image_id) and self.draft is None:
            for prompt in following[0].prompts:
                self.add_prompt(prompt)
            if following[0].is_accepted:
                self.accept()
            if self._is_accepting:
                self._ahead.put(following[1:])
        self._following = ()
        if not is_stored or following:  # whoever waits for what is accepted may not need to any more
            self.draft_changed.emit(self.draft)
