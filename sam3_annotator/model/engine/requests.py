"""The requests to the engine: which wait, which are still wanted, which come first; knows no threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum


class Slot(IntEnum):
    """The line a request stands in; each holds one waiting request, the lowest value is served first."""

    SEGMENT = 0
    EMBED = 1
    PREVIEW = 2
    COMPARE = 3
    DETECT = 4
    PREFETCH = 5
    BATCH = 6
    AUDIT = 7
    LABEL = 8
    PROPAGATE = 9

    @property
    def gives_way(self) -> bool:
        """Whether a running job of this slot steps back for requests that the user waits for."""
        return self >= Slot.PREFETCH

    @property
    def takes_guests(self) -> bool:
        """Whether a running job of this slot lasts so long that small, more urgent ones are served in its pauses."""
        return self >= Slot.DETECT


@dataclass(frozen=True, slots=True)
class Ticket:
    """Which request: numbers grow over all slots, so a newer request has the higher number."""

    slot: Slot
    number: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: its `value`, or the `error` it raised (then `value` is None); `seconds` it ran."""

    ticket: Ticket
    value: object
    error: Exception | None
    seconds: float


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is that tells it: `done` of `total`, in the unit of its work."""

    ticket: Ticket
    done: int
    total: int


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """A job that waits or runs; `image_key` is that of the embedding it works on, or makes, if it said so."""

    ticket: Ticket
    job: Callable[..., object]
    image_key: str | None = None

    @property
    def slot(self) -> Slot:
        """The line it stands in."""
        return self.ticket.slot


class Requests:
    """A slot is empty or holds the one request waiting there.

    The newest request of a slot is *current* until it is replaced or cancelled.
    """

    def __init__(self) -> None:
        self._waiting: dict[Slot, Request] = {}
        self._current: dict[Slot, Ticket] = {}
        self._last_number = 0

    def __bool__(self) -> bool:
        """Whether any request waits."""
        return bool(self._waiting)

    def draw(self, slot: Slot) -> Ticket:
        """Give out the next number."""
        self._last_number += 1
        return Ticket(slot, self._last_number)

    def add(self, request: Request) -> None:
        """Let a new request wait, in place of the one in its slot."""
        self._current[request.slot] = request.ticket
        self._waiting[request.slot] = request

    def put_back(self, request: Request) -> None:
        """Let a request wait again, unless it is not wanted any more."""
        if self.is_current(request.ticket):
            self._waiting[request.slot] = request

    def cancel(self, slot: Slot) -> None:
        """Want nothing of this slot any more."""
        self._current.pop(slot, None)
        self._waiting.pop(slot, None)

    def clear(self) -> None:
        """Want nothing at all any more."""
        self._current.clear()
        self._waiting.clear()

    def is_current(self, ticket: Ticket) -> bool:
        """Whether this is the newest request of its slot and was not cancelled."""
        return self._current.get(ticket.slot) == ticket

    @property
    def first(self) -> Request | None:
        """The most urgent request that waits."""
        return self._waiting[min(self._waiting)] if self._waiting else None

    def take_first(self) -> Request:
        """Take the most urgent request out of its slot."""
        return self._waiting.pop(min(self._waiting))

    def take(self, request: Request) -> Request:
        """Take this waiting request out of its slot."""
        return self._waiting.pop(request.slot)

    def more_urgent_than(self, slot: Slot) -> Iterator[Request]:
        """Go through the waiting requests that the user waits for more than for this slot, most urgent first."""
        for urgent in sorted(self._waiting):
            if urgent < slot and not urgent.gives_way:
                yield self._waiting[urgent]
