"""Why a file cannot be reached is told in a sentence; images that are reached and damaged are another matter."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from sam3_annotator.project import file_access
from sam3_annotator.project.file_access import missing_sentence, says_missing, unlimited, why_not_opened


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(13, "Permission denied"), "not allowed to read “a.png”; change"),
        (OSError(5, "Input/output error"), "cannot be read (Input/output error); check the drive"),
    ],
)
def test_what_the_system_refuses_is_told(tmp_path: Path, error: OSError, words: str) -> None:
    assert words in why_not_opened(tmp_path / "a.png", error)


def test_a_path_that_windows_follows_only_when_told_to_is_told_as_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 200) / ("e" * 200)
    there = [unlimited(str(path)) for path in (deep / "a.png", tmp_path / "a.png")]
    monkeypatch.setattr(file_access, "os", SimpleNamespace(name="nt"))
    monkeypatch.setattr(file_access, "is_there", lambda path: str(path) in there)

    assert "“a.png” is too long for this system" in missing_sentence(deep / "a.png")
    assert not says_missing(missing_sentence(deep / "a.png"))
    assert says_missing(missing_sentence(deep / "b.png"))
    assert says_missing(missing_sentence(tmp_path / "a.png"))


@pytest.mark.parametrize(
    ("path", "whole"),
    [("C:\\a\\b.png", "\\\\?\\C:\\a\\b.png"), ("\\\\server\\share\\b.png", "\\\\?\\UNC\\server\\share\\b.png")],
)
def test_long_paths_of_windows_are_of_drives_or_shares(path: str, whole: str) -> None:
    assert unlimited(path) == whole
