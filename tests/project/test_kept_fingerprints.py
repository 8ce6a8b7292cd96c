"""Fingerprints are read once for all projects; a cache that fails costs time, nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.paths import user_cache_dir
from sam3_annotator.project import Cancelled, kept_fingerprints as module
from sam3_annotator.project.fingerprints import read_fingerprint
from sam3_annotator.project.kept_fingerprints import fingerprints


@pytest.fixture
def files(image_folder: Path) -> dict[str, Path]:
    """Give the image files of the folder, each under a hash."""
    return {f"hash {path.name}": path for path in sorted(image_folder.iterdir())}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the names of the files that are read."""
    names: list[str] = []

    def record(path: Path) -> bytes:
        names.append(path.name)
        return read_fingerprint(path)

    monkeypatch.setattr(module, "read_fingerprint", record)
    return names


def test_files_are_read_once_by_what_they_contain(files: dict[str, Path], read: list[str]) -> None:
    first = fingerprints(files)
    assert first == {content_hash: read_fingerprint(path) for content_hash, path in files.items()}
    assert sorted(read) == sorted(path.name for path in files.values())

    read.clear()
    moved = dict.fromkeys(files, Path("moved elsewhere.png"))
    assert fingerprints(moved) == first
    assert read == []


def test_files_without_a_fingerprint_are_left_out_and_not_read_again(tmp_path: Path, read: list[str]) -> None:
    (tmp_path / "text.png").write_text("This is no image.")
    for _ in range(2):
        assert fingerprints({"text": tmp_path / "text.png"}) == {}

    assert read == ["text.png"]


def test_what_was_read_before_somebody_stopped_it_is_kept(
    files: dict[str, Path], read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BATCH", 2)

    def stop(done: int, total: int) -> None:
        assert total == 4
        if done == 2:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        fingerprints(files, stop)
    assert len(read) == 2

    assert len(fingerprints(files)) == len(files)
    assert len(read) == len(set(read)) == len(files)


@pytest.mark.parametrize("trouble", ["damaged", "no folder", "no table"])
def test_a_cache_that_fails_is_logged_and_done_without(files: dict[str, Path], trouble: str, caplog: Any) -> None:
    cache = user_cache_dir() / "fingerprints-1.sqlite"
    cache.parent.parent.mkdir(parents=True, exist_ok=True)
    if trouble == "no folder":
        cache.parent.write_text("A file is where the folder should be.")
    else:
        cache.parent.mkdir()
        cache.write_bytes(b"no database" * 100 if trouble == "damaged" else b"")
        if trouble == "no table":
            cache.unlink()
            cache.mkdir()

    assert len(fingerprints(files)) == len(files)

    assert "Fingerprints of images are read anew" in caplog.text


def test_a_damaged_cache_is_made_anew(files: dict[str, Path], read: list[str]) -> None:
    cache = user_cache_dir() / "fingerprints-1.sqlite"
    cache.parent.mkdir(parents=True)
    cache.write_bytes(b"no database" * 100)

    for _ in range(2):
        assert len(fingerprints(files)) == len(files)

    assert len(read) == len(files)
