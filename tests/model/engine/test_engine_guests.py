"""Clicks while the next image is being encoded: served between two blocks, and the encoding goes on after them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from sam3_annotator.model import (
    Check,
    EngineStage,
    Job,
    ModelSource,
    OutOfMemory,
    PointPrompt,
    Slot,
    Workbench,
    never_cancelled,
)

TIMEOUT_S = 20.0
BLOCKS = 4
PIXELS = np.zeros((12, 16, 3), dtype=np.uint8)
SHOWN, NEXT, OTHER = "shown", "next", "other"


@dataclass
class BlockSession:
    """A session whose encoder checks before each of its blocks; the first block of an encoding may be held."""

    name: str = "Blocks"
    device: str = "CPU"
    capabilities: frozenset[str] = frozenset({"points"})
    events: list[str] = field(default_factory=list)
    in_block: Callable[[int], None] = lambda _block: None
    while_segmenting: Callable[[], None] = lambda: None

    def embed(self, image: np.ndarray, *, check: Check = never_cancelled) -> Any:
        del image
        self.events.append("encode")
        for block in range(BLOCKS):
            check()
            self.events.append(f"block {block}")
            self.in_block(block)
        return _Embedding()

    def segment(
        self, embedding: Any, prompts: Any, *, multimask: bool = True, check: Check = never_cancelled
    ) -> tuple[PointPrompt, ...]:
        del embedding, multimask
        check()
        self.events.append(f"click {prompts[0].x:.0f}")
        self.while_segmenting()
        check()
        return tuple(prompts)


class _Embedding:
    image_size, nbytes = (12, 16), 1000


def embed(key: str) -> Job:
    return lambda bench: bench.embed(key, lambda: PIXELS) and key


def click(x: float, key: str = SHOWN) -> Job:
    def job(bench: Workbench) -> float:
        embedding = bench.embed(key, lambda: PIXELS)
        bench.session.segment(embedding, [PointPrompt(x, 4)], check=bench.check)
        return x

    return job


@pytest.fixture
def session() -> BlockSession:
    return BlockSession()


@pytest.fixture
def run(start_engine: Any, session: BlockSession) -> Any:
    """Start an engine whose shown image is encoded; what the session did for that is forgotten."""
    started = start_engine(lambda: session)
    started.engine.submit(Slot.EMBED, embed(SHOWN), SHOWN)
    started.settle()
    started.wait_for(lambda: started.stages[-1] is EngineStage.READY)
    started.outcomes.clear()
    session.events.clear()
    return started


def act_in(session: BlockSession, block: int, act: Callable[[], object]) -> None:
    """Do something, once, while a block runs."""
    to_do = [act]

    def in_block(now: int) -> None:
        if now == block and to_do:
            to_do.pop()()

    session.in_block = in_block


def test_a_click_waits_for_the_running_block_only_and_the_encoding_goes_on_after_it(
    run: Any, session: BlockSession
) -> None:
    act_in(session, 1, lambda: run.engine.submit(Slot.SEGMENT, click(7), SHOWN))

    run.engine.submit(Slot.PREFETCH, embed(NEXT), NEXT)
    run.settle()

    assert session.events == ["encode", "block 0", "block 1", "click 7", "block 2", "block 3"]
    assert run.values == [7, NEXT]
    assert NEXT in run.engine.embeddings


def test_an_encoding_ends_though_every_block_sees_a_click(run: Any, session: BlockSession) -> None:
    session.in_block = lambda block: run.engine.submit(Slot.SEGMENT, click(block), SHOWN)

    run.engine.submit(Slot.PREFETCH, embed(NEXT), NEXT)
    run.settle()

    assert session.events.count("encode") == 1
    assert run.values == [0, 1, 2, NEXT, 3]


def test_a_click_on_an_image_not_encoded_interrupts_the_encoding_of_another(run: Any, session: BlockSession) -> None:
    act_in(session, 1, lambda: run.engine.submit(Slot.SEGMENT, click(7, OTHER), OTHER))

    run.engine.submit(Slot.PREFETCH, embed(NEXT), NEXT)
    run.settle()

    assert run.values == [7, NEXT]
    assert session.events[:4] == ["encode", "block 0", "block 1", "encode"]
    assert session.events.count("encode") == 3


def test_turning_to_the_image_that_is_being_encoded_does_not_begin_anew(run: Any, session: BlockSession) -> None:
    def turn() -> None:
        run.engine.submit(Slot.EMBED, embed(NEXT), NEXT)
        run.engine.submit(Slot.SEGMENT, click(7, NEXT), NEXT)

    act_in(session, 1, turn)
    run.engine.submit(Slot.PREFETCH, embed(NEXT), NEXT)
    run.settle()

    assert session.events == ["encode", *(f"block {block}" for block in range(BLOCKS)), "click 7"]
    assert (EngineStage.BUSY, Slot.EMBED) in [(status.stage, status.slot) for status in run.statuses[5:]]


@pytest.mark.parametrize("clicks", [[8], []], ids=["clicking on", "taking the click back"])
def test_an_encoding_that_a_click_began_is_not_begun_anew(run: Any, session: BlockSession, clicks: list[int]) -> None:
    def go_on() -> None:
        run.engine.submit(Slot.EMBED, embed(NEXT), NEXT)
        run.engine.cancel(Slot.SEGMENT)
        for x in clicks:
            run.engine.submit(Slot.SEGMENT, click(x, NEXT), NEXT)

    act_in(session, 1, go_on)
    run.engine.submit(Slot.SEGMENT, click(7, NEXT), NEXT)
    run.settle()

    assert session.events == ["encode", *(f"block {block}" for block in range(BLOCKS)), *(f"click {x}" for x in clicks)]


def test_turning_to_another_image_ends_the_encoding_at_the_next_block(run: Any, session: BlockSession) -> None:
    def turn() -> None:
        run.engine.cancel(Slot.PREFETCH)
        run.engine.submit(Slot.EMBED, embed(OTHER), OTHER)

    act_in(session, 1, turn)
    run.engine.submit(Slot.PREFETCH, embed(NEXT), NEXT)
    run.settle()

    assert session.events[:4] == ["encode", "block 0", "block 1", "encode"]
    assert run.values == [OTHER]
    assert NEXT not in run.engine.embeddings


def test_turning_to_an_encoded_image_does_not_disturb_an_encoding_that_is_still_wanted(
    run: Any, session: BlockSession
) -> None:
    act_in(session, 1, lambda: run.engine.submit(Slot.EMBED, embed(SHOWN), SHOWN))

    run.engine.submit(Slot.PREFETCH, embed(NEXT), NEXT)
    run.settle()

    assert run.values == [SHOWN, NEXT]
    assert session.events.count("encode") == 1


def test_an_encoding_cancelled_during_a_click_ends_after_it(run: Any, session: BlockSession) -> None:
    session.while_segmenting = lambda: run.engine.cancel(Slot.PREFETCH)
    act_in(session, 1, lambda: run.engine.submit(Slot.SEGMENT, click(7), SHOWN))

    run.engine.submit(Slot.PREFETCH, embed(NEXT), NEXT)
    run.settle()

    assert session.events == ["encode", "block 0", "block 1", "click 7"]
    assert run.values == [7]


def test_a_click_replaced_while_it_is_served_gives_its_place_to_the_newer(run: Any, session: BlockSession) -> None:
    newer = [8.0]
    session.while_segmenting = lambda: newer and run.engine.submit(Slot.SEGMENT, click(newer.pop()), SHOWN)
    act_in(session, 1, lambda: run.engine.submit(Slot.SEGMENT, click(7), SHOWN))

    run.engine.submit(Slot.PREFETCH, embed(NEXT), NEXT)
    run.settle()

    assert session.events == ["encode", "block 0", "block 1", "click 7", "click 8", "block 2", "block 3"]
    assert run.values == [8, NEXT]


def test_a_click_cancelled_before_the_next_block_is_never_served(run: Any, session: BlockSession) -> None:
    def click_and_leave() -> None:
        run.engine.submit(Slot.SEGMENT, click(7), SHOWN)
        run.engine.cancel(Slot.SEGMENT)

    act_in(session, 1, click_and_leave)
    run.engine.submit(Slot.PREFETCH, embed(NEXT), NEXT)
    run.settle()

    assert run.values == [NEXT]
    assert not any("click" in event for event in session.events)


def test_a_failing_click_is_told_and_the_encoding_goes_on(run: Any, session: BlockSession) -> None:
    def fail() -> None:
        raise ValueError("broken")

    session.while_segmenting = fail
    act_in(session, 1, lambda: run.engine.submit(Slot.SEGMENT, click(7), SHOWN))

    run.engine.submit(Slot.PREFETCH, embed(NEXT), NEXT)
    run.settle()

    assert isinstance(run.outcomes[0].error, ValueError)
    assert run.values == [None, NEXT]
    assert session.events.count("encode") == 1


def test_a_click_without_enough_memory_is_served_again_once_the_encoding_has_let_go(
    run: Any, session: BlockSession
) -> None:
    shortages = [OutOfMemory("The device has too little memory.")]

    def run_short() -> None:
        if shortages:
            raise shortages.pop()

    session.while_segmenting = run_short
    act_in(session, 1, lambda: run.engine.submit(Slot.SEGMENT, click(7), SHOWN))

    run.engine.submit(Slot.PREFETCH, embed(NEXT), NEXT)
    run.settle()

    first, second = (at for at, event in enumerate(session.events) if event == "click 7")
    assert session.events[first:second] == ["click 7"]  # not one block more in between
    assert run.values == [7, NEXT]
    assert session.events.count("encode") == 2  # the next image, twice: what was cached of the shown one is kept


def test_an_encoding_without_enough_memory_after_a_click_is_tried_once_more(run: Any, session: BlockSession) -> None:
    click_in_block = iter([lambda: run.engine.submit(Slot.SEGMENT, click(7), SHOWN)])

    def in_block(block: int) -> None:
        if block == 1:
            next(click_in_block, lambda: None)()
        if block == 2 and len(run.engine.embeddings.device):
            raise OutOfMemory("The device has too little memory.")

    session.in_block = in_block
    run.engine.submit(Slot.PREFETCH, embed(NEXT), NEXT)
    run.settle()

    assert run.values == [7, NEXT]
    assert SHOWN not in run.engine.embeddings


def test_another_model_answers_the_click_and_encodes_that_the_old_one_was_in_the_middle_of(
    run: Any, session: BlockSession
) -> None:
    other = BlockSession(name="Other")
    load = iter([lambda: run.engine.load(ModelSource(lambda _progress: other))])
    session.while_segmenting = lambda: next(load, lambda: None)()
    act_in(session, 1, lambda: run.engine.submit(Slot.SEGMENT, click(7), SHOWN))

    run.engine.submit(Slot.PREFETCH, embed(NEXT), NEXT)
    run.settle()

    assert session.events == ["encode", "block 0", "block 1", "click 7"]
    assert [event for event in other.events if "block" not in event] == ["encode", "click 7", "encode"]
    assert run.values == [7, NEXT]


def test_stop_during_a_click_ends_click_and_encoding(run: Any, session: BlockSession) -> None:
    session.while_segmenting = lambda: run.engine.stop()
    act_in(session, 1, lambda: run.engine.submit(Slot.SEGMENT, click(7), SHOWN))

    run.engine.submit(Slot.PREFETCH, embed(NEXT), NEXT)
    run.thread.join(TIMEOUT_S)

    assert not run.thread.is_alive()
    assert session.events == ["encode", "block 0", "block 1", "click 7"]
    assert run.outcomes == []


def test_checks_of_the_encoding_within_a_click_change_nothing(run: Any, session: BlockSession) -> None:
    """The layers that both run through call the checks of both."""
    checks: list[Check] = []

    def segment_through_shared_layers(bench: Workbench) -> str:
        run.engine.submit(Slot.SEGMENT, click(8), SHOWN)
        for check in checks:
            check()
        return "answered"

    def encode(bench: Workbench) -> str:
        checks.append(bench.check)
        run.engine.submit(Slot.DETECT, segment_through_shared_layers, SHOWN)
        bench.check()
        return "encoded"

    run.engine.submit(Slot.PREFETCH, encode, NEXT)
    run.settle()

    assert run.values == ["answered", 8, "encoded"]


def test_a_click_is_served_in_the_pauses_of_a_detection(run: Any, session: BlockSession) -> None:
    def detect(bench: Workbench) -> str:
        run.engine.submit(Slot.SEGMENT, click(7), SHOWN)
        bench.check()
        session.events.append("detected")
        return "detected"

    run.engine.submit(Slot.DETECT, detect, SHOWN)
    run.settle()

    assert session.events == ["click 7", "detected"]


def test_the_status_tells_of_the_click_and_then_of_the_encoding_again(run: Any, session: BlockSession) -> None:
    run.statuses.clear()
    act_in(session, 1, lambda: run.engine.submit(Slot.SEGMENT, click(7), SHOWN))

    run.engine.submit(Slot.PREFETCH, embed(NEXT), NEXT)
    run.wait_for(lambda: run.stages[-1:] == [EngineStage.READY])

    assert [status.slot for status in run.statuses] == [Slot.PREFETCH, Slot.SEGMENT, Slot.PREFETCH, None]


def test_a_preview_is_served_in_a_pause_and_told_to_nobody_but_its_asker(run: Any, session: BlockSession) -> None:
    run.statuses.clear()
    act_in(session, 1, lambda: run.engine.submit(Slot.PREVIEW, click(7), SHOWN))

    run.engine.submit(Slot.PREFETCH, embed(NEXT), NEXT)
    run.wait_for(lambda: run.stages[-1:] == [EngineStage.READY])

    assert session.events == ["encode", "block 0", "block 1", "click 7", "block 2", "block 3"]
    assert run.values == [7, NEXT]
    assert [status.slot for status in run.statuses] == [Slot.PREFETCH, None]


def test_a_preview_of_an_image_not_encoded_interrupts_nothing(run: Any, session: BlockSession) -> None:
    act_in(session, 1, lambda: run.engine.submit(Slot.PREVIEW, lambda _bench: "previewed", OTHER))

    run.engine.submit(Slot.PREFETCH, embed(NEXT), NEXT)
    run.settle()

    assert session.events.count("encode") == 1
    assert run.values == [NEXT, "previewed"]


def test_a_preview_answers_as_a_click_does(run: Any) -> None:
    def job(bench: Workbench) -> bool:
        asked = [PointPrompt(3, 4)]
        clicked = bench.session.segment(bench.embed(SHOWN, lambda: PIXELS), asked)
        return bench.preview(SHOWN, asked) == clicked and bench.preview(OTHER, asked) is None

    run.engine.submit(Slot.PREVIEW, job)
    run.settle()

    assert run.values == [True]
    assert OTHER not in run.engine.embeddings


def test_a_waiting_click_is_served_before_a_waiting_preview(run: Any, session: BlockSession) -> None:
    def move_and_click() -> None:
        run.engine.submit(Slot.PREVIEW, click(1), SHOWN)
        run.engine.submit(Slot.SEGMENT, click(2), SHOWN)

    act_in(session, 1, move_and_click)
    run.engine.submit(Slot.PREFETCH, embed(NEXT), NEXT)
    run.settle()

    assert run.values == [2, 1, NEXT]
