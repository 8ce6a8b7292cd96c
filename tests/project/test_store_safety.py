"""What is acknowledged stays: killed processes, full disks, file size limits."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sam3_annotator.project import KnownError, Polygon, ProjectStore, Region, StorageFull

RunPython = Callable[..., subprocess.CompletedProcess[str]]
Square = Callable[..., Region]
Tables = Callable[[ProjectStore], dict[str, Any]]

BURST = """
import sys
from sam3_annotator.project import Polygon, ProjectStore, Region
store = ProjectStore.open(sys.argv[1])
image, category = store.images()[0].id, store.categories()[0].id
number = 0
while True:
    number += 1
    region = Region((Polygon([(x % 97, x * number) for x in range(1, 200)]),))
    with store.edit(f"Add {number}") as edit:
        instance = edit.add_instance(image, category, region)
    print(instance, flush=True)
    if number % 5 == 0:
        store.undo()
        print(-instance, flush=True)
"""

LIMITED = """
import resource, signal, sys
import numpy as np
from sam3_annotator.project import Polygon, ProjectStore, Region, StorageFull
store = ProjectStore.open(sys.argv[1])
image, category = store.images()[0].id, store.categories()[0].id
before = (store.instances(image), store.undo_label)
large = Region((Polygon(np.random.default_rng(0).random((100_000, 2)) * 1000),))
small = Region((Polygon([(0, 0), (1, 0), (1, 1)]),))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, resource.RLIM_INFINITY))
try:
    with store.edit("Too large") as edit:
        edit.add_instance(image, category, large)
except StorageFull as error:
    print(error)
assert (store.instances(image), store.undo_label) == before
with store.edit("Small") as edit:
    edit.add_instance(image, category, small)
assert store.undo_label == "Small"
store.close()
"""


def _undo_and_redo_without_end(store: ProjectStore) -> None:
    while True:
        store.undo()
        store.redo()


def _scribble(vertices: int) -> Region:
    return Region((Polygon(np.random.default_rng(vertices).random((vertices, 2)) * 1000),))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("acknowledged_edits", [3, 40])
def test_killed_process_loses_no_acknowledged_edit(small: Any, acknowledged_edits: int) -> None:
    path = small.store.path
    small.store.close()
    acknowledged: list[int] = []
    with subprocess.Popen([sys.executable, "-c", BURST, str(path)], stdout=subprocess.PIPE, text=True) as burst:
        assert burst.stdout is not None
        while len(acknowledged) < acknowledged_edits:
            acknowledged.append(int(burst.stdout.readline()))
        os.kill(burst.pid, signal.SIGKILL)
        acknowledged += [int(line) for line in burst.stdout if line.endswith("\n")]
        burst.wait()
    gone = {-number for number in acknowledged if number < 0}
    kept = {number for number in acknowledged if number > 0} - gone

    with ProjectStore.open(path) as store:
        found = {instance.id for instance in store.instances(small.images[0])}
        assert store.select("PRAGMA integrity_check") == [("ok",)]
        assert store.select("PRAGMA foreign_key_check") == []
        # One edit, or one undo, may have been committed but not acknowledged any more.
        assert len(found ^ kept) <= 1
        assert all(len(instance.region.polygons[0].outer) == 199 for instance in store.instances(small.images[0]))
        steps = 0
        while store.undo():
            steps += 1
        assert steps == len(found)
        assert store.instances(small.images[0]) == ()
    assert [file.name for file in path.parent.iterdir()] == ["small.sam3proj"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 1 MB, where that is allowed."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("mounting a small disk needs the rights of an administrator on Linux")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_full_disk_loses_nothing_and_the_store_stays_usable(small_disk: Path, tables: Tables) -> None:
    with ProjectStore.create(small_disk / "p.sam3proj") as store:
        with store.edit("Set up") as edit:
            image, category = edit.add_image("a.png"), edit.add_category("cat")
            edit.add_instance(image, category, _scribble(2000))
        before, label = tables(store), store.undo_label
        ballast = small_disk / "ballast"
        ballast.write_bytes(bytes(os.statvfs(small_disk).f_bavail * 4096 - 64 * 1024))

        with pytest.raises(StorageFull, match="Free some space"), store.edit("Too large") as edit:
            edit.add_instance(image, category, _scribble(20_000))
        assert tables(store) == before
        assert (store.undo_label, store.redo_label) == (label, None)
        with pytest.raises(StorageFull):
            _undo_and_redo_without_end(store)
        assert (store.undo_label, store.redo_label).count(None) == 1

        ballast.unlink()
        if store.redo_label:
            store.redo()
        assert tables(store) == before
        with store.edit("Fits again") as edit:
            edit.add_instance(image, category, _scribble(3000))
        assert store.select("PRAGMA integrity_check") == [("ok",)]

    with ProjectStore.open(small_disk / "p.sam3proj") as store:
        assert len(store.instances(image)) == 2


def test_creation_on_a_full_disk_says_so_and_leaves_nothing_behind(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(os.statvfs(small_disk).f_bavail * 4096 - 16 * 1024))

    with pytest.raises(StorageFull):
        ProjectStore.create(small_disk / "p.sam3proj")

    assert [file.name for file in small_disk.iterdir()] == ["ballast"]


def test_project_on_a_full_disk_can_be_read(small_disk: Path) -> None:
    with ProjectStore.create(small_disk / "p.sam3proj") as store, store.edit("Add") as edit:
        edit.add_category("cat")
    (small_disk / "ballast").write_bytes(bytes(os.statvfs(small_disk).f_bavail * 4096))

    with ProjectStore.open(small_disk / "p.sam3proj", read_only=True) as store:
        assert [category.name for category in store.categories()] == ["cat"]


@pytest.mark.skipif(sys.platform == "win32", reason="a file that is open cannot be moved there")
@pytest.mark.parametrize("is_replaced", [False, True])
def test_no_change_goes_into_a_file_that_was_moved_away(tmp_path: Path, is_replaced: bool) -> None:
    path, elsewhere = tmp_path / "p.sam3proj", tmp_path / "elsewhere"
    with ProjectStore.create(path) as store:
        with store.edit("Add") as edit:
            edit.add_category("cat")
        path.rename(elsewhere)
        if is_replaced:
            path.write_bytes(elsewhere.read_bytes())

        with pytest.raises(KnownError, match="Put the file back"), store.edit("Add") as edit:
            edit.add_category("dog")
        with pytest.raises(KnownError, match="Put the file back"):
            store.undo()

        elsewhere.replace(path)
        with store.edit("Add") as edit:
            edit.add_category("dog")

    with ProjectStore.open(path) as store:
        assert [category.name for category in store.categories()] == ["cat", "dog"]


@pytest.mark.skipif(sys.platform == "win32", reason="a folder with an open file cannot be moved there")
def test_project_on_a_drive_that_is_gone_is_told_and_closes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, elsewhere = tmp_path / "drive", tmp_path / "elsewhere"
    folder.mkdir()
    with ProjectStore.create(folder / "p.sam3proj") as store:
        folder.rename(elsewhere)

        with pytest.raises(KnownError, match="Connect its drive again"), store.edit("Add") as edit:
            edit.add_category("cat")

        def refuse(*_: object, **__: object) -> None:
            raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")

        monkeypatch.setattr(Path, "unlink", refuse)

    elsewhere.rename(folder)
    monkeypatch.undo()
    with ProjectStore.open(folder / "p.sam3proj") as store, store.edit("Add") as edit:
        edit.add_category("cat")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no limits on file sizes")
def test_limit_on_file_sizes_is_told_like_a_full_disk(small: Any, run_python: RunPython) -> None:
    small.store.close()

    done = run_python(LIMITED, small.store.path)

    assert done.stderr == ""
    assert "full" in done.stdout


def test_write_beyond_the_largest_allowed_file_changes_nothing(small: Any, square: Square, tables: Tables) -> None:
    store = small.store
    with store.edit("Add") as edit:
        edit.add_instance(small.images[0], small.cat, square())
    before = tables(store)
    ((pages,),) = store.select("PRAGMA page_count")
    store._connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    for attempt in range(3):
        with pytest.raises(StorageFull), store.edit(f"Too large {attempt}") as edit:
            edit.add_instance(small.images[0], small.cat, _scribble(50_000))
        assert tables(store) == before
        assert store.undo_label == "Add"

    store._connection.execute("PRAGMA max_page_count = 1000000")
    with store.edit("Fits") as edit:
        edit.add_instance(small.images[0], small.cat, _scribble(50_000))
    assert len(store.instances(small.images[0])) == 2


def test_commits_reach_the_disk_before_they_are_acknowledged(small: Any) -> None:
    connection: sqlite3.Connection = small.store._connection

    full = 2
    assert connection.execute("PRAGMA synchronous").fetchone() == (full,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
    # What macOS needs besides.
    assert connection.execute("PRAGMA fullfsync").fetchone() == (1,)
    assert connection.execute("PRAGMA checkpoint_fullfsync").fetchone() == (1,)


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not flushed there")
def test_a_project_is_made_where_folders_cannot_be_flushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", refuse)

    with ProjectStore.create(tmp_path / "a.sam3proj") as store:
        assert not store.is_read_only
