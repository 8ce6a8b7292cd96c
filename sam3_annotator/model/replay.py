"""Does recorded work on a graphics card again, without asking for each of its steps anew.

A click is two hundred steps, and the card is done with most of them before Python has asked for the next.
"""

from __future__ import annotations

import logging
import weakref
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from sam3_annotator.model.recent import Recent

_log = logging.getLogger(__name__)

Tensors = tuple[Tensor, ...]
Work = Callable[[], Tensors]
Record = Callable[[Work], Work]
"""Does work once and gives what does it again: on the same tensors, as they are then, with the answers in place."""

KINDS_KEPT = 16


class Replayed:
    """Work on tensors that is recorded once for each kind of them; once that fails, others are done step by step."""

    def __init__(self, work: Callable[..., Tensors], record: Record) -> None:
        self._work = work
        self._record: Record | None = record
        self._lasting: Tensors = ()
        self._first: Callable[[], Tensor | None] = lambda: None
        self._recorded: Recent[object, tuple[list[Tensor | None], Work]] = Recent(KINDS_KEPT)

    def __call__(self, lasting: Sequence[Tensor], passing: Sequence[Tensor | None]) -> Tensors:
        """Give `work(*lasting, *passing)`, in tensors that the next call overwrites.

        `lasting` tensors always have the same shapes and are told apart by the first of them: as long as that is given
        again, nothing is read anew. What is recorded depends on which `passing` ones there are, and on their shapes.
        """
        kind = tuple(None if each is None else (each.shape, each.dtype) for each in passing)
        self._place(lasting)
        found = self._recorded.get(kind)
        if found is None:
            found = self._make(passing)
            self._recorded.put(kind, found)
        inputs, work = found
        for place, value in zip(inputs, passing, strict=True):
            if place is not None and value is not None:
                place.copy_(value)
        return work()

    def _place(self, lasting: Sequence[Tensor]) -> None:
        if self._first() is lasting[0]:
            return
        if self._lasting:
            for place, value in zip(self._lasting, lasting, strict=True):
                place.copy_(value)
        else:
            self._lasting = tuple(value.clone() for value in lasting)
        self._first = weakref.ref(lasting[0])

    def _make(self, passing: Sequence[Tensor | None]) -> tuple[list[Tensor | None], Work]:
        inputs = [None if value is None else value.clone() for value in passing]

        def work() -> Tensors:
            return tuple(self._work(*self._lasting, *inputs))

        if self._record is None:
            return inputs, work
        try:
            return inputs, self._record(work)
        except RuntimeError:
            self._record = None  # a recording that failed has left its memory unfit for another
            _log.warning("What the graphics card does cannot be recorded; it is asked for step by step.", exc_info=True)
            return inputs, work


class CudaGraphs:
    """Records work as CUDA graphs, which share their memory: one is replayed after the other, on one stream."""

    def __init__(self, device: torch.device) -> None:
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]  # it is not typed
        self._pool = torch.cuda.graph_pool_handle()

    def record(self, work: Work) -> Work:
        """See `Record`; raises `RuntimeError` for work that waits for the card, which no graph can."""
        self._stream.wait_stream(torch.cuda.current_stream(self._stream.device))
        graph = torch.cuda.CUDAGraph()
        # Entered here too, since a recording that fails does not leave its stream.
        with torch.cuda.stream(self._stream):
            work()  # libraries prepare themselves outside of the recording
            with torch.cuda.graph(graph, self._pool, self._stream, capture_error_mode="thread_local"):
                answer = work()
        torch.cuda.current_stream(self._stream.device).wait_stream(self._stream)

        def replay() -> Tensors:
            graph.replay()
            return answer

        return replay
