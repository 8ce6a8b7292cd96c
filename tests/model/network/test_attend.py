"""Attention by products gives what attention gives, and is taken only where it is faster."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.machine.onednn import has_onednn
from sam3_annotator.model.network import attend as attention, products
from sam3_annotator.model.network.attend import attend

Inputs = tuple[Tensor, Tensor, Tensor]


ONEDNN = pytest.mark.skipif(not has_onednn(), reason="has no oneDNN")


@pytest.fixture(autouse=True)
def any_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have units for bfloat16 and MKL without AVX-512, on whatever processor: it computes the same, only slower."""
    monkeypatch.setattr(attention, "has_bfloat16_units", lambda: True)
    monkeypatch.setattr(products, "has_avx512_beyond_mkl", lambda: True)


def make_inputs(queries: int, keys: int, size: float = 1.0, dtype: torch.dtype = torch.bfloat16) -> Inputs:
    """Draw `(2, 3, N, 32)` out of one tensor, as the image encoder cuts them."""
    drawn = torch.randn(2, 9, max(queries, keys), 32, generator=torch.Generator().manual_seed(0)).to(dtype)
    query, key, value = drawn.split(3, 1)
    return size * query[:, :, :queries], key[:, :, :keys], value[:, :, :keys]


def error(found: Tensor, inputs: Inputs) -> float:
    """Give the mean error as a part of the mean of what double precision gives."""
    exact = F.scaled_dot_product_attention(*(each.double() for each in inputs))
    return float((found.double() - exact).abs().mean() / exact.abs().mean())


@pytest.mark.parametrize("size", [0.3, 1.0, 4.0, 100.0])
@torch.no_grad()
def test_products_give_what_attention_gives(size: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both round to eight bits on the way, at other places."""
    monkeypatch.setattr(attention, "SCORES_AT_ONCE", 64 * 300)  # rows by parts, of which the last is smaller
    inputs = make_inputs(400, 300, size)

    found = attend(*inputs)

    assert found.shape == inputs[0].shape
    assert found.dtype == torch.bfloat16
    assert error(found, inputs) < 0.005
    assert error(found, inputs) > 0  # in no more bits than asked for


@ONEDNN
@pytest.mark.parametrize("size", [0.3, 1.0, 100.0])
@torch.no_grad()
def test_in_float32_it_is_rounded_no_more_than_there(size: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "SCORES_AT_ONCE", 64 * 300)
    inputs = make_inputs(400, 300, size, torch.float32)

    found = attend(*inputs)

    assert found.dtype == torch.float32
    assert error(found, inputs) < 1e-5
    assert error(found, inputs) > 0


@torch.no_grad()
def test_rows_of_large_scores_are_as_exact_as_others() -> None:
    """A key that all queries are like adds the same to each score of a row: without an offset it would round them."""
    query, key, value = make_inputs(300, 300)
    query, key = query.clone(), key.clone()
    query[..., 0], key[..., 0] = 8, 8 * 32**0.5
    inputs = query, key, value

    assert error(attend(*inputs), inputs) < 0.005


@pytest.mark.parametrize(("large", "values"), [(100, 1), (22, 1e4)], ids=["weights", "weights times values"])
@torch.no_grad()
def test_a_score_far_above_all_others_does_not_overflow(large: float, values: float) -> None:
    """Of the 17th key nobody knows before the scores are there."""
    query, key, value = make_inputs(300, 300)
    query, key = query.clone(), key.clone()
    query[..., 0], key[..., 17, 0] = large, large
    value = values * value
    inputs = query, key, value

    found = attend(*inputs)

    torch.testing.assert_close(found, value[..., 17:18, :].expand_as(found))
    assert error(found, inputs) < 0.005


@pytest.mark.parametrize(
    ("is_taken", "queries", "keys", "dtype", "is_masked", "learns"),
    [
        (True, 300, 300, torch.bfloat16, False, False),
        (True, 300, 300, torch.float32, False, False),
        (False, 20, 300, torch.float32, False, False),
        (False, 300, 300, torch.float16, False, False),
        (False, 20, 300, torch.bfloat16, False, False),
        (False, 300, 20, torch.bfloat16, False, False),
        (False, 300, 300, torch.bfloat16, True, False),
        (False, 300, 300, torch.bfloat16, False, True),
    ],
)
def test_products_are_taken_where_they_are_faster_and_can_be(
    is_taken: bool,
    queries: int,
    keys: int,
    dtype: torch.dtype,
    is_masked: bool,
    learns: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = []
    for by_products in ("_attend_rounded", "_attend_exactly"):
        monkeypatch.setattr(attention, by_products, lambda query, *_: taken.append(query) or query)
    inputs = make_inputs(queries, keys, dtype=dtype)
    mask = torch.ones(1, keys, dtype=torch.bool) if is_masked else None

    with torch.set_grad_enabled(learns):
        found = attend(*inputs, mask)

    assert bool(taken) == is_taken
    if not is_taken:
        torch.testing.assert_close(found, F.scaled_dot_product_attention(*inputs, attn_mask=mask))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
@torch.no_grad()
def test_other_processors_leave_it_to_torch(dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "has_bfloat16_units", lambda: dtype != torch.bfloat16)
    monkeypatch.setattr(products, "has_avx512_beyond_mkl", lambda: dtype != torch.float32)
    inputs = make_inputs(300, 300, dtype=dtype)

    assert torch.equal(attend(*inputs), F.scaled_dot_product_attention(*inputs))
