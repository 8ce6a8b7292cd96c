"""The catalogue: models by short names, whether they ship, were downloaded or are the user's own files."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sam3_annotator.model.builtin import shipped_weights
from sam3_annotator.model.catalog.contents import Contents, look_into
from sam3_annotator.model.catalog.known import KNOWN, KnownModel
from sam3_annotator.model.catalog.memory import FileHash, Memory, MemoryFile
from sam3_annotator.model.catalog.parts import discard_parts, partial_size
from sam3_annotator.model.errors import CatalogError, ModelUnavailable
from sam3_annotator.model.progress import Progress, untold
from sam3_annotator.model.weights_files import INDEX_SUFFIX, WeightsFiles, find_weights
from sam3_annotator.paths import expand_home, user_data_dir

if TYPE_CHECKING:
    from sam3_annotator.model.catalog.download import Patience

_log = logging.getLogger(__name__)

BUILTIN: Final = "builtin"
BUILTIN_TITLE: Final = "Built-in"
MAX_NAME_LENGTH: Final = 40
# Taken by models that are no files.
RESERVED_NAMES: Final = frozenset({BUILTIN, "grabcut"})
# Files of these names are told apart by their folder.
_VAGUE_STEMS: Final = frozenset({"model", "pytorch_model", "checkpoint", "weights", "best", "last"})
_NAME: Final = re.compile(rf"[a-z0-9][a-z0-9._-]{{0,{MAX_NAME_LENGTH - 1}}}")


class ModelOrigin(StrEnum):
    """Where a model comes from."""

    BUILTIN = "built-in"
    PUBLISHED = "published"
    ADDED = "added"


class ModelState(StrEnum):
    """Whether a model can be used: its file is there, was never fetched or not wholly, or is gone."""

    READY = "ready"
    ABSENT = "not downloaded"
    PARTIAL = "partly downloaded"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A line of the catalogue.

    `path` is where the user's file or folder is, or where the download is or would be; `size` that of the file or,
    while there is none, of what would be fetched, of which `fetched` bytes are there. `file_hash` is None until the
    file was hashed; `known` is None for the user's own.
    """

    name: str
    title: str
    origin: ModelOrigin
    state: ModelState
    path: Path
    size: int
    fetched: int = 0
    file_hash: FileHash | None = None
    known: KnownModel | None = None


class Catalog:
    """What models there are; reads the disk at every call, so that it is never out of date.

    `folder` holds the downloads and the list of the user's models; by default it is in the user's data folder.
    """

    def __init__(self, folder: Path | None = None, known: Sequence[KnownModel] = KNOWN) -> None:
        self.folder = folder or user_data_dir() / "models"
        self._known = {model.name: model for model in known}
        self._memory = MemoryFile(self.folder / "models.json")

    def entries(self) -> tuple[ModelEntry, ...]:
        """List every model: the built-in one, the published ones, then the user's by name."""
        memory = self._memory.read()
        own = (self._own(name, Path(memory.models[name]), memory) for name in sorted(memory.models))
        return (self._builtin(memory), *(self._published(model, memory) for model in self._known.values()), *own)

    def entry(self, name: str) -> ModelEntry:
        """Give the model of a name; raises `ModelUnavailable` if there is none."""
        entries = {entry.name: entry for entry in self.entries()}
        if name in entries:
            return entries[name]
        import difflib  # for a slip of the pen only

        close = difflib.get_close_matches(name, entries, n=1)
        meant = f"did you mean “{close[0]}”?" if close else f"there are {', '.join(f'“{known}”' for known in entries)}."
        raise ModelUnavailable(f"There is no model named “{name}”; {meant}")

    def resolve(self, name: str) -> Path:
        """Give the file with the weights of a model, or the index of its parts.

        Raises `ModelUnavailable` with a sentence if it is not there.
        """
        return self._weights(name).path

    def contents(self, name: str) -> Contents:
        """Look into the file of a model; raises `ModelUnavailable` if it is not there or no checkpoint."""
        return look_into(self.resolve(name))

    def add(self, path: Path, name: str = "") -> ModelEntry:
        """Remember a file or folder under a name, by default made of its own; nothing is copied or changed.

        Raises `ModelUnavailable` if it holds no checkpoint that can be loaded, `CatalogError` if the name or the file
        is taken.
        """
        place = expand_home(path).absolute()
        contents = look_into(place)
        file = contents.file
        if not contents.is_loadable:
            raise ModelUnavailable(
                f"{file} holds {contents.kind}, which this program does not load; choose sam3.pt or model.safetensors."
            )
        if name and not _NAME.fullmatch(name):
            raise CatalogError(
                f"“{name}” cannot be the name of a model: up to {MAX_NAME_LENGTH} small letters, digits, dots, hyphens "
                "and underscores, the first a letter or digit."
            )
        for entry in self.entries():
            if entry.state is ModelState.READY and find_weights(entry.path).path.samefile(file):
                raise CatalogError(f"{place} is in the list already, as “{entry.name}”.")
        with self._memory.change() as memory:
            taken = {*RESERVED_NAMES, *self._known, *memory.models}
            if name in taken:
                raise CatalogError(f"There is a model named “{name}” already; give another name.")
            chosen = name or _free_name(place, taken)
            memory.models[chosen] = str(place)
        return self.entry(chosen)

    def remove(self, name: str) -> None:
        """Forget one of the user's models, whose file stays; delete what was downloaded of a published one.

        Raises `CatalogError` if there is nothing to remove, `ModelUnavailable` if there is no such model.
        """
        entry = self.entry(name)
        if entry.origin is ModelOrigin.BUILTIN:
            raise CatalogError("The built-in model belongs to the program and cannot be removed.")
        if entry.origin is ModelOrigin.PUBLISHED:
            self._delete(entry)
        with self._memory.change() as memory:
            memory.models.pop(name, None)
            for place in [place for place in memory.hashes if Path(place).is_relative_to(entry.path)]:
                del memory.hashes[place]

    def download(
        self,
        name: str,
        *,
        token: str | None = None,
        progress: Progress = untold,
        patience: Patience | None = None,
    ) -> Path:
        """Fetch a published model and give its file; at once if it is there already.

        See `download.download` for `token` and `progress`. Raises `DownloadFailed`, or `CatalogError` for a model
        that nobody publishes.
        """
        from sam3_annotator.model.catalog.download import Patience, download  # needs what nothing else does

        entry = self.entry(name)
        if entry.known is None:
            raise CatalogError(f"“{name}” is not a model that can be downloaded.")
        if entry.state is not ModelState.READY:
            sha256 = download(entry.known, entry.path, token, progress, patience or Patience())
            self._remember(find_weights(entry.path), sha256)
        return entry.path

    def hash_file(self, name: str, progress: Progress = untold) -> FileHash:
        """Give the hash of a model's file, computed only if the file is not known or has changed since.

        That of a model in parts is of all of them, one after the other by name. `progress` counts bytes. Raises
        `ModelUnavailable` if a file is not there or cannot be read.
        """
        from sam3_annotator.model.catalog.hashing import sha256_of

        weights = self._weights(name)
        known = self._memory.read().hashes.get(str(weights.path))
        if known is not None and known.is_of(weights):
            return known
        try:
            return self._remember(weights, sha256_of(weights.parts, progress))
        except OSError as error:
            raise ModelUnavailable(f"{weights.path} cannot be read ({error.strerror or error}).") from error

    def _weights(self, name: str) -> WeightsFiles:
        entry = self.entry(name)
        if entry.state in (ModelState.ABSENT, ModelState.PARTIAL):
            raise ModelUnavailable(
                f"{entry.title} is not downloaded yet; download it (“sam3-annotator models download {name}”), "
                "or add a file you have."
            )
        if not entry.path.exists():
            raise ModelUnavailable(
                f"The file of the model “{name}” is not at {entry.path} any more. Put it back, or remove the "
                "model from the list and add it from where it is now."
            )
        return find_weights(entry.path)

    def _remember(self, weights: WeightsFiles, sha256: str) -> FileHash:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        file_hash = FileHash(sha256, at, *weights.stamp())
        try:
            with self._memory.change() as memory:
                memory.hashes[str(weights.path)] = file_hash
        except CatalogError as error:  # as in a home that may only be read; then it is computed again next time
            _log.warning("The hash of %s is not remembered: %s", weights.path, error)
        return file_hash

    def _delete(self, entry: ModelEntry) -> None:
        if entry.state not in (ModelState.READY, ModelState.PARTIAL):
            raise CatalogError(f"{entry.title} is not downloaded, so there is nothing to remove.")
        try:
            discard_parts(entry.path)
            entry.path.unlink(missing_ok=True)
        except OSError as error:
            raise CatalogError(f"{entry.path} cannot be deleted ({error.strerror or error}).") from error

    def _builtin(self, memory: Memory) -> ModelEntry:
        path = shipped_weights()
        return _entry_of_file(BUILTIN, BUILTIN_TITLE, ModelOrigin.BUILTIN, path, memory)

    def _published(self, model: KnownModel, memory: Memory) -> ModelEntry:
        path = self.folder / model.name / model.file
        if path.is_file():
            found = _entry_of_file(model.name, model.title, ModelOrigin.PUBLISHED, path, memory)
            return replace(found, known=model)
        fetched = partial_size(path)
        state = ModelState.PARTIAL if fetched else ModelState.ABSENT
        return ModelEntry(model.name, model.title, ModelOrigin.PUBLISHED, state, path, model.size, fetched, known=model)

    def _own(self, name: str, path: Path, memory: Memory) -> ModelEntry:
        return _entry_of_file(name, name, ModelOrigin.ADDED, path, memory)


def _entry_of_file(name: str, title: str, origin: ModelOrigin, path: Path, memory: Memory) -> ModelEntry:
    try:
        weights = find_weights(path)
        size, _changed = weights.stamp()
    except (ModelUnavailable, OSError):
        return ModelEntry(name, title, origin, ModelState.MISSING, path, 0)
    known = memory.hashes.get(str(weights.path))
    file_hash = known if known is not None and known.is_of(weights) else None
    return ModelEntry(name, title, origin, ModelState.READY, path, size, fetched=size, file_hash=file_hash)


def _free_name(path: Path, taken: set[str]) -> str:
    """Make a name of a path that nothing else bears."""
    name = path.name.removesuffix(INDEX_SUFFIX)
    stem = name if path.is_dir() else name.removesuffix(Path(name).suffix)
    if stem.lower() in _VAGUE_STEMS:
        stem = path.absolute().parent.name or stem
    name = re.sub(r"[^a-z0-9._-]+", "-", stem.lower()).strip("-._")[: MAX_NAME_LENGTH - 4] or "model"
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return next(free for free in (name, *numbered) if free not in taken)
