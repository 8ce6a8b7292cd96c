"""What the tests of the data share: a small project, regions, the rows of a file, other processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.project import (
    CategoryId,
    ImageFacts,
    ImageId,
    ImageState,
    Origin,
    Polygon,
    ProjectStore,
    Provenance,
    Region,
    Split,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture
def square() -> Callable[..., Region]:
    """Make a region: `square(x, y, size=10)`."""

    def make(x: float = 0, y: float = 0, size: float = 10) -> Region:
        return Region((Polygon([(x, y), (x + size, y), (x + size, y + size), (x, y + size)]),))

    return make


@dataclass(frozen=True)
class SmallProject:
    """A store of three images (no files) and two categories, with nothing to undo."""

    store: ProjectStore
    images: tuple[ImageId, ...]
    cat: CategoryId
    dog: CategoryId


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallProject]:
    """Make the small project, `tmp_path/small.sam3proj`."""
    with ProjectStore.create(tmp_path / "small.sam3proj") as store:
        with store.edit("Set up", undoable=False) as edit:
            images = tuple(edit.add_image(f"{name}.png") for name in "abc")
            cat, dog = edit.add_category("cat"), edit.add_category("dog")
        yield SmallProject(store, images, cat, dog)


@pytest.fixture
def filled(small: SmallProject, square: Callable[..., Region]) -> SmallProject:
    """Put three cats and a dog on the first image of the small project, a crowd of cats on the second; add facts."""
    a, b, c = small.images
    with small.store.edit("Fill") as edit:
        for x in range(3):
            edit.add_instance(a, small.cat, square(x))
        edit.add_instance(a, small.dog, square(), provenance=Provenance(Origin.MODEL, "Built-in"))
        edit.add_instance(b, small.cat, square(), is_crowd=True, provenance=Provenance(Origin.IMPORT))
        edit.add_category("bird")
        edit.update_image(a, split=Split.TRAIN, state=ImageState.DONE)
        edit.update_image(c, split=Split.VAL)
    small.store.set_image_facts({c: ImageFacts(problem="It is missing.")})
    return small


Tables = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def tables() -> Callable[[ProjectStore], Tables]:
    """Read all rows under history: `tables(store)`."""

    def read(store: ProjectStore) -> Tables:
        return {
            name: store.select(f"SELECT * FROM {name} ORDER BY id")
            for name in ("images", "categories", "instances", "dismissals")
        }

    return read


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """Make a folder that everybody may enter, unlike `tmp_path`."""
    folder = Path(tempfile.mkdtemp(prefix="sam3-annotator-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


RunPython = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run_python() -> RunPython:
    """Run code in another process: `run_python(code, *arguments, as_nobody=False)`.

    `as_nobody` gives up the rights of an administrator first, so that permissions of files count for tests run as
    root too.
    """

    def run(code: str, *arguments: object, as_nobody: bool = False) -> subprocess.CompletedProcess[str]:
        modules = "os, sys, sqlite3, tempfile, numpy, filelock, sam3_annotator.project.formats.registry"
        lower = f"import {modules}\nos.setuid(65534)\n"
        is_root = hasattr(os, "getuid") and os.getuid() == 0
        return subprocess.run(
            [
                sys.executable,
                "-W",
                "error",
                "-c",
                (lower if as_nobody and is_root else "") + code,
                *map(str, arguments),
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=ROOT,
        )

    return run
