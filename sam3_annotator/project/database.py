"""Opens the SQLite connection of a project, for writing or for reading only, wherever the file lies."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sam3_annotator.project.errors import KnownError, NotAProject
from sam3_annotator.project.failures import damaged, read_only
from sam3_annotator.project.migrations import (
    BASE_VERSION,
    MIGRATIONS,
    Migrations,
    create_schema,
    migrate,
    oldest_readable,
    version_of,
)

_MAGIC = b"SQLite format 3\0"
_TABLES = ("meta", "images", "image_files", "categories", "instances", "history")
_BUSY_TIMEOUT = 5.0  # seconds
_WAL_SIZE_LIMIT = 64 << 20  # bytes that the log keeps after a large import
# How SQLite says that it cannot make the index of the log beside a file that is only to be read.
_NO_INDEX = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
_QUICK_CHECK_LIMIT = 4 << 20  # bytes of a file that is checked whole in some 10 ms


@dataclass(frozen=True, slots=True)
class Database:
    """A connection, and the private copy it reads where the original cannot be read in place."""

    connection: sqlite3.Connection
    copy: Path | None = None

    def close(self) -> None:
        """Close the connection; the last one on a file also folds SQLite's log into it."""
        self.connection.close()
        if self.copy is not None:
            shutil.rmtree(self.copy, ignore_errors=True)


def require_project_file(path: Path) -> None:
    """Raise NotAProject unless `path` is a file that begins like a project."""
    try:
        if path.is_dir():
            raise NotAProject(f"{path} is a folder. Choose a project file, which ends in .sam3proj.")
        if not stat.S_ISREG(path.stat().st_mode):  # reading a pipe would wait for ever
            raise NotAProject(f"{path.name} is a device or a pipe. Choose a project file, which ends in .sam3proj.")
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except FileNotFoundError as error:
        raise NotAProject(f"There is no project at {path}. It may have been moved or renamed.") from error
    except PermissionError as error:
        raise KnownError(f"You are not allowed to read {path}. Ask its owner for access, or copy the file.") from error
    if not magic:
        raise NotAProject(f"{path.name} is empty: there is no project in it. Restore it from a backup.")
    if magic != _MAGIC:
        raise NotAProject(f"{path.name} is no project of SAM 3 Annotator, or it is damaged.")


def file_identity(path: Path) -> tuple[int, int] | None:
    """Return what tells the file at `path` from one that takes its name later; None if there is no file."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_dev, facts.st_ino


def create_database(path: Path) -> Database:
    """Make a new, empty project file of the current version."""
    connection = _connect(path, "mode=rwc")
    with _closed_on_failure(connection):
        _prepare_writer(connection)
        create_schema(connection)
        migrate(connection, BASE_VERSION)
        connection.execute("PRAGMA query_only = ON")
    return Database(connection)


def open_for_writing(path: Path, migrations: Migrations = MIGRATIONS) -> Database:
    """Open a project file, bringing it to the current version; raises what `version_of` does, and ProjectReadOnly."""
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise read_only(path)
    connection = _connect(path, "mode=rw")
    with _closed_on_failure(connection):
        version = version_of(connection, path, migrations)
        _require_sound(connection, path)
        _prepare_writer(connection)
        migrate(connection, version, migrations)
        connection.execute("PRAGMA query_only = ON")
    return Database(connection)


def open_for_reading(path: Path, migrations: Migrations = MIGRATIONS) -> Database:
    """Open a project file that may be in use, on a read-only disk, or both; nothing beside it is left behind.

    One of a version with other tables stays as it is: what is read is a copy of it as it is now, brought to the current
    version. Raises what `version_of` does.
    """
    database = _reader(path)
    with _closed_on_failure(database):
        version = version_of(database.connection, path, migrations)
        _require_sound(database.connection, path)
        if version < oldest_readable(migrations):
            return _migrated_copy(database, path.name, version, migrations)
    return database


def _migrated_copy(original: Database, name: str, version: int, migrations: Migrations) -> Database:
    """Give a private copy of the current version in place of the original, which is closed."""
    folder = _private_folder()
    copy = Database(_connect(folder / name, "mode=rwc"), copy=folder)
    with _closed_on_failure(copy):
        original.connection.backup(copy.connection)
        migrate(copy.connection, version, migrations)
        copy.connection.execute("PRAGMA query_only = ON")
    original.close()
    return copy


def _reader(path: Path) -> Database:
    # Where the folder can be written this is an ordinary connection: closed last, it leaves no log files behind.
    try:
        return Database(_probed(path, "mode=rw"))
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _NO_INDEX:
            raise
    # A log without its index, in a folder where none can be made: left by a crash, then the disk became read-only or
    # full.
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        folder = _private_folder()
        for file in (path, log):
            shutil.copyfile(file, folder / file.name)
        return Database(_probed(folder / path.name, "mode=rw"), copy=folder)
    return Database(_probed(path, "mode=ro&immutable=1"))


def _private_folder() -> Path:
    import tempfile  # hardly ever needed

    return Path(tempfile.mkdtemp(prefix="sam3-annotator-"))


def _probed(path: Path, query: str) -> sqlite3.Connection:
    connection = _connect(path, query)
    with _closed_on_failure(connection):
        connection.execute("PRAGMA query_only = ON")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return connection


@contextmanager
def _closed_on_failure(opened: sqlite3.Connection | Database) -> Iterator[None]:
    """Close what was opened if the block raises; else it is the caller's."""
    try:
        yield
    except BaseException:
        opened.close()
        raise


def _connect(path: Path, query: str) -> sqlite3.Connection:
    # Not Path.as_uri(): it writes the server of a Windows share as the authority, which SQLite refuses.
    place = quote(os.fsencode(path.as_posix()))
    root = "" if place.startswith("/") else "/"
    return sqlite3.connect(f"file://{root}{place}?{query}", uri=True, isolation_level=None, timeout=_BUSY_TIMEOUT)


def _prepare_writer(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    # FULL: a commit has reached the disk when it returns. Edits come at the pace of a hand, so it may cost a flush.
    connection.execute("PRAGMA synchronous = FULL")
    # On macOS a flush goes no further than the memory of the disk unless it is asked to; elsewhere this says nothing.
    connection.execute("PRAGMA fullfsync = ON")
    connection.execute("PRAGMA checkpoint_fullfsync = ON")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_SIZE_LIMIT}")


def _require_sound(connection: sqlite3.Connection, path: Path) -> None:
    """Raise NotAProject on damage that shows cheaply: missing tables, missing pages, a small file's broken pages."""
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not names.issuperset(_TABLES):
        raise damaged(path)
    for table in _TABLES:
        connection.execute(f"SELECT * FROM {table} LIMIT 1").fetchone()
    pages, page_size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    if pages * page_size <= _QUICK_CHECK_LIMIT:
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise damaged(path)
