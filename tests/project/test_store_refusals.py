"""Files that cannot be opened, or not for writing: each gets a sentence and is left exactly as it was."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.project import (
    EditError,
    KnownError,
    NotAProject,
    ProjectInUse,
    ProjectReadOnly,
    ProjectStore,
    ProjectTooNew,
    Region,
)
from sam3_annotator.project.locking import ProjectLock
from sam3_annotator.project.migrations import current_version

RunPython = Callable[..., subprocess.CompletedProcess[str]]
Square = Callable[..., Region]

HOLD_OPEN = """
import sys
from sam3_annotator.project import ProjectStore
store = ProjectStore.open(sys.argv[1])
print("open", flush=True)
sys.stdin.readline()
"""

TAKE_TURNS = """
import sys
from sam3_annotator.project import ProjectInUse, ProjectStore
for number in range(5):
    while True:
        try:
            store = ProjectStore.open(sys.argv[1])
        except ProjectInUse:
            continue
        break
    with store.edit("Add") as edit:
        edit.add_category(f"{sys.argv[2]} {number}")
    store.close()
"""

READ = """
import json, os, sys
from sam3_annotator.project import KnownError, ProjectReadOnly, ProjectStore
path = sys.argv[1]
files = sorted(os.listdir(os.path.dirname(path)))
refusals = []
for attempt in (lambda: ProjectStore.open(path), lambda: ProjectStore.create(path + "2")):
    try:
        attempt()
    except ProjectReadOnly as error:
        refusals.append(str(error))
with ProjectStore.open(path, read_only=True) as store:
    names = [category.name for category in store.categories()]
    regions = sum(len(store.instances(image.id)) for image in store.images())
    label = store.undo_label
assert sorted(os.listdir(os.path.dirname(path))) == files
print(json.dumps([refusals, names, regions, label]))
"""


def _refusal(path: Path, *, read_only: bool) -> KnownError:
    with pytest.raises(KnownError) as caught:
        ProjectStore.open(path, read_only=read_only)
    sentence = str(caught.value)
    assert sentence[0].isupper() or path.name in sentence
    assert sentence.endswith(".")
    return caught.value


def _contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


without_links = pytest.mark.skipif(sys.platform == "win32", reason="links need the rights of an administrator there")
both = pytest.mark.parametrize("read_only", [False, True])


@both
@pytest.mark.parametrize("content", [b"", b"SQLi", b"SQLite format 3\0", b"\x89PNG\r\n" * 100, b"x" * 100_000])
def test_file_that_is_no_project_is_refused_and_left_alone(tmp_path: Path, content: bytes, read_only: bool) -> None:
    path = tmp_path / "odd.sam3proj"
    path.write_bytes(content)

    assert isinstance(_refusal(path, read_only=read_only), NotAProject)

    assert _contents(tmp_path) == {"odd.sam3proj": content}


@both
def test_database_of_another_program_is_refused_and_left_alone(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "other.sam3proj"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE images (id)")
    connection.close()
    before = _contents(tmp_path)

    assert isinstance(_refusal(path, read_only=read_only), NotAProject)

    assert _contents(tmp_path) == before


@both
def test_missing_file_and_folder_are_refused(tmp_path: Path, read_only: bool) -> None:
    for path in (tmp_path / "no.sam3proj", tmp_path, tmp_path / "no folder" / "p.sam3proj", tmp_path / ("x" * 300)):
        _refusal(path, read_only=read_only)

    assert list(tmp_path.iterdir()) == []


@both
def test_project_of_a_newer_version_is_refused_with_what_to_do(small: Any, read_only: bool) -> None:
    small.store.close()
    connection = sqlite3.connect(small.store.path, isolation_level=None)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = _contents(small.store.path.parent)

    error = _refusal(small.store.path, read_only=read_only)

    assert isinstance(error, ProjectTooNew)
    assert "Update" in str(error)
    assert _contents(small.store.path.parent) == before


@both
@pytest.mark.parametrize("damage", ["truncated", "scribbled", "table gone", "column name scribbled"])
def test_damaged_project_is_refused(small: Any, square: Square, damage: str, read_only: bool) -> None:
    path = small.store.path
    with small.store.edit("Add") as edit:
        for x in range(200):
            edit.add_instance(small.images[0], small.cat, square(x))
    small.store.close()
    content = bytearray(path.read_bytes())
    if damage == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "scribbled":
        content[4096:12288] = b"\xa5" * 8192
        path.write_bytes(content)
    elif damage == "column name scribbled":
        path.write_bytes(content.replace(b"supercategory TEXT", b"supercategory\xff\xfeEXT"))
    else:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("DROP TABLE instances")
        connection.close()

    error = _refusal(path, read_only=read_only)

    assert isinstance(error, NotAProject)
    assert "damaged" in str(error)


def test_damage_found_later_is_told_as_such(small: Any, square: Square) -> None:
    store = small.store
    with store.edit("Add") as edit:
        edit.add_instance(small.images[0], small.cat, square())
        store._connection.execute("UPDATE instances SET region = X'0102'")

    with pytest.raises(NotAProject, match="damaged"):
        store.instances(small.images[0])
    with store.edit("Break") as edit:
        store._connection.execute("UPDATE images SET state = 'odd'")
        edit.update_category(small.cat, name="lion")
    with pytest.raises(NotAProject, match="damaged"):
        store.images()


@pytest.mark.parametrize("place", ["categories SET name", "history SET label", "history SET changes"])
def test_text_that_is_none_is_told_as_damage(small: Any, square: Square, place: str) -> None:
    store = small.store
    with store.edit("Add") as edit:
        edit.add_instance(small.images[0], small.cat, square())
    with store._writing():
        store._connection.execute(f"UPDATE {place} = CAST(X'63FF' AS TEXT)")

    with pytest.raises(NotAProject, match="damaged"):
        _ = store.categories(), store.undo_label, store.undo()


def test_step_that_cannot_be_read_is_told_as_damage_and_edits_go_on(small: Any, square: Square) -> None:
    store = small.store
    with store.edit("Add") as edit:
        edit.add_instance(small.images[0], small.cat, square())
    with store._writing():
        store._connection.execute("UPDATE history SET changes = '[['")

    with pytest.raises(NotAProject, match="damaged"):
        store.undo()
    with store.edit("Rename") as edit:
        edit.update_category(small.cat, name="lion")

    assert store.undo().label == "Rename"


def test_project_open_in_another_process_is_refused_until_that_ends(small: Any) -> None:
    path = small.store.path
    small.store.close()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_OPEN, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"

        error = _refusal(path, read_only=False)
        with ProjectStore.open(path, read_only=True) as reader:
            assert len(reader.categories()) == 2
        other.kill()
        other.wait()

    assert isinstance(error, ProjectInUse)
    assert "small.sam3proj" in str(error)
    ProjectStore.open(path).close()
    assert [file.name for file in path.parent.iterdir()] == ["small.sam3proj"]


def test_processes_that_take_turns_never_write_at_once(small: Any) -> None:
    path = small.store.path
    small.store.close()
    turns = [subprocess.Popen([sys.executable, "-c", TAKE_TURNS, str(path), str(who)]) for who in range(4)]
    assert [process.wait(60) for process in turns] == [0, 0, 0, 0]

    with ProjectStore.open(path) as store:
        names = {category.name for category in store.categories()}
        positions = [category.position for category in store.categories()]

    assert names == {"cat", "dog", *(f"{who} {number}" for who in range(4) for number in range(5))}
    assert positions == list(range(22))
    assert [file.name for file in path.parent.iterdir()] == ["small.sam3proj"]


@without_links
def test_project_open_in_the_same_process_is_refused_under_any_name(small: Any, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "link.sam3proj").symlink_to(small.store.path)

    for path in (small.store.path, tmp_path / "link" / "small.sam3proj", tmp_path / "link.sam3proj"):
        assert isinstance(_refusal(path, read_only=False), ProjectInUse)

    with small.store.edit("Still usable") as edit:
        edit.update_category(small.cat, name="lion")


def test_project_that_another_process_makes_at_the_same_time_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class SlowLock(ProjectLock):
        def __init__(self, project: Path) -> None:
            project.write_bytes(b"the other's")
            super().__init__(project)

    monkeypatch.setattr("sam3_annotator.project.store.ProjectLock", SlowLock)
    path = tmp_path / "new.sam3proj"

    with pytest.raises(KnownError, match=r"There is a file .* already"):
        ProjectStore.create(path)

    assert path.read_bytes() == b"the other's"
    assert list(tmp_path.iterdir()) == [path]


def test_refused_opening_leaves_no_lock_behind(small: Any) -> None:
    small.store.close()
    connection = sqlite3.connect(small.store.path, isolation_level=None)
    connection.execute("PRAGMA user_version = 99")
    _refusal(small.store.path, read_only=False)

    connection.execute(f"PRAGMA user_version = {current_version()}")
    connection.close()

    ProjectStore.open(small.store.path).close()


def test_read_only_store_refuses_every_write(small: Any) -> None:
    small.store.close()
    with ProjectStore.open(small.store.path, read_only=True) as store:
        assert store.is_read_only
        for write in (store.undo, store.redo):
            with pytest.raises(ProjectReadOnly, match="reading only"):
                write()
        with pytest.raises(ProjectReadOnly), store.edit("Edit"):
            pass
        with pytest.raises((ProjectReadOnly, EditError)):
            store.select("DELETE FROM categories")

    assert [file.name for file in small.store.path.parent.iterdir()] == ["small.sam3proj"]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of folders mean something else there")
@pytest.mark.parametrize("log", ["none", "left by a crash", "left by a crash, without its index"])
def test_project_in_a_read_only_folder_can_be_read_with_all_its_edits(
    small: Any, square: Square, public_folder: Path, run_python: RunPython, log: str
) -> None:
    with small.store.edit("Add instance") as edit:
        edit.add_instance(small.images[0], small.cat, square())
    folder = public_folder / "read only"
    folder.mkdir()
    if log == "none":
        small.store.close()
    for suffix in ("", "-wal", "-shm")[: 2 if "without" in log else 3]:
        source = Path(f"{small.store.path}{suffix}")
        if source.exists():
            (folder / source.name).write_bytes(source.read_bytes())
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)

    done = run_python(READ, folder / "small.sam3proj", as_nobody=True)

    folder.chmod(0o755)
    assert done.stderr == ""
    refusals, names, instances, label = json.loads(done.stdout)
    assert len(refusals) == 2
    assert all(" cannot be written. " in refusal for refusal in refusals)
    assert (names, instances, label) == (["cat", "dog"], 1, "Add instance")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of files mean something else there")
def test_file_that_may_not_be_read_is_refused_with_a_sentence(
    small: Any, public_folder: Path, run_python: RunPython
) -> None:
    small.store.close()
    path = public_folder / "small.sam3proj"
    path.write_bytes(small.store.path.read_bytes())
    path.chmod(0o000)

    done = run_python(
        "import sys\nfrom sam3_annotator.project import KnownError, ProjectStore\n"
        "try:\n    ProjectStore.open(sys.argv[1], read_only=True)\nexcept KnownError as error:\n    print(error)",
        path,
        as_nobody=True,
    )

    assert "not allowed to read" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes in folders")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.sam3proj")

    with pytest.raises(NotAProject, match="pipe"):
        ProjectStore.open(tmp_path / "a.sam3proj", read_only=True)
