"""What is drawn without a trace leaves none, and a click in the midst of it leaves its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sam3_annotator.model import Check, PointPrompt, Segmentation, Slot, Workbench, never_cancelled
from sam3_annotator.model.trail import Trail

PIXELS = np.zeros((12, 16, 3), dtype=np.uint8)
SHOWN = "shown"


class _Embedding:
    image_size, nbytes = (12, 16), 1000


class TracingSession:
    """A session that remembers what it answered; `while_segmenting` is called in the middle of each answer."""

    name, device, capabilities = "Tracing", "CPU", frozenset({"points"})

    def __init__(self) -> None:
        self.trail: Trail[float] = Trail()
        self.while_segmenting: Callable[[], object] = lambda: None

    def embed(self, image: np.ndarray, *, check: Check = never_cancelled) -> Any:
        del image, check
        return _Embedding()

    def segment(self, embedding: Any, prompts: Any, *, multimask: bool = True, check: Check = never_cancelled) -> Any:
        del embedding, multimask
        self.while_segmenting()
        check()
        self.trail.remember(prompts, prompts[0].x)
        return Segmentation(np.ones((1, 12, 16), np.bool_), np.ones(1, np.float32), np.ones((1, 3, 4), np.float32))


def test_a_guest_leaves_its_trace_though_its_host_draws_without_one(start_engine: Any) -> None:
    session = TracingSession()
    run = start_engine(lambda: session)

    def embedded(bench: Workbench) -> Any:
        return bench.embed(SHOWN, lambda: PIXELS)

    def click(bench: Workbench) -> str:
        bench.session.segment(embedded(bench), [PointPrompt(1, 4)], check=bench.check)
        return "clicked"

    def draw(bench: Workbench) -> str:
        assert bench.draw(embedded(bench), [PointPrompt(2, 4)]).shape == (12, 16)
        return "drawn"

    to_submit = [click]
    session.while_segmenting = lambda: to_submit and run.engine.submit(Slot.SEGMENT, to_submit.pop(), SHOWN)
    run.engine.submit(Slot.AUDIT, draw, SHOWN)
    run.wait_for(lambda: "drawn" in run.values)

    assert run.values == ["clicked", "drawn"]
    assert session.trail.recall([PointPrompt(1, 4), PointPrompt(9, 9)]) == 1
    assert session.trail.recall([PointPrompt(2, 4), PointPrompt(9, 9)]) is None
