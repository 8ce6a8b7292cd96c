"""The benchmarks of SAM 3 run from a checkout and keep to the document that others read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.parametrize("name", ["decode", "phrase", "encode", "waiting", "restore"])
def test_a_tiny_run_prints_the_agreed_document(name: str) -> None:
    command = [sys.executable, str(BENCHMARKS / f"{name}.py"), "--tiny", "--repeats", "2", "--threads", "1", "--json"]
    ended = subprocess.run(
        [*command, "--device", "cpu", "--dtype", "float32"], capture_output=True, text=True, check=True
    )

    document = json.loads(ended.stdout)
    assert (document["threads"], document["dtype"]) == (1, "float32")
    assert document["gflops_per_second"] > 0
    assert document["results"]
    for row in document["results"]:
        assert row["name"].startswith(f"{name} ")
        assert 0 < row["median_ms"] <= row["p99_ms"]
        assert row["peer"] is None
