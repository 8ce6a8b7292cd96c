"""Recorded work answers as the work itself does, for whatever it is given next."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
import torch
from torch import Tensor

from sam3_annotator.model.machine.replay import CudaGraphs, Replayed, Tensors, Work
from tests.logged_warnings import warnings_in

CUDA = torch.device("cuda")


def scale(weight: Tensor, offset: Tensor, values: Tensor, extra: Tensor | None) -> tuple[Tensor, ...]:
    scaled = weight * values + offset
    return (scaled if extra is None else scaled + extra,)


def refuse(_work: Work) -> tuple[Tensors, Work]:
    raise RuntimeError("operation not permitted when stream is capturing")


def numbers(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float32)


def test_an_answer_is_that_of_the_tensors_given_last(paper_card: Any) -> None:
    replayed = Replayed(scale, paper_card.record)
    first, second = (numbers(2), numbers(1)), (numbers(3), numbers(5))

    answers = [
        replayed(lasting, (numbers(value), None))[0].tolist()
        for lasting, value in ((first, 10), (first, 20), (second, 20), (second, 30), (first, 30))
    ]

    assert answers == [[21], [41], [65], [95], [61]]


def test_an_answer_stays_as_it_is(paper_card: Any) -> None:
    replayed, other = Replayed(scale, paper_card.record), Replayed(scale, paper_card.record)
    lasting = (numbers(2), numbers(1))

    answers = [
        ask(lasting, (numbers(value), extra))[0]
        for ask, value, extra in (
            (replayed, 10, None),
            (replayed, 20, None),
            (replayed, 20, numbers(4)),
            (other, 30, None),
            (replayed, 40, None),
        )
    ]

    assert [answer.tolist() for answer in answers] == [[21], [41], [45], [61], [81]]


def test_each_kind_of_tensors_is_recorded_once(paper_card: Any) -> None:
    replayed = Replayed(scale, paper_card.record)
    lasting = (numbers(2), numbers(1))

    for _ in range(2):
        assert replayed(lasting, (numbers(10), None))[0].tolist() == [21]
        assert replayed(lasting, (numbers(10), numbers(4)))[0].tolist() == [25]
        assert replayed(lasting, (numbers(10, 20), None))[0].tolist() == [21, 41]

    assert paper_card.recordings == 3


def test_nothing_need_last(paper_card: Any) -> None:
    replayed = Replayed(lambda value: (value + 1,), paper_card.record)

    assert [replayed((), (numbers(value),))[0].tolist() for value in (1, 2)] == [[2], [3]]


def test_what_was_given_stays_as_it_is_and_is_not_kept(paper_card: Any) -> None:
    replayed = Replayed(scale, paper_card.record)
    weight, value = numbers(2), numbers(10)
    replayed((weight, numbers(1)), (value, None))
    replayed((numbers(7), numbers(7)), (numbers(7), None))

    assert (weight.tolist(), value.tolist()) == ([2], [10])
    kept = weakref.ref(weight)
    del weight
    gc.collect()
    assert kept() is None


def test_what_was_forgotten_is_recorded_anew_and_its_memory_is_let_go(paper_card: Any) -> None:
    replayed = Replayed(scale, paper_card.record)
    lasting = (numbers(2), numbers(1))
    replayed(lasting, (numbers(10), None))
    places: list[weakref.ref[Tensor]] = [weakref.ref(place) for place in replayed._lasting]

    replayed.forget()
    gc.collect()

    assert [place() for place in places] == [None, None]
    assert replayed((numbers(3), numbers(1)), (numbers(10), None))[0].tolist() == [31]
    assert paper_card.recordings == 2


def depend_on_numbers(weight: Tensor, values: Tensor) -> tuple[Tensor, ...]:
    return (weight * values if (values > 0).all() else -values,)


def bring_numbers(weight: Tensor, values: Tensor) -> tuple[Tensor, ...]:
    return (weight * values + torch.tensor([0.0]),)


@pytest.mark.parametrize("work", [depend_on_numbers, bring_numbers])
def test_work_that_no_card_could_record_is_done_step_by_step(
    work: Any, paper_card: Any, caplog: pytest.LogCaptureFixture
) -> None:
    replayed = Replayed(work, paper_card.record)

    assert [replayed((numbers(2),), (numbers(value),))[0].tolist() for value in (10, 20)] == [[20], [40]]
    assert len(warnings_in(caplog)) == 1


def test_once_a_recording_failed_all_is_done_step_by_step(paper_card: Any, caplog: pytest.LogCaptureFixture) -> None:
    def double_one_or_less(value: Tensor) -> tuple[Tensor, ...]:
        return (2 * value if len(value) == 1 or bool((value < 2).all()) else value,)

    replayed = Replayed(double_one_or_less, paper_card.record)

    answers = [replayed((), (value,))[0].tolist() for value in (numbers(3), numbers(3, 4), numbers(5), numbers(1, 1))]

    assert answers == [[6], [3, 4], [10], [2, 2]]
    assert paper_card.recordings == len(warnings_in(caplog)) == 1


def test_work_that_cannot_be_recorded_is_done_step_by_step(caplog: pytest.LogCaptureFixture) -> None:
    replayed = Replayed(scale, refuse)

    answers = [
        replayed((numbers(2), numbers(1)), passing)[0].tolist()
        for passing in ((numbers(10), None), (numbers(20), None), (numbers(10), numbers(4)))
    ]

    assert answers == [[21], [41], [25]]
    assert warnings_in(caplog) == ["What the graphics card does cannot be recorded; it is asked for step by step."]


@pytest.mark.parametrize("wrong", [22.0, 0.0, float("nan"), float("inf")])
def test_a_recording_that_answers_otherwise_than_its_steps_is_not_used(
    wrong: float, caplog: pytest.LogCaptureFixture
) -> None:
    replayed = Replayed(scale, lambda work: (work(), lambda: (numbers(wrong),)))

    answers = [replayed((numbers(2), numbers(1)), (numbers(value), None))[0].tolist() for value in (10, 20)]

    assert answers == [[21], [41]]
    assert len(warnings_in(caplog)) == 1


def test_answers_that_are_no_numbers_are_compared_too(paper_card: Any, caplog: pytest.LogCaptureFixture) -> None:
    replayed = Replayed(scale, paper_card.record)
    odd = numbers(float("nan"), float("inf"), 3)

    answer = replayed((numbers(2), numbers(1)), (odd, None))[0]

    torch.testing.assert_close(answer, 2 * odd + 1, equal_nan=True)
    assert not warnings_in(caplog)


def test_without_a_recorder_the_work_is_given_what_was_given() -> None:
    given: list[Tensor | None] = []

    def note(*tensors: Tensor | None) -> tuple[Tensor, ...]:
        given.extend(tensors)
        return (answer,)

    answer, lasting, passing = numbers(1), numbers(2), numbers(3)

    assert Replayed(note, None)((lasting,), (passing, None))[0] is answer
    assert given[0] is lasting
    assert given[1] is passing


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
    assert len(warnings_in(caplog)) == 1
    assert torch.cuda.current_stream() == torch.cuda.default_stream()
