"""The file in which the catalogue remembers the user's own models and the hashes of files."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from sam3_annotator.model.errors import CatalogError
from sam3_annotator.model.weights_files import WeightsFiles
from sam3_annotator.patience import replace

VERSION: Final = 1
LOCK_TIMEOUT_S: Final = 10.0

# What a file raises that is no list of models.
_DAMAGE: Final = (ValueError, TypeError, KeyError, AttributeError, RecursionError)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FileHash:
    """The hash of a model's bytes, when it was computed (UTC, ISO 8601), and what its files were like then."""

    sha256: str
    at: str
    size: int
    modified_ns: int

    def is_of(self, weights: WeightsFiles) -> bool:
        """Whether the files have not changed since, as far as size and time tell."""
        try:
            return weights.stamp() == (self.size, self.modified_ns)
        except OSError:
            return False


@dataclass(slots=True)
class Memory:
    """Paths of the models the user added, by name, and the hashes of files, by path."""

    models: dict[str, str] = field(default_factory=dict)
    hashes: dict[str, FileHash] = field(default_factory=dict)


class MemoryFile:
    """The JSON file; a damaged one counts as empty and is kept aside when a new one is written."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Memory:
        """Read what is remembered; raises `CatalogError` if a newer version of the program wrote it."""
        try:
            return self._parse()
        except FileNotFoundError:
            return Memory()
        except (OSError, *_DAMAGE) as error:
            _log.warning("The list of models, %s, cannot be read (%s).", self._path, error)
            return Memory()

    @contextmanager
    def change(self) -> Iterator[Memory]:
        """Give what is remembered, to be changed; it is written as a whole or not at all.

        Raises `CatalogError` with a sentence if that cannot be done.
        """
        from filelock import FileLock, Timeout  # reading needs none

        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self._path}.lock", timeout=LOCK_TIMEOUT_S):
                memory = self.read()
                yield memory
                self._keep_damaged()
                _write(self._path, memory)
        except Timeout as error:
            raise CatalogError(
                f"Another instance of the program is busy with {self._path}; try again when it has finished."
            ) from error
        except OSError as error:
            raise CatalogError(f"{self._path} cannot be written ({error.strerror or error}).") from error

    def _parse(self) -> Memory:
        return _memory(json.loads(self._path.read_text(encoding="utf-8")), self._path)

    def _keep_damaged(self) -> None:
        try:
            self._parse()
        except FileNotFoundError:
            return
        except _DAMAGE:
            self._path.replace(self._path.with_name(self._path.name + ".damaged"))


def _memory(document: Mapping[str, Any], path: Path) -> Memory:
    if document["version"] > VERSION:
        raise CatalogError(f"A newer version of the program wrote {path}; update this one, or move the file away.")
    return Memory(
        {str(name): str(place) for name, place in document["models"].items()},
        {
            str(place): FileHash(str(row["sha256"]), str(row["at"]), int(row["size"]), int(row["modified_ns"]))
            for place, row in document["hashes"].items()
        },
    )


def _write(path: Path, memory: Memory) -> None:
    import tempfile  # reading, which every start does, needs none

    text = json.dumps({"version": VERSION, **asdict(memory)}, indent=2)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        replace(Path(temporary), path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
