"""Keeps packed embeddings in a folder, within a byte budget."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sam3_annotator.model.embedding_cache.file_format import decode_file, encode_file
from sam3_annotator.model.session import PackedEmbedding
from sam3_annotator.paths import user_cache_dir
from sam3_annotator.patience import replace

SUFFIX: Final = ".safetensors"
PART_SUFFIX: Final = ".part"

ABANDONED_AFTER_S: Final = 3600.0
"""An unfinished file as old as this has no writer any more."""

CLOCK_ERROR_NS: Final = 3600 * 10**9
"""A file used later than this from now was used by a clock that was wrong, and would outlive all others."""

SPARE_BYTES: Final = 256 << 20
"""Left free on the disk for everything else: what can be made again must not keep a project from being saved."""

# Whatever else lies in the folder is not ours to count or delete.
_OWN_NAME: Final = re.compile(rf"[0-9a-f]{{32}}{re.escape(SUFFIX)}")

_log = logging.getLogger(__name__)


def default_folder() -> Path:
    """Give the user's folder of embeddings; it may not exist yet."""
    return user_cache_dir() / "embeddings"


@dataclass(frozen=True, slots=True)
class DiskUsage:
    """How many embeddings a folder holds, and their bytes."""

    count: int
    nbytes: int


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    nbytes: int
    used_ns: int


class DiskLevel:
    """One file for each embedding; the folder itself is the index, and a file's time of change its last use.

    So several instances of the program share a folder without knowing of each other. A budget of 0 means that nothing
    is read or written, and what is there stays. Nothing here raises: a disk that is full or may not be written is
    logged once, and what cannot be read is not there. Every method may be called from any thread.
    """

    def __init__(self, folder: Path, budget_bytes: int = 0) -> None:
        self.folder = folder
        self.budget_bytes = budget_bytes
        self._has_complained = False

    def read(self, key: str) -> PackedEmbedding | None:
        """Return what was kept under a key and make it the most recently used; None if that is not whole."""
        if not self.budget_bytes:
            return None
        path = self._path(key)
        try:
            packed = decode_file(key, path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            self._complain("read", error)
            return None
        except ValueError as error:
            _log.info("The cached embedding %s cannot be used: %s", path, error)
            return None
        self._touch(path)
        return packed

    def write(self, key: str, packed: PackedEmbedding) -> None:
        """Keep an embedding, in place of whatever is there, and drop those not used for longest."""
        if not self.budget_bytes:
            return
        data = encode_file(key, packed)
        if len(data) > self.budget_bytes:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write_whole(data, self._path(key))
        except OSError as error:
            self._complain("written", error)
        self.trim()

    def preserve(self, key: str, packed: PackedEmbedding) -> None:
        """Make sure that an embedding, used until now from memory, is kept as one used lately."""
        if self.budget_bytes and not self._touch(self._path(key)):
            self.write(key, packed)

    def trim(self) -> None:
        """Delete the files not used for longest until the rest fits, and what writers that are gone have left.

        On a disk that is nearly full there is less room than the budget.
        """
        if not self.budget_bytes:
            return
        latest_ns = time.time_ns() + CLOCK_ERROR_NS
        files = sorted(self._files(), key=lambda file: file.used_ns if file.used_ns <= latest_ns else 0)
        excess = max(sum(file.nbytes for file in files) - self.budget_bytes, self._missing_bytes())
        for file in files:
            if excess <= 0:
                break
            _delete(file.path)
            excess -= file.nbytes
        for entry in self._entries():
            if entry.name.startswith(".") and entry.name.endswith(PART_SUFFIX) and _age_s(entry) > ABANDONED_AFTER_S:
                _delete(Path(entry.path))

    def usage(self) -> DiskUsage:
        """Count what is there."""
        sizes = [file.nbytes for file in self._files()]
        return DiskUsage(len(sizes), sum(sizes))

    def clear(self) -> DiskUsage:
        """Delete every embedding, and tell how much that was."""
        files = [file for file in self._files() if _delete(file.path)]
        return DiskUsage(len(files), sum(file.nbytes for file in files))

    def _path(self, key: str) -> Path:
        return self.folder / f"{hashlib.blake2b(key.encode(), digest_size=16).hexdigest()}{SUFFIX}"

    def _entries(self) -> list[os.DirEntry[str]]:
        try:
            return list(os.scandir(self.folder))
        except OSError:  # there is no folder yet
            return []

    def _missing_bytes(self) -> int:
        try:
            return SPARE_BYTES - shutil.disk_usage(self.folder).free
        except OSError:  # there is no folder yet
            return 0

    def _files(self) -> Iterator[_File]:
        for entry in self._entries():
            try:
                facts = entry.stat()
            except OSError:  # another instance was faster
                continue
            if _OWN_NAME.fullmatch(entry.name):
                yield _File(Path(entry.path), facts.st_size, facts.st_mtime_ns)

    def _touch(self, path: Path) -> bool:
        """Note that a file is used; returns whether it is there."""
        try:
            os.utime(path)
        except FileNotFoundError:
            return False
        except OSError:  # it may be read, but not changed
            pass
        return True

    def _complain(self, done: str, error: OSError) -> None:
        level = logging.DEBUG if self._has_complained else logging.WARNING
        self._has_complained = True
        _log.log(level, "The cache of embeddings in %s could not be %s (%s).", self.folder, done, error)


def _write_whole(data: bytes, path: Path) -> None:
    """Write a file that is either whole or not there.

    It is not forced onto the disk: after a power failure its checksum tells what is missing.
    """
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=PART_SUFFIX)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        replace(Path(part), path)  # another instance may be reading it, which Windows minds
    except BaseException:
        _delete(Path(part))
        raise


def _delete(path: Path) -> bool:
    """Delete a file; returns whether it was there and is gone."""
    try:
        path.unlink()
    except OSError:
        return False
    return True


def _age_s(entry: os.DirEntry[str]) -> float:
    try:
        return time.time() - entry.stat().st_mtime
    except OSError:
        return 0.0
