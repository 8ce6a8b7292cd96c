"""Versions of the project file: marks, upgrades, refusals."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.project import (
    Finding,
    FindingKind,
    ImageState,
    NotAProject,
    ProjectStore,
    ProjectTooNew,
    check_project,
    dismiss_findings,
    dismissed_among,
    rectangle,
)
from sam3_annotator.project.database import open_for_reading, open_for_writing
from sam3_annotator.project.migrations import APPLICATION_ID, MIGRATIONS, current_version, version_of


def _add_note(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE images ADD COLUMN note TEXT NOT NULL DEFAULT ''")


def _note_all(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE images SET note = 'noted'")


def _fail(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM images")
    raise RuntimeError("migration")


# How a file of each version is made one of the version before, as far as its tables differ.
DOWNGRADES = {
    5: ("ALTER TABLE images DROP COLUMN note", "DROP TABLE dismissals"),
    4: ("DROP INDEX history_background", "ALTER TABLE history DROP COLUMN background"),
    3: ("DROP INDEX instances_by_attributes", "ALTER TABLE instances DROP COLUMN attributes"),
    2: (),
}


def downgrade(path: Path, version: int) -> None:
    """Make a project of the current version one of an earlier version."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for later in range(current_version(), version, -1):
            for statement in DOWNGRADES[later]:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version}")


@pytest.fixture
def renamed(small: Any) -> Path:
    """Leave a project with one step to undo."""
    with small.store.edit("Rename") as edit:
        edit.update_category(small.cat, name="lion")
    small.store.close()
    path: Path = small.store.path
    return path


@pytest.fixture
def closed_project(renamed: Path) -> Path:
    """Leave a project of version 1 with one step to undo."""
    downgrade(renamed, 1)
    return renamed


@pytest.fixture
def raw(closed_project: Path) -> Iterator[sqlite3.Connection]:
    """Look into the file past the store."""
    connection = sqlite3.connect(closed_project, isolation_level=None)
    yield connection
    connection.close()


def test_new_file_is_marked_as_a_project_of_the_current_version(small: Any) -> None:
    with closing(sqlite3.connect(small.store.path)) as raw:
        marks = [raw.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]

    assert marks == [APPLICATION_ID, current_version()]


def test_older_file_is_brought_up_version_by_version_and_its_history_cleared(
    closed_project: Path, raw: sqlite3.Connection
) -> None:
    database = open_for_writing(closed_project, {2: _add_note, 3: _note_all})
    database.close()

    assert raw.execute("SELECT DISTINCT note FROM images").fetchall() == [("noted",)]
    assert raw.execute("PRAGMA user_version").fetchone() == (3,)
    assert raw.execute("SELECT count(*) FROM history").fetchone() == (0,)
    assert raw.execute("SELECT value FROM meta WHERE key = 'history_bytes'").fetchone() == ("0",)


def test_failing_migration_leaves_the_file_at_the_last_version_reached(
    closed_project: Path, raw: sqlite3.Connection
) -> None:
    with pytest.raises(RuntimeError, match="migration"):
        open_for_writing(closed_project, {2: _add_note, 3: _fail})

    assert raw.execute("PRAGMA user_version").fetchone() == (2,)
    assert raw.execute("SELECT count(*) FROM images").fetchone() == (3,)


def test_a_version_of_the_same_tables_keeps_its_history(closed_project: Path, raw: sqlite3.Connection) -> None:
    open_for_writing(closed_project, {2: None}).close()

    assert raw.execute("PRAGMA user_version").fetchone() == (2,)
    assert raw.execute("SELECT count(*) FROM history").fetchone() == (1,)


@pytest.mark.parametrize("version", range(1, current_version() + 1))
def test_a_project_of_any_version_opens_and_takes_what_is_new(renamed: Path, version: int) -> None:
    downgrade(renamed, version)
    with ProjectStore.open(renamed) as store:
        image, category = store.images()[0].id, store.categories()[0].id
        assert store.image(image).note == ""
        with store.edit("Label") as edit:
            instance = edit.add_instance(image, category, rectangle(0, 0, 5, 5), attributes={"occluded": True})
            edit.update_image(image, state=ImageState.LEFT_OUT, note="blurred")
        finding = Finding(FindingKind.UNUSUAL_SIZE, "", image, instance_ids=(instance,))
        with store.edit("Dismiss") as edit:
            dismiss_findings(store, edit, [finding])

    with ProjectStore.open(renamed) as store:
        assert (store.image(image).state, store.image(image).note) == (ImageState.LEFT_OUT, "blurred")
        assert store.instance(instance).attributes == {"occluded": True}
        assert dismissed_among(store, [finding]) == (finding,)


def test_a_program_that_is_older_refuses_the_project_with_what_to_do(
    closed_project: Path, raw: sqlite3.Connection
) -> None:
    ProjectStore.open(closed_project).close()
    known_before = {version: MIGRATIONS[version] for version in range(2, current_version())}

    for migrations in ({}, known_before):
        with pytest.raises(ProjectTooNew, match=r"written by a newer version .* Update the program"):
            version_of(raw, closed_project, migrations)


def test_reader_of_a_version_with_other_tables_reads_a_migrated_copy(closed_project: Path, tmp_path: Path) -> None:
    before = closed_project.read_bytes()

    with closing(open_for_reading(closed_project, {2: _add_note, 3: None})) as database:
        assert database.connection.execute("SELECT note FROM images").fetchall() != []
        assert database.copy is not None
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            database.connection.execute("DELETE FROM images")

    assert not database.copy.exists()
    assert closed_project.read_bytes() == before


@pytest.mark.parametrize("version", range(1, current_version()))
def test_a_project_of_any_version_is_read_without_a_change(renamed: Path, version: int) -> None:
    downgrade(renamed, version)
    before = renamed.read_bytes()

    with ProjectStore.snapshot(renamed) as store:
        assert [image.note for image in store.images()] == [""] * len(store.images())
        assert list(check_project(store))

    assert renamed.read_bytes() == before


def test_reader_does_not_migrate(closed_project: Path, raw: sqlite3.Connection) -> None:
    open_for_reading(closed_project, {2: None}).close()

    assert raw.execute("PRAGMA user_version").fetchone() == (1,)
    assert raw.execute("SELECT count(*) FROM history").fetchone() == (1,)


def test_version_beyond_the_migrations_is_too_new(closed_project: Path, raw: sqlite3.Connection) -> None:
    raw.execute("PRAGMA user_version = 3")

    assert version_of(raw, closed_project, {2: _add_note, 3: _note_all}) == 3
    with pytest.raises(ProjectTooNew, match="file version 3; this one knows up to 2"):
        version_of(raw, closed_project, {2: _add_note})


@pytest.mark.parametrize("pragma", ["application_id = 1", "user_version = 0"])
def test_other_marks_are_no_project(closed_project: Path, raw: sqlite3.Connection, pragma: str) -> None:
    raw.execute(f"PRAGMA {pragma}")

    with pytest.raises(NotAProject):
        version_of(raw, closed_project)
