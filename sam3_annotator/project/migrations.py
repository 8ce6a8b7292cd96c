"""Brings a project file to the version this program writes: the tables of version 1, then one function per version."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from sam3_annotator import __version__
from sam3_annotator.project.clock import timestamp
from sam3_annotator.project.errors import NotAProject, ProjectTooNew
from sam3_annotator.project.history import History

APPLICATION_ID = 0x53414D33  # "SAM3": what tells a project from any other SQLite file
BASE_VERSION = 1  # the version of schema.sql

Migration = Callable[[sqlite3.Connection], None]

Migrations = Mapping[int, Migration | None]


def _add_attributes(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE instances ADD COLUMN attributes TEXT NOT NULL DEFAULT '{}'")
    # Holds those that have any: what is in use is known without reading a table that regions make large.
    connection.execute(
        "CREATE INDEX instances_by_attributes ON instances (category_id, attributes) WHERE attributes != '{}'"
    )


def _add_background_steps(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE history ADD COLUMN background TEXT")  # JSON, see history.History.record
    connection.execute("CREATE INDEX history_background ON history (stack, id, background)")


def _add_dismissals_and_notes(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE images ADD COLUMN note TEXT NOT NULL DEFAULT ''")
    # No references: what a dismissal was about may be gone and come back by undo. See checks.dismissals.
    connection.execute(
        "CREATE TABLE dismissals (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, image_id INTEGER, "
        "subject TEXT NOT NULL, content TEXT NOT NULL, region BLOB)"
    )
    connection.execute("CREATE INDEX dismissals_by_image ON dismissals (image_id)")


MIGRATIONS: Migrations = {
    2: None,  # the state `left_out` of images
    3: _add_attributes,
    4: _add_background_steps,
    5: _add_dismissals_and_notes,
}
"""Version -> the function that makes it from the version before, in a transaction of its own.

None where the tables stay as they are and only have words that earlier programs do not know, which are to refuse them.
"""


def current_version(migrations: Migrations = MIGRATIONS) -> int:
    """Return the version of a project file after all migrations."""
    return max(migrations, default=BASE_VERSION)


def oldest_readable(migrations: Migrations = MIGRATIONS) -> int:
    """Return the oldest version that has the tables of the current one, so that it is read as it is."""
    return max((version for version, migration in migrations.items() if migration is not None), default=BASE_VERSION)


def create_schema(connection: sqlite3.Connection) -> None:
    """Write the tables into a new file and mark it as a project of version 1."""
    from importlib import resources  # only a new project needs it

    script = resources.files("sam3_annotator.project").joinpath("schema.sql").read_text(encoding="utf-8")
    connection.executescript(
        f"BEGIN IMMEDIATE; {script}; PRAGMA application_id = {APPLICATION_ID}; "
        f"PRAGMA user_version = {BASE_VERSION}; COMMIT;"
    )
    made = [("created_at", timestamp()), ("created_by", __version__)]
    connection.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", made)


def version_of(connection: sqlite3.Connection, path: Path, migrations: Migrations = MIGRATIONS) -> int:
    """Return the version of an open file; raises NotAProject on another kind of file, ProjectTooNew on a newer one."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID or version < BASE_VERSION:
        raise NotAProject(f"{path.name} is no project of SAM 3 Annotator. Choose a file that ends in .sam3proj.")
    newest = current_version(migrations)
    if version > newest:
        raise ProjectTooNew(
            f"{path.name} was written by a newer version of SAM 3 Annotator (file version {version}; this one knows "
            f"up to {newest}). Update the program to open it."
        )
    return version


def migrate(connection: sqlite3.Connection, version: int, migrations: Migrations = MIGRATIONS) -> None:
    """Bring a file from `version` to the current one; where tables change, the history is cleared: its rows are old.

    Each version is one transaction: a failure leaves the file at the last version that was reached.
    """
    for target in range(version + 1, current_version(migrations) + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            migration = migrations[target]
            if migration is not None:
                migration(connection)
                History(connection).clear()
            connection.execute(f"PRAGMA user_version = {target}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
