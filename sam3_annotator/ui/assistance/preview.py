"""The outline that a click would give, asked for while the cursor moves."""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from sam3_annotator.model import (
    EngineStatus,
    Job,
    Outcome,
    PointPrompt,
    Slot as EngineSlot,
    Ticket,
    Workbench,
)
from sam3_annotator.project import Region, outline_mask
from sam3_annotator.ui.assistance.assist import Answered, Assist
from sam3_annotator.ui.assistance.engine_bridge import EngineBridge
from sam3_annotator.ui.assistance.shown_image import ShownImage, box_of_prompt
from sam3_annotator.ui.canvas.hit_test import region_contains
from sam3_annotator.ui.settings import PreviewMode, Settings

# A preview that comes later than this trails behind the hand.
QUICK_S = 0.025
# So many decodes are tried before a model counts as slow: the first ones warm up.
TRIALS, REMEMBERED = 3, 9


@dataclass(frozen=True, slots=True)
class Previewed:
    """What a click at `prompt` would outline; `decode_seconds` is what the model took."""

    prompt: PointPrompt
    region: Region
    decode_seconds: float


def preview_job(image: ShownImage, newest: Callable[[], PointPrompt | None], tolerance: float) -> Job:
    """Make the job that outlines what a click would, where the cursor is by then; None if that is nowhere."""

    def job(bench: Workbench) -> Previewed | None:
        prompt = newest()
        if prompt is None:
            return None
        seen = image.showing([box_of_prompt(prompt)])
        started = time.perf_counter()
        found = bench.preview(seen.embedding_key, seen.place([prompt]))
        seconds = time.perf_counter() - started
        if found is None:
            return None
        bench.check()
        region = Region()
        if len(found.masks):
            region = outline_mask(found.masks[0], tolerance, *seen.offset).region
        return Previewed(prompt, region, seconds)

    return job


class DecodeTimes:
    """How long the last decodes of the model took, on this machine and in this session."""

    def __init__(self, quick_s: float = QUICK_S) -> None:
        self._quick_s = quick_s
        self._seconds: deque[float] = deque(maxlen=REMEMBERED)

    def note(self, seconds: float) -> None:
        """Take one more."""
        self._seconds.append(seconds)

    def forget(self) -> None:
        """Begin anew, with another model."""
        self._seconds.clear()

    @property
    def is_quick(self) -> bool:
        """They are known to be short enough to follow the hand."""
        return bool(self._seconds) and statistics.median(self._seconds) < self._quick_s

    @property
    def is_worth_a_trial(self) -> bool:
        """Short, or too few to tell."""
        return len(self._seconds) < TRIALS or self.is_quick


class Preview(QObject):
    """Follows the cursor with one request at a time: the next one leaves when the answer is in.

    There is a preview only before the first click of a draft: after it, what is on the canvas is the answer to what was
    clicked. Nothing of a preview is kept. It ends when the prompt is no longer offered. An answer that comes late is
    shown only if the cursor is still on it.
    """

    changed = Signal(object)  # Region | None
    switched = Signal()  # `is_on` may be another

    def __init__(
        self,
        engine: EngineBridge,
        assist: Assist,
        settings: Settings,
        parent: QObject | None = None,
        *,
        quick_s: float = QUICK_S,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._assist = assist
        self._settings = settings
        self._times = DecodeTimes(quick_s)
        self._offered: PointPrompt | None = None
        self._region: Region | None = None
        self._ticket: Ticket | None = None
        self._has_failed = False
        engine.answered.connect(self._take_answer)
        engine.status_changed.connect(self._follow_model)
        assist.draft_changed.connect(self._forget)
        settings.changed.connect(self._follow_setting)

    @property
    def is_on(self) -> bool:
        """Whether previews are shown: because the user says so, or because the model is quick enough."""
        mode = self._settings.preview
        return mode is PreviewMode.ON or (mode is PreviewMode.AUTO and self._times.is_quick)

    def toggle(self) -> None:
        """Switch previews on or off, for good."""
        self._settings.preview = PreviewMode.OFF if self.is_on else PreviewMode.ON

    @Slot(object)
    def offer(self, prompt: PointPrompt | None) -> None:
        """Take what a click would give now; None ends the preview."""
        self._offered = prompt
        if prompt is None:
            self._forget()
            return
        if self._region is not None and not region_contains(self._region, prompt.x, prompt.y):
            self._show(None)
        self._ask()

    def _ask(self) -> None:
        image = self._assist.image
        if self._ticket is not None or self._offered is None or image is None or not self._is_wanted():
            return
        job = preview_job(image, lambda: self._offered, self._settings.simplification_tolerance)
        self._ticket = self._engine.submit(EngineSlot.PREVIEW, job, image.embedding_key)

    def _is_wanted(self) -> bool:
        mode = self._settings.preview
        is_asked_for = mode is PreviewMode.ON or (mode is PreviewMode.AUTO and self._times.is_worth_a_trial)
        can_do = "points" in self._engine.status.capabilities and not self._has_failed
        return is_asked_for and can_do and self._assist.draft is None

    @Slot()
    def _forget(self) -> None:
        self._offered = None
        if self._ticket is not None:
            self._ticket = None
            self._engine.cancel(EngineSlot.PREVIEW)
        self._show(None)

    def _show(self, region: Region | None) -> None:
        if region is not self._region:
            self._region = region
            self.changed.emit(region)

    @Slot(object)
    def _take_answer(self, outcome: Outcome) -> None:
        if outcome.ticket == self._ticket:
            self._ticket = None
            self._take_preview(outcome)
        elif isinstance(outcome.value, Answered):
            self._note(outcome.value.decode_seconds)
        elif outcome.ticket.slot is EngineSlot.EMBED:
            self._ask()  # for a cursor that has rested meanwhile

    def _take_preview(self, outcome: Outcome) -> None:
        if outcome.error is not None:  # told in the log; a click will tell the user
            self._has_failed = True
            self._show(None)
            return
        previewed = outcome.value
        if not isinstance(previewed, Previewed):  # not encoded yet
            return
        self._note(previewed.decode_seconds)
        now = self._offered
        if self.is_on and now is not None:
            is_under_cursor = now == previewed.prompt or region_contains(previewed.region, now.x, now.y)
            self._show(previewed.region if is_under_cursor else None)
        if now != previewed.prompt:
            self._ask()

    def _note(self, decode_seconds: float) -> None:
        was_on = self.is_on
        self._times.note(decode_seconds)
        if self.is_on != was_on:
            self.switched.emit()

    @Slot(object)
    def _follow_model(self, status: EngineStatus) -> None:
        if status.begins_loading:
            self._times.forget()
            self._has_failed = False
            self._forget()
            self.switched.emit()

    @Slot(str)
    def _follow_setting(self, name: str) -> None:
        if name == "preview":
            self._forget()
            self.switched.emit()
