"""Recorded work answers as the work itself does, for whatever it is given next."""

from __future__ import annotations

import gc
import logging
import weakref

import pytest
import torch
from torch import Tensor

from sam3_annotator.model.replay import CudaGraphs, Replayed, Work

CUDA = torch.device("cuda")


def scale(weight: Tensor, offset: Tensor, values: Tensor, extra: Tensor | None) -> tuple[Tensor, ...]:
    scaled = weight * values + offset
    return (scaled if extra is None else scaled + extra,)


class Tape:
    """Records as a graphics card does: what was answered lies where it lay, and only the contents are new."""

    def __init__(self) -> None:
        self.recordings = 0

    def record(self, work: Work) -> Work:
        self.recordings += 1
        answer = tuple(value.clone() for value in work())

        def replay() -> tuple[Tensor, ...]:
            for place, value in zip(answer, work(), strict=True):
                place.copy_(value)
            return answer

        return replay


def refuse(work: Work) -> Work:
    raise RuntimeError("operation not permitted when stream is capturing")


def numbers(*values: float) -> Tensor:
    return torch.tensor(values)


def test_an_answer_is_that_of_the_tensors_given_last() -> None:
    replayed = Replayed(scale, Tape().record)
    first, second = (numbers(2), numbers(1)), (numbers(3), numbers(5))

    answers = [
        replayed(lasting, (numbers(value), None))[0].tolist()
        for lasting, value in ((first, 10), (first, 20), (second, 20), (second, 30), (first, 30))
    ]

    assert answers == [[21], [41], [65], [95], [61]]


def test_each_kind_of_tensors_is_recorded_once() -> None:
    tape = Tape()
    replayed = Replayed(scale, tape.record)
    lasting = (numbers(2), numbers(1))

    for _ in range(2):
        assert replayed(lasting, (numbers(10), None))[0].tolist() == [21]
        assert replayed(lasting, (numbers(10), numbers(4)))[0].tolist() == [25]
        assert replayed(lasting, (numbers(10, 20), None))[0].tolist() == [21, 41]

    assert tape.recordings == 3


def test_what_was_given_stays_as_it_is_and_is_not_kept() -> None:
    replayed = Replayed(scale, Tape().record)
    weight, value = numbers(2), numbers(10)
    replayed((weight, numbers(1)), (value, None))
    replayed((numbers(7), numbers(7)), (numbers(7), None))

    assert (weight.tolist(), value.tolist()) == ([2], [10])
    kept = weakref.ref(weight)
    del weight
    gc.collect()
    assert kept() is None


def test_work_that_cannot_be_recorded_is_done_step_by_step(caplog: pytest.LogCaptureFixture) -> None:
    replayed = Replayed(scale, refuse)

    with caplog.at_level(logging.WARNING):
        answers = [
            replayed((numbers(2), numbers(1)), passing)[0].tolist()
            for passing in ((numbers(10), None), (numbers(20), None), (numbers(10), numbers(4)))
        ]

    assert answers == [[21], [41], [25]]
    assert [record.message for record in caplog.records] == [
        "What the graphics card does cannot be recorded; it is asked for step by step."
    ]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="There is no CUDA device.")
def test_a_graph_answers_as_its_steps_do() -> None:
    replayed = Replayed(scale, CudaGraphs(CUDA).record)
    lasting = [(torch.randn(3).to(CUDA), torch.randn(3).to(CUDA)) for _ in range(2)]

    for weight, offset in (*lasting, *lasting):
        for extra in (None, torch.randn(3).to(CUDA)):
            values = torch.randn(3).to(CUDA)
            assert torch.equal(replayed((weight, offset), (values, extra))[0], scale(weight, offset, values, extra)[0])


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="There is no CUDA device.")
def test_work_that_waits_for_the_card_is_done_step_by_step(caplog: pytest.LogCaptureFixture) -> None:
    def wait(weight: Tensor, values: Tensor) -> tuple[Tensor, ...]:
        return (weight * float(values.sum()),)

    replayed = Replayed(wait, CudaGraphs(CUDA).record)

    answers = [
        replayed((torch.ones(1, device=CUDA),), (torch.ones(count, device=CUDA),))[0].item() for count in (2, 2, 4)
    ]

    assert answers == [2, 2, 4]
    assert len(caplog.records) == 1
    assert torch.cuda.current_stream() == torch.cuda.default_stream()
