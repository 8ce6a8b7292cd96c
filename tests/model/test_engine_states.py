"""The engine against a model of it: random requests, cancellations and checks."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sam3_annotator.model import Cancelled, Engine, Job, Outcome, Session, Slot, Workbench

TIMEOUT_S = 20.0
SLOTS = st.sampled_from(Slot)
URGENT = {Slot.SEGMENT, Slot.EMBED, Slot.DETECT}


class EngineMachine(RuleBasedStateMachine):
    """Jobs stop where the machine can see them and do what it says next: check, or return."""

    session_factory: Callable[[], Session]

    def __init__(self) -> None:
        super().__init__()
        self.outcomes: queue.Queue[Outcome] = queue.Queue()
        self.started: queue.Queue[int] = queue.Queue()
        self.orders: queue.Queue[str] = queue.Queue()
        self.checked: queue.Queue[bool] = queue.Queue()
        self.engine = Engine(self.session_factory, deliver=self.outcomes.put, report=lambda _status: None)
        self.thread = threading.Thread(target=self.engine.run)
        # What the engine should be in.
        self.highest_number = 0
        self.waiting: dict[Slot, int] = {}
        self.current: dict[Slot, int] = {}
        self.running: tuple[Slot, int] | None = None

    @initialize()
    def start(self) -> None:
        self.thread.start()

    def _job(self, number: int) -> Job:
        def job(workbench: Workbench) -> int:
            self.started.put(number)
            while self.orders.get(timeout=TIMEOUT_S) == "check":
                try:
                    workbench.check()
                except Cancelled:
                    self.checked.put(False)
                    raise
                self.checked.put(True)
            return number

        return job

    def _expect_next_start(self) -> None:
        if self.running is None and self.waiting:
            slot = min(self.waiting)
            self.running = (slot, self.waiting.pop(slot))
            assert self.started.get(timeout=TIMEOUT_S) == self.running[1]

    @rule(slot=SLOTS)
    def submit(self, slot: Slot) -> None:
        number = self.highest_number = self.highest_number + 1

        ticket = self.engine.submit(slot, self._job(number))

        assert ticket.number == number
        self.current[slot] = self.waiting[slot] = number
        self._expect_next_start()

    @rule(slot=SLOTS)
    def cancel(self, slot: Slot) -> None:
        self.engine.cancel(slot)
        self.current.pop(slot, None)
        self.waiting.pop(slot, None)

    @precondition(lambda self: self.running is not None)
    @rule()
    def check(self) -> None:
        assert self.running is not None
        slot, number = self.running
        is_wanted = self.current.get(slot) == number
        gives_way = slot not in URGENT and bool(URGENT & self.waiting.keys())

        self.orders.put("check")

        assert self.checked.get(timeout=TIMEOUT_S) == (is_wanted and not gives_way)
        if not is_wanted or gives_way:
            self.running = None
            if is_wanted:
                self.waiting[slot] = number
            self._expect_next_start()

    @precondition(lambda self: self.running is not None)
    @rule()
    def finish(self) -> None:
        assert self.running is not None
        slot, number = self.running
        is_wanted = self.current.get(slot) == number

        self.orders.put("return")

        if is_wanted:
            outcome = self.outcomes.get(timeout=TIMEOUT_S)
            assert (outcome.ticket.slot, outcome.ticket.number, outcome.value) == (slot, number, number)
        self.running = None
        self._expect_next_start()

    @invariant()
    def nothing_stale_is_delivered(self) -> None:
        assert self.outcomes.empty()

    @invariant()
    def is_busy_while_something_runs(self) -> None:
        if self.running is not None:
            assert not self.engine.is_idle

    def teardown(self) -> None:
        self.engine.stop()
        self.orders.put("check")
        if self.thread.ident is not None:
            self.thread.join(TIMEOUT_S)
            assert not self.thread.is_alive()


class _Session:
    name, device, capabilities = "Fake", "CPU", frozenset[str]()


EngineMachine.session_factory = staticmethod(_Session)  # type: ignore[assignment] # no job calls it
TestEngineStates = EngineMachine.TestCase
