"""Benchmarks measure what is ours whether or not the peer is installed."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

# Of pycocotools with NumPy 2.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(params=[True, False])
def has_peer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether pycocotools can be imported."""
    if not request.param:
        for name in ("pycocotools", "pycocotools.mask", "pycocotools.coco"):
            monkeypatch.setitem(sys.modules, name, None)
    return request.param


def peers(rows: list[dict[str, Any]]) -> set[str]:
    return {str(row["peer"]).split(",")[0].split(" ")[0] for row in rows if row["peer"] is not None}


def test_masks_are_compared_with_the_peers_that_are_here(has_peer: bool) -> None:
    benchmark = runpy.run_path(str(BENCHMARKS / "masks.py"))
    mask = np.zeros((benchmark["HEIGHT"], benchmark["WIDTH"]), np.bool_)
    mask[3:9, 4:12] = True

    rows = list(benchmark["rows_of"]("small", mask, 1))

    assert sum(row["peer"] is None for row in rows) == 5
    assert ("pycocotools" in peers(rows)) == has_peer


def test_reading_coco_is_compared_with_the_peer_if_that_is_here(has_peer: bool) -> None:
    benchmark = runpy.run_path(str(BENCHMARKS / "formats.py"))
    benchmark["measured"].__globals__.update(IMAGES=1, INSTANCES=6)

    rows = list(benchmark["measured"](1))

    assert {"formats read 6 instances coco polygon", "formats read 6 instances voc"} <= {row["name"] for row in rows}
    assert peers(rows) == ({"pycocotools"} if has_peer else set())


@pytest.mark.parametrize("name", ["masks", "formats"])
def test_help_needs_no_peer(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "pycocotools", None)
    monkeypatch.setattr(sys, "argv", [name, "--help"])

    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(BENCHMARKS / f"{name}.py"), run_name="__main__")

    assert ended.value.code == 0
    assert "pycocotools, where it is installed" in " ".join(capsys.readouterr().out.split())
