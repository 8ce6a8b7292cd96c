"""Who may import whom, as import-linter reads it from pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_import_contracts_are_kept() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]

    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    assert asked.returncode == 0, asked.stdout + asked.stderr
