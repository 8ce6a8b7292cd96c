"""The Makefile cleans up behind everything that it runs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_clean_leaves_sources_alone_and_nothing_compiled(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    folders = [tmp_path / name / "inner" for name in ("sam3_annotator", "training", "tests", "benchmarks", "bundle")]
    for folder in folders:
        (folder / "__pycache__").mkdir(parents=True)
        (folder / "module.py").touch()

    # No other variables: one of them could name a real folder to remove.
    environment = {"PATH": os.environ["PATH"]}
    subprocess.run(["make", "clean"], cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=60)

    assert [list(folder.iterdir()) for folder in folders] == [[folder / "module.py"] for folder in folders]
