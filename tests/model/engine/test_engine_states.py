"""The engine against a model of it: random requests, cancellations, checks and guests."""

from __future__ import annotations

import queue
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sam3_annotator.model import Cancelled, Engine, Job, Outcome, Session, Slot, Workbench

TIMEOUT_S = 20.0
SLOTS = st.sampled_from(Slot)
KEYS = st.sampled_from([None, "cached", "not cached"])
AWAITED = {Slot.SEGMENT, Slot.EMBED, Slot.PREVIEW, Slot.COMPARE, Slot.DETECT}


@dataclass(frozen=True)
class Asked:
    """A request as the machine knows it."""

    slot: Slot
    number: int
    key: str | None


class EngineMachine(RuleBasedStateMachine):
    """Jobs stop where the machine can see them and do what it says next: check, or return."""

    session_factory: Callable[[], Session]

    def __init__(self) -> None:
        super().__init__()
        self.outcomes: queue.Queue[Outcome] = queue.Queue()
        self.started: queue.Queue[int] = queue.Queue()
        self.orders: queue.Queue[str] = queue.Queue()
        self.checked: dict[int, queue.Queue[bool]] = defaultdict(queue.Queue)
        self.engine = Engine(self.session_factory, deliver=self.outcomes.put, report=lambda _status: None)
        self.thread = threading.Thread(target=self.engine.run)
        # What the engine should be in; above the job that runs stand its guests, all but the last within a check.
        self.highest_number = 0
        self.waiting: dict[Slot, Asked] = {}
        self.current: dict[Slot, int] = {}
        self.running: list[Asked] = []

    @initialize()
    def start(self) -> None:
        self.thread.start()
        self.engine.submit(Slot.BATCH, lambda bench: bench.embeddings.device.put("cached", _Embedding()))
        self.outcomes.get(timeout=TIMEOUT_S)
        self.highest_number = 1

    def _job(self, number: int) -> Job:
        def job(workbench: Workbench) -> int:
            self.started.put(number)
            while self.orders.get(timeout=TIMEOUT_S) == "check":
                try:
                    workbench.check()
                except Cancelled:
                    self.checked[number].put(False)
                    raise
                self.checked[number].put(True)
            return number

        return job

    def _expect_start(self, asked: Asked) -> None:
        del self.waiting[asked.slot]
        self.running.append(asked)
        assert self.started.get(timeout=TIMEOUT_S) == asked.number

    def _expect_first(self) -> None:
        if not self.running and self.waiting:
            self._expect_start(self.waiting[min(self.waiting)])

    def _expect_end(self, *, is_put_back: bool = False) -> None:
        ended = self.running.pop()
        if is_put_back and self.current.get(ended.slot) == ended.number:
            self.waiting[ended.slot] = ended
        if self.running:
            self._expect_after_check()
        else:
            self._expect_first()

    def _expect_after_check(self) -> None:
        """Say what becomes of the last that runs, which is in a check."""
        host = self.running[-1]
        passed = self.checked[host.number]
        first = self.waiting[min(self.waiting)] if self.waiting else None
        is_of_use = first is not None and first.key == host.key == "not cached"
        if self.current.get(host.slot) != host.number and not is_of_use:
            assert not passed.get(timeout=TIMEOUT_S)
            self._expect_end()
            return
        for slot in sorted(AWAITED & self.waiting.keys()):
            urgent = self.waiting[slot]
            if slot < host.slot and urgent.key == "cached" and host.slot >= Slot.DETECT:
                self._expect_start(urgent)
                return
            is_being_made = urgent.key is not None and urgent.key == host.key
            if host.slot >= Slot.PREFETCH and not is_being_made and slot is not Slot.PREVIEW:
                assert not passed.get(timeout=TIMEOUT_S)
                self._expect_end(is_put_back=True)
                return
        assert passed.get(timeout=TIMEOUT_S)

    @rule(slot=SLOTS, key=KEYS)
    def submit(self, slot: Slot, key: str | None) -> None:
        number = self.highest_number = self.highest_number + 1

        ticket = self.engine.submit(slot, self._job(number), key)

        assert ticket.number == number
        self.current[slot] = number
        self.waiting[slot] = Asked(slot, number, key)
        self._expect_first()

    @rule(slot=SLOTS)
    def cancel(self, slot: Slot) -> None:
        self.engine.cancel(slot)
        self.current.pop(slot, None)
        self.waiting.pop(slot, None)

    @precondition(lambda self: self.running)
    @rule()
    def check(self) -> None:
        self.orders.put("check")

        self._expect_after_check()

    @precondition(lambda self: self.running)
    @rule()
    def finish(self) -> None:
        asked = self.running[-1]
        is_wanted = self.current.get(asked.slot) == asked.number

        self.orders.put("return")

        if is_wanted:
            outcome = self.outcomes.get(timeout=TIMEOUT_S)
            delivered = outcome.ticket.slot, outcome.ticket.number, outcome.value
            assert delivered == (asked.slot, asked.number, asked.number)
        self._expect_end()

    @invariant()
    def nothing_stale_is_delivered(self) -> None:
        assert self.outcomes.empty()

    @invariant()
    def is_busy_while_something_runs(self) -> None:
        if self.running:
            assert not self.engine.is_idle

    def teardown(self) -> None:
        self.engine.stop()
        self.orders.put("check")
        if self.thread.ident is not None:
            self.thread.join(TIMEOUT_S)
            assert not self.thread.is_alive()


class _Embedding:
    image_size, nbytes = (12, 16), 1000


class _Session:
    name, device, capabilities = "Fake", "CPU", frozenset[str]()


EngineMachine.session_factory = staticmethod(_Session)  # type: ignore[assignment] # no job calls it
TestEngineStates = EngineMachine.TestCase
TestEngineStates.settings = settings(max_examples=50)  # a quarter of a second each
