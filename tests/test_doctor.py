"""The doctor answers about every part, also where parts are missing."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path

import pytest

from sam3_annotator import doctor, paths


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> doctor.Findings:
    """Examine this machine once, with a home of its own: folders are tried by making them."""
    home = str(tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "WIN_PD_OVERRIDE_LOCAL_APPDATA"):
            patch.setenv(variable, home)
        return doctor.examine()


def test_every_part_is_there(findings: doctor.Findings) -> None:
    assert list(findings) == [
        "program", "system", "packages", "sqlite", "device", "qt", "folders", "resources", "weights", "problems",
    ]  # fmt: skip


def test_findings_are_json(findings: doctor.Findings) -> None:
    assert json.loads(json.dumps(findings)) == findings


def test_healthy_installation_has_no_problems(findings: doctor.Findings) -> None:
    assert findings["problems"] == []


def test_memory_is_told(findings: doctor.Findings) -> None:
    assert findings["system"]["memory GiB"] > 0


def test_every_package_that_the_program_needs_is_looked_at() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    needs = [need for need in project["dependencies"] if sys.platform == "win32" or "win32" not in need]
    assert {re.split(r"[><=!]", need)[0] for need in needs} == set(doctor.PACKAGES.values())


def test_text_has_a_line_for_each_package(findings: doctor.Findings) -> None:
    text = doctor.to_text(findings)

    assert all(f"  {name}: " in text for name in doctor.PACKAGES)


def test_package_that_cannot_be_imported_is_told() -> None:
    assert doctor._package("no_such_package", "no-such-package").startswith("cannot be imported (ModuleNotFoundError")


def test_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    assert "cannot be written" in doctor._folder(tmp_path / "file" / "data")


def test_part_that_fails_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail() -> object:
        raise OSError("no such device")

    monkeypatch.setattr(doctor, "_device", fail)
    monkeypatch.setattr(doctor, "_qt", fail)
    monkeypatch.setattr(paths, "resources_dir", lambda: tmp_path / "gone")

    findings = doctor.examine()

    assert findings["device"] == {"error": "OSError: no such device"}
    assert "device: OSError: no such device" in doctor.to_text({"problems": findings["problems"]})
    assert any("sample photos are missing" in str(problem) for problem in list(findings["problems"]))  # type: ignore[call-overload] # a list of JSON
