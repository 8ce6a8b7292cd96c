"""Fetches the file of a known model: goes on where an earlier attempt ended, and checks what has arrived."""

from __future__ import annotations

import errno
import hashlib
import itertools
import logging
import shutil
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from sam3_annotator.model.catalog.hashing import feed
from sam3_annotator.model.catalog.hub import CannotResume, Interrupted, PublishedFile, find_file, read_bytes
from sam3_annotator.model.catalog.known import KnownModel
from sam3_annotator.model.catalog.parts import part_of, parts_of
from sam3_annotator.model.errors import DownloadFailed
from sam3_annotator.model.progress import Progress
from sam3_annotator.patience import replace

ATTEMPTS: Final = 5
# Left free on the disk for everything else.
SPARE_BYTES: Final = 256 << 20
# How long at most a cancel goes unnoticed during a pause.
CANCEL_CHECK_S: Final = 0.1

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often one tries without getting any further, and the seconds of the first pause between (then doubled)."""

    attempts: int = ATTEMPTS
    pause_s: float = 1.0


def download(model: KnownModel, target: Path, token: str | None, progress: Progress, patience: Patience) -> str:
    """Fetch a model's file to `target` and give its SHA-256.

    `token` is used and forgotten; None means the environment's or the hub log-in's. `progress` counts bytes, and
    what it raises ends the download: what has arrived stays beside `target` for the next time.
    Raises `DownloadFailed` with a sentence.
    """
    from filelock import FileLock, Timeout

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock", blocking=False):
            return _Download(model, target, token, progress, patience).run()
    except Timeout as error:
        raise DownloadFailed(f"{model.title} is being downloaded already, by another window or command.") from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DownloadFailed(
                f"The disk of {target.parent} is full. Free some space and start again: it goes on where it stopped."
            ) from error
        raise DownloadFailed(f"{target} cannot be written ({error.strerror or error}).") from error


class _Download:
    """One download, on one thread."""

    def __init__(
        self, model: KnownModel, target: Path, token: str | None, progress: Progress, patience: Patience
    ) -> None:
        self._model = model
        self._target = target
        self._token = token
        self._progress = progress
        self._patience = patience
        self._hasher = hashlib.sha256()

    def run(self) -> str:
        file = self._find()
        part = part_of(self._target, file.tag)
        self._make_room(file, part)
        with part.open("ab") as out:
            feed(self._hasher, part, file.size, self._progress)
            self._fetch(file, out)
        sha256 = self._hasher.hexdigest()
        if file.sha256 not in ("", sha256):
            part.unlink()
            raise DownloadFailed(
                f"What arrived of {self._model.file} is not what was published: its SHA-256 is {sha256} instead of "
                f"{file.sha256}. It was deleted; try again, if need be over another connection."
            )
        replace(part, self._target)
        return sha256

    def _find(self) -> PublishedFile:
        for fruitless in itertools.count(1):
            self._progress(0, self._model.size)
            try:
                return find_file(self._model, self._token)
            except Interrupted as interruption:
                self._pause(fruitless, interruption)
        raise AssertionError("Counting never ends.")

    def _make_room(self, file: PublishedFile, part: Path) -> None:
        """Delete what can be of no use any more, and see whether the rest fits on the disk."""
        for other in parts_of(self._target):
            if other != part or other.stat().st_size > file.size:
                other.unlink()
        needed = file.size - (part.stat().st_size if part.exists() else 0)
        free = shutil.disk_usage(part.parent).free
        if free < needed + SPARE_BYTES:
            raise DownloadFailed(
                f"{self._model.title} needs {_gigabytes(needed + SPARE_BYTES)} more on the disk of {part.parent}, "
                f"and {_gigabytes(free)} are free. Free some space, or put the file elsewhere by hand and add it."
            )

    def _fetch(self, file: PublishedFile, out: BinaryIO) -> None:
        """Append what is missing, in as many attempts as come further than any before."""
        fruitless, furthest = 0, out.tell()
        while (start := out.tell()) < file.size:
            interruption = Interrupted("the connection was closed")
            try:
                with closing(read_bytes(self._model, file, start, self._token)) as chunks:
                    for chunk in chunks:
                        self._take(chunk, file, out)
            except CannotResume:
                self._start_over(out)
                continue
            except Interrupted as caught:
                interruption = caught
            self._progress(out.tell(), file.size)
            if out.tell() < file.size:
                fruitless = 0 if out.tell() > furthest else fruitless + 1
                furthest = max(furthest, out.tell())
                self._pause(fruitless, interruption, out.tell())

    def _take(self, chunk: bytes, file: PublishedFile, out: BinaryIO) -> None:
        self._progress(out.tell(), file.size)
        if out.tell() + len(chunk) > file.size:
            self._start_over(out)
            raise DownloadFailed(f"More arrived than {self._model.file} has bytes. It was deleted; try again.")
        out.write(chunk)
        self._hasher.update(chunk)

    def _start_over(self, out: BinaryIO) -> None:
        out.seek(0)
        out.truncate()
        self._hasher = hashlib.sha256()

    def _pause(self, fruitless: int, interruption: Interrupted, done: int = 0) -> None:
        """Wait, longer after each attempt that brought nothing; raise after the last of them."""
        _log.info("The download of %s was interrupted: %s", self._model.file, interruption)
        if fruitless < self._patience.attempts:
            until = time.monotonic() + self._patience.pause_s * 2**fruitless
            while (left := until - time.monotonic()) > 0:
                time.sleep(min(left, CANCEL_CHECK_S))
                self._progress(done, self._model.size)
            return
        if done:
            raise DownloadFailed(
                f"The connection broke after {_gigabytes(done)} ({interruption}). Start again when it is back: "
                "the download goes on where it stopped."
            ) from interruption
        raise DownloadFailed(
            f"Hugging Face cannot be reached ({interruption}). Check the network and its proxy; without one, fetch "
            f"{self._model.file} on another computer from {self._model.page} and add the file."
        ) from interruption


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"
