"""The level on disk: whole files or none, the least recently used go first, and no disk stops the program."""

from __future__ import annotations

import logging
import os
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
import torch

from sam3_annotator import patience
from sam3_annotator.model import DiskLevel, DiskUsage, default_folder
from sam3_annotator.model.embedding_cache.disk_level import SPARE_BYTES

BUDGET = 1 << 20


@pytest.fixture
def disk(tmp_path: Path) -> DiskLevel:
    return DiskLevel(tmp_path / "cache", BUDGET)


def the_file(disk: DiskLevel) -> Path:
    (path,) = disk.folder.iterdir()
    return path


def age(path: Path, seconds: float) -> None:
    """Make a file look as if it had been used so long ago."""
    used = path.stat().st_mtime - seconds
    os.utime(path, (used, used))


def test_what_is_written_is_read_by_another_instance(disk: DiskLevel, make_packed: Any) -> None:
    packed = make_packed(1)
    disk.write("key", packed)

    read = DiskLevel(disk.folder, BUDGET).read("key")

    assert read is not None
    assert read.image_size == packed.image_size
    assert torch.equal(read.tensors["values"], packed.tensors["values"])
    assert disk.read("another key") is None


def test_the_embedding_not_used_for_longest_goes_first(disk: DiskLevel, make_packed: Any) -> None:
    disk.write("a", make_packed(1))
    size = disk.usage().nbytes
    for name in ("b", "c"):
        disk.write(name, make_packed(2))
    for path in disk.folder.iterdir():
        age(path, 60)
    assert disk.read("a") is not None  # from now on it is the one used last
    disk.budget_bytes = 2 * size

    disk.write("d", make_packed(4))

    assert [disk.read(name) is not None for name in "abcd"] == [True, False, False, True]


def test_files_of_the_time_when_the_clock_was_wrong_do_not_crowd_out_the_new(disk: DiskLevel, make_packed: Any) -> None:
    disk.write("of the future", make_packed(1))
    age(the_file(disk), -86400)
    disk.budget_bytes = 2 * disk.usage().nbytes

    for name in ("a", "b"):
        disk.write(name, make_packed(2))

    assert [disk.read(name) is not None for name in ("of the future", "a", "b")] == [False, True, True]


def test_the_budget_holds_whatever_is_written(disk: DiskLevel, make_packed: Any) -> None:
    disk.budget_bytes = 10_000

    for number in range(20):
        disk.write(f"{number}", make_packed(number, nbytes=3000))
        assert disk.usage().nbytes <= 10_000

    assert disk.read("19") is not None


def test_an_embedding_above_the_budget_drops_nothing_else(disk: DiskLevel, make_packed: Any) -> None:
    disk.write("small", make_packed())

    disk.write("big", make_packed(nbytes=BUDGET + 1))

    assert disk.read("small") is not None
    assert disk.read("big") is None


def test_an_embedding_that_is_above_the_budget_as_a_file_drops_nothing_else(disk: DiskLevel, make_packed: Any) -> None:
    disk.write("small", make_packed())

    disk.write("big", make_packed(nbytes=BUDGET))

    assert disk.read("small") is not None


def test_the_last_of_the_disk_is_left_to_others(
    disk: DiskLevel, make_packed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk.write("old", make_packed())
    age(the_file(disk), 60)
    disk.write("new", make_packed())
    usage = shutil.disk_usage(disk.folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage._replace(free=SPARE_BYTES - 1))

    disk.trim()

    assert [disk.read(name) is not None for name in ("old", "new")] == [False, True]


def test_without_a_budget_nothing_is_read_written_or_deleted(disk: DiskLevel, make_packed: Any) -> None:
    disk.write("kept", make_packed())
    disk.budget_bytes = 0

    disk.write("new", make_packed())
    disk.trim()

    assert disk.read("kept") is None
    assert disk.usage().count == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-7]),
        lambda path: path.write_bytes(path.read_bytes()[:-1] + b"\x00\x00"),
        lambda path: path.write_bytes(path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1])),
        lambda path: path.write_bytes(b"not ours"),
        lambda path: path.write_bytes(b""),
    ],
    ids=["cut off", "longer", "one bit", "foreign", "empty"],
)
def test_a_damaged_or_foreign_file_is_not_there_until_it_is_rewritten(
    disk: DiskLevel, make_packed: Any, spoil: Any
) -> None:
    disk.write("key", make_packed(1))
    spoil(the_file(disk))

    assert disk.read("key") is None
    disk.write("key", make_packed(1))

    assert disk.read("key") is not None


def test_preserving_rewrites_only_what_is_gone(disk: DiskLevel, make_packed: Any) -> None:
    disk.write("key", make_packed(1))
    age(the_file(disk), 60)
    before = the_file(disk).stat()

    disk.preserve("key", make_packed(1))

    after = the_file(disk).stat()
    assert after.st_ino == before.st_ino
    assert after.st_mtime > before.st_mtime
    the_file(disk).unlink()
    disk.preserve("key", make_packed(1))
    assert disk.read("key") is not None


def test_other_files_in_the_folder_are_neither_counted_nor_deleted(disk: DiskLevel, make_packed: Any) -> None:
    disk.write("key", make_packed())
    for name in ("notes.txt", "model.safetensors"):
        (disk.folder / name).write_bytes(bytes(BUDGET))

    disk.trim()
    cleared = disk.clear()

    assert cleared.count == 1
    assert sorted(path.name for path in disk.folder.iterdir()) == ["model.safetensors", "notes.txt"]


def test_what_a_crash_left_half_written_goes_but_not_what_is_being_written(disk: DiskLevel, make_packed: Any) -> None:
    disk.write("key", make_packed())
    left, current = disk.folder / ".abcd.part", disk.folder / ".efgh.part"
    for part in (left, current):
        part.write_bytes(b"half")
    age(left, 2 * 3600)

    disk.trim()

    assert (left.exists(), current.exists()) == (False, True)


def test_a_failed_write_leaves_the_earlier_file_and_nothing_else(
    disk: DiskLevel, make_packed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk.write("key", make_packed(1))

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", no_space)
    disk.write("key", make_packed(2))

    read = disk.read("key")
    assert read is not None
    assert torch.equal(read.tensors["values"], make_packed(1).tensors["values"])
    assert len(list(disk.folder.iterdir())) == 1


@pytest.mark.parametrize("folder", ["file/cache", "x" * 300])
def test_a_folder_that_cannot_be_is_complained_of_once(
    folder: str, tmp_path: Path, make_packed: Any, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_bytes(b"in the way")
    disk = DiskLevel(tmp_path / folder, BUDGET)

    with caplog.at_level(logging.WARNING):
        for number in range(3):
            disk.write(f"{number}", make_packed())
            assert disk.read(f"{number}") is None

    assert len(caplog.records) == 1
    assert str(disk.folder) in caplog.text
    assert disk.usage() == disk.clear() == DiskUsage(0, 0)


def test_two_instances_share_a_folder(tmp_path: Path, make_packed: Any, caplog: pytest.LogCaptureFixture) -> None:
    instances = [DiskLevel(tmp_path, 20_000) for _ in range(2)]

    def work(disk: DiskLevel) -> None:
        for number in range(30):
            disk.write(f"{number}", make_packed(number, nbytes=4000))
            disk.read(f"{number // 2}")

    threads = [threading.Thread(target=work, args=(disk,)) for disk in instances]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    instances[0].trim()
    assert not caplog.records
    assert 0 < instances[0].usage().nbytes <= 20_000
    for number in range(30):
        read = instances[1].read(f"{number}")
        assert read is None or torch.equal(read.tensors["values"], make_packed(number, nbytes=4000).tensors["values"])


def test_embedding_that_another_instance_reads_is_replaced_when_it_has_done(
    disk: DiskLevel, make_packed: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refusals = [PermissionError(13, "Access is denied")]  # as Windows does while the file is open
    replace = Path.replace

    def unless_refused(source: Path, target: Path) -> Path:
        if refusals:
            raise refusals.pop()
        return replace(source, target)

    monkeypatch.setattr(patience, "PATIENCE_S", 30.0)
    monkeypatch.setattr(Path, "replace", unless_refused)

    disk.write("a", make_packed(1))

    assert disk.read("a") is not None
    assert not caplog.records


def test_by_default_it_is_in_the_user_s_cache(isolated_user: Path) -> None:
    assert default_folder().is_relative_to(isolated_user)
