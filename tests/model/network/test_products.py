"""Products are the same by whatever library, and asked of oneDNN where torch would ask a slower one."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sam3_annotator.model.machine.onednn import has_onednn, multiply
from sam3_annotator.model.network import products
from sam3_annotator.model.network.products import is_for_onednn, mix_places, score_places
from sam3_annotator.model.network.upscaling import Upscaling


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.skipif(not has_onednn(), reason="has no oneDNN"))])
def by_onednn(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Have a processor whose AVX-512 MKL takes, or one on which oneDNN alone does; without it the same is computed."""
    monkeypatch.setattr(products, "has_avx512_beyond_mkl", lambda: request.param)
    return bool(request.param)


def draw(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)), dtype=torch.float64).to(dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
@pytest.mark.parametrize(("tokens", "maps"), [(1, 1), (3, 1), (3, 3)])
@torch.no_grad()
def test_tokens_score_places_and_mix_them(
    dtype: torch.dtype, tokens: int, maps: int, by_onednn: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(products, "multiply", lambda *given: asked.append(given) or multiply(*given))
    some, places, shares = (draw(*shape, dtype=dtype) for shape in ((tokens, 5, 16), (maps, 40, 16), (tokens, 5, 40)))
    tolerance = 0.05 if dtype == torch.bfloat16 else 1e-5

    scores, mixed = score_places(some, places), mix_places(shares, places)

    expected = some.double() @ places.double().transpose(1, 2), shares.double() @ places.double()
    for found, wanted in zip((scores, mixed), expected, strict=True):
        assert found.dtype == dtype
        torch.testing.assert_close(found.double(), wanted, rtol=tolerance, atol=tolerance)
    assert len(asked) == (2 if by_onednn and dtype == torch.float32 and maps == 1 else 0)


@torch.no_grad()
def test_a_map_grows_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two prompts look at one image, whose finer features are there once."""
    if not has_onednn():
        pytest.skip("has no oneDNN")
    grow = Upscaling(32).eval()
    image, s1, s0 = draw(2, 16, 32), draw(1, 8, 8, 8), draw(1, 4, 16, 16)
    finer = grow.prepare(s1, s0)
    answers = []
    for is_beyond in (False, True):
        monkeypatch.setattr(products, "has_avx512_beyond_mkl", lambda: is_beyond)  # noqa: B023 - used within the turn
        answers.append(grow(image, *finer))

    torch.testing.assert_close(answers[1], answers[0], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("is_taken", "dtype", "device", "learns", "is_beyond"),
    [
        (True, torch.float32, "cpu", False, True),
        (False, torch.float32, "cpu", False, False),
        (False, torch.float32, "cpu", True, True),
        (False, torch.float32, "meta", False, True),
        (False, torch.bfloat16, "cpu", False, True),
        (False, torch.float64, "cpu", False, True),
    ],
)
def test_onednn_is_asked_where_it_is_faster(
    is_taken: bool, dtype: torch.dtype, device: str, learns: bool, is_beyond: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(products, "has_avx512_beyond_mkl", lambda: is_beyond)

    with torch.set_grad_enabled(learns):
        assert is_for_onednn(torch.empty(1, dtype=dtype, device=device)) == is_taken
