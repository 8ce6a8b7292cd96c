"""The benchmarks of SAM 3 run from a checkout and keep to the document that others read."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
OPTIONS = ["--tiny", "--repeats", "2", "--threads", "1", "--json", "--device", "cpu", "--dtype", "float32"]


@pytest.mark.parametrize("name", ["decode", "phrase", "encode", "waiting", "restore"])
def test_a_tiny_run_prints_the_agreed_document(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = BENCHMARKS / f"{name}.py"
    monkeypatch.syspath_prepend(BENCHMARKS)
    monkeypatch.setattr(sys, "argv", [str(path), *OPTIONS])

    with pytest.raises(SystemExit) as ended:  # as a program would, but in this one, where torch is loaded already
        runpy.run_path(str(path), run_name="__main__")

    assert ended.value.code == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["threads"], document["dtype"]) == (1, "float32")
    assert document["gflops_per_second"] > 0
    assert document["results"]
    for row in document["results"]:
        assert row["name"].startswith(f"{name} ")
        assert 0 < row["median_ms"] <= row["p99_ms"]
        assert row["peer"] is None
