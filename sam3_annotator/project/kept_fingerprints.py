"""Fingerprints of image files, read once and kept in the user's cache folder by what the files contain."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from sam3_annotator.paths import user_cache_dir
from sam3_annotator.project.fingerprints import read_fingerprint
from sam3_annotator.project.progress import Progress, no_progress

# Another way to make fingerprints gets another number, so that those of before are not taken for them.
_NAME: Final = "fingerprints-1.sqlite"

# Read at a time, between two looks at whether the user still wants it; then they are kept.
_BATCH: Final = 64

# What SQLite takes as values of one question, on every system.
_QUESTION: Final = 500

# Decoding is spread over these, at most: more would keep a model from its work.
_THREADS: Final = 4

_log = logging.getLogger(__name__)


def fingerprints(files: Mapping[str, Path], progress: Progress = no_progress) -> dict[str, bytes]:
    """Give the fingerprints of image files by the hash of their content, those that are empty left out.

    What was read before, for any project, is not read again. `progress` counts the files that are; what was read by
    the time it raises is kept. A cache that cannot be read or written is logged, and done without; one that is damaged
    is made anew.
    """
    found = _kept(list(files))
    missing = [content_hash for content_hash in files if content_hash not in found]
    with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1), "fingerprint") as pool:
        for start in range(0, len(missing), _BATCH):
            progress(start, len(missing))
            batch = missing[start : start + _BATCH]
            read = dict(zip(batch, pool.map(read_fingerprint, [files[each] for each in batch]), strict=True))
            _keep(read)
            found |= read
    if missing:
        progress(len(missing), len(missing))
    return {content_hash: fingerprint for content_hash, fingerprint in found.items() if fingerprint}


def _kept(hashes: Sequence[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with _failures_logged(), closing(_opened()) as connection:
        for start in range(0, len(hashes), _QUESTION):
            some = hashes[start : start + _QUESTION]
            marks = ", ".join("?" * len(some))
            found.update(connection.execute(f"SELECT hash, grey FROM fingerprints WHERE hash IN ({marks})", some))
    return found


def _keep(read: Mapping[str, bytes]) -> None:
    with _failures_logged(), closing(_opened()) as connection, connection:
        connection.executemany("INSERT OR REPLACE INTO fingerprints VALUES (?, ?)", read.items())


def _opened() -> sqlite3.Connection:
    folder = user_cache_dir()
    folder.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(folder / _NAME, timeout=5.0)
    try:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS fingerprints (hash TEXT PRIMARY KEY, grey BLOB NOT NULL) WITHOUT ROWID"
        )
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def _failures_logged() -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        _log.warning("Fingerprints of images are read anew, since they cannot be kept", exc_info=True)
        # What goes wrong around the file, as a full disk, is an OperationalError; what is wrong with it is not.
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            with suppress(OSError):
                (user_cache_dir() / _NAME).unlink(missing_ok=True)
