"""What killed exports have left beside their folder goes with the next one, and nothing else does."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.project.formats.files.export_folder import export_folder
from sam3_annotator.project.formats.registry import export_project

RunPython = Callable[..., subprocess.CompletedProcess[str]]

needs_sigkill = pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")

KILLED = """
import os, signal, sys
from pathlib import Path
from sam3_annotator.project.formats.files import export_folder
def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "replacing":
    export_folder._drop_earlier = kill
with export_folder.export_folder(Path(sys.argv[1])) as folder:
    (folder / "image.jpg").write_bytes(b"half")
    if sys.argv[2] == "writing":
        kill()
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Give the place of an export, alone in its folder."""
    (tmp_path / "exports").mkdir()
    return tmp_path / "exports" / "out"


@needs_sigkill
def test_what_a_process_killed_while_writing_has_left_goes_with_the_next(
    dataset: Any, out: Path, run_python: RunPython
) -> None:
    killed = run_python(KILLED, out, "writing")
    assert killed.returncode == -9
    assert len(names(out.parent)) == 2

    export_project(dataset.store, out, "coco")

    assert names(out.parent) == ["out"]


@needs_sigkill
def test_what_the_user_had_added_is_there_again_after_a_process_killed_while_replacing(
    dataset: Any, out: Path, run_python: RunPython
) -> None:
    export_project(dataset.store, out, "coco")
    (out / "notes.txt").write_text("mine")
    assert run_python(KILLED, out, "replacing").returncode == -9
    assert not (out / "notes.txt").exists()

    export_project(dataset.store, out, "coco")

    assert names(out.parent) == ["out"]
    assert (out / "notes.txt").read_text() == "mine"
    assert not (out / "image.jpg").exists()


def test_an_export_put_aside_by_a_process_killed_before_it_was_replaced_is_that_of_before(
    dataset: Any, out: Path
) -> None:
    export_project(dataset.store, out, "coco")
    (out / "notes.txt").write_text("mine")
    out.rename(out.with_name(".out.00c0ffee.earlier"))

    export_project(dataset.store, out, "coco")

    assert names(out.parent) == ["out"]
    assert (out / "notes.txt").read_text() == "mine"


def test_an_export_under_way_to_the_same_place_is_left_alone(dataset: Any, out: Path) -> None:
    with export_folder(out) as folder:
        (folder / "labels.txt").write_text("x")
        export_project(dataset.store, out, "coco")
        assert names(folder) == ["labels.txt"]

    assert names(out.parent) == ["out"]
    assert (out / "labels.txt").exists()


def test_what_only_looks_alike_is_left_alone(dataset: Any, out: Path) -> None:
    alike = [".in.00c0ffee.part", ".out.part", ".out.C0FFEE.part", ".out.00c0ffee.part.zip", "out.00c0ffee.part"]
    for name in alike:
        (out.parent / name).mkdir()
    (out.parent / ".out.11c0ffee.part").write_text("a file, which is no export")
    with_no_marker = out.parent / ".out.00c0ffee.earlier"
    with_no_marker.mkdir()
    (with_no_marker / "mine.txt").write_text("x")

    export_project(dataset.store, out, "coco")

    assert names(out.parent) == sorted([*alike, ".out.11c0ffee.part", with_no_marker.name, "out"])
    assert (with_no_marker / "mine.txt").exists()
