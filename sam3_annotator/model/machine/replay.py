"""Does recorded work on a graphics card again, without asking for each of its steps anew.

A click is two hundred steps, and the card is done with most of them before Python has asked for the next.
"""

from __future__ import annotations

import logging
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sam3_annotator.model.recent import Recent

_log = logging.getLogger(__name__)

Tensors = tuple[Tensor, ...]
Work = Callable[[], Tensors]
Record = Callable[[Work], tuple[Tensors, Work]]
"""Does work once, and gives its answer and what does it again: on the same tensors, as they are then.

What is answered again lies where it lay before, until other work of the same recorder is done again.
"""

KINDS_KEPT = 16

LARGEST_DIFFERENCE = 0.01
"""Of the largest number in an answer, or of 1 if that is more: what rounding never brings, in any dtype."""


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """Recorded work, and the tensors it is done on, None where there is none."""

    inputs: list[Tensor | None]
    replay: Work


class Replayed:
    """Work on tensors that is recorded once for each kind of them; without a recorder, or once it fails, it is not."""

    def __init__(self, work: Callable[..., Tensors], record: Record | None) -> None:
        self._work = work
        self._record = record
        self._lasting: Tensors = ()
        self._first: Callable[[], Tensor | None] = lambda: None
        self._recordings: Recent[object, Recording] = Recent(KINDS_KEPT)

    def __call__(self, lasting: Sequence[Tensor], passing: Sequence[Tensor | None]) -> Tensors:
        """Give `work(*lasting, *passing)`, in tensors of the caller's own.

        `lasting` tensors always have the same shapes and are told apart by the first of them: as long as that is given
        again, nothing is read anew. What is recorded depends on which `passing` ones there are, and on their shapes.
        """
        recording = self._find_or_record(lasting, passing)
        if recording is None:
            return tuple(self._work(*lasting, *passing))
        self._place(lasting)
        for place, value in zip(recording.inputs, passing, strict=True):
            if place is not None and value is not None:
                place.copy_(value)
        return tuple(value.clone() for value in recording.replay())

    def forget(self) -> None:
        """Let go of all recordings and of the memory they hold; what is asked for next is recorded anew."""
        self._recordings.clear()
        self._lasting = ()
        self._first = lambda: None

    def _find_or_record(self, lasting: Sequence[Tensor], passing: Sequence[Tensor | None]) -> Recording | None:
        if self._record is None:
            return None
        kind = tuple(None if each is None else (each.shape, each.dtype) for each in passing)
        recording = self._recordings.get(kind)
        if recording is None:
            try:
                recording = self._make(self._record, lasting, passing)
            except RuntimeError:
                self._record = None  # a recording that failed has left its memory unfit for another
                self.forget()
                _log.warning(
                    "What the graphics card does cannot be recorded; it is asked for step by step.", exc_info=True
                )
            else:
                self._recordings.put(kind, recording)
        return recording

    def _make(self, record: Record, lasting: Sequence[Tensor], passing: Sequence[Tensor | None]) -> Recording:
        self._place(lasting)
        inputs = [None if value is None else value.clone() for value in passing]
        answer, replay = record(lambda: tuple(self._work(*self._lasting, *inputs)))
        if not all(map(_is_close, replay(), answer)):
            raise RuntimeError("What was recorded answers otherwise than its steps did.")
        return Recording(inputs, replay)

    def _place(self, lasting: Sequence[Tensor]) -> None:
        if not lasting or self._first() is lasting[0]:
            return
        if self._lasting:
            for place, value in zip(self._lasting, lasting, strict=True):
                place.copy_(value)
        else:
            self._lasting = tuple(value.clone() for value in lasting)
        self._first = weakref.ref(lasting[0])


def _is_close(value: Tensor, expected: Tensor) -> bool:
    """Tell whether two answers differ by rounding at most; what is no number in one must be none in the other."""
    value, expected = value.float(), expected.float()
    largest = max(1.0, float(expected.nan_to_num(0, 0, 0).abs().max()))
    return torch.allclose(value, expected, rtol=0, atol=LARGEST_DIFFERENCE * largest, equal_nan=True)


def recorder_for(device: torch.device) -> Record | None:
    """Give what records on a device, with memory of its own; None where there is nothing to gain."""
    return CudaGraphs(device).record if device.type == "cuda" else None


class CudaGraphs:
    """Records work as CUDA graphs, which share their memory: one is replayed after the other, on one stream.

    Each graph may use what lay idle when an earlier one was recorded, be it for the other's answer: an answer is read
    or copied before another graph is replayed.
    """

    def __init__(self, device: torch.device) -> None:
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]  # it is not typed
        self._graphs: weakref.WeakSet[torch.cuda.CUDAGraph] = weakref.WeakSet()

    def record(self, work: Work) -> tuple[Tensors, Work]:
        """See `Record`; raises `RuntimeError` for work that waits for the card, which no graph can."""
        if not self._graphs:
            self._pool = torch.cuda.graph_pool_handle()  # memory that all graphs have left takes no other
        self._stream.wait_stream(torch.cuda.current_stream(self._stream.device))
        graph = torch.cuda.CUDAGraph()
        # Entered here too, since a recording that fails does not leave its stream.
        with torch.cuda.stream(self._stream):
            first = work()  # and libraries prepare themselves outside of the recording
            with torch.cuda.graph(graph, self._pool, self._stream, capture_error_mode="thread_local"):
                answer = work()
        torch.cuda.current_stream(self._stream.device).wait_stream(self._stream)
        self._graphs.add(graph)

        def replay() -> Tensors:
            graph.replay()
            return answer

        return first, replay
