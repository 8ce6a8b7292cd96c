"""The application starts as the program does, and leaves other programs alone."""

from __future__ import annotations

import os

import pytest

from bundle.start import leave_others_alone


def test_programs_that_it_starts_do_not_load_its_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYINSTALLER_RESET_ENVIRONMENT", "0")  # so that it is put back
    for name in ("QT_PLUGIN_PATH", "QML2_IMPORT_PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
        monkeypatch.setenv(name, "/opt/sam3-annotator/_internal")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/usr/local/cuda/lib64")

    leave_others_alone()

    assert [value for value in os.environ.values() if "sam3-annotator/_internal" in value] == []
    assert os.environ["LD_LIBRARY_PATH"] == "/usr/local/cuda/lib64"
    assert "LD_LIBRARY_PATH_ORIG" not in os.environ


def test_started_by_itself_the_application_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYINSTALLER_RESET_ENVIRONMENT", "0")

    leave_others_alone()

    assert os.environ["PYINSTALLER_RESET_ENVIRONMENT"] == "1"
