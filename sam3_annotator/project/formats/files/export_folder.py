"""The folder of an export: complete or not at all, and never at the cost of a user's files."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from sam3_annotator.patience import rename
from sam3_annotator.project.errors import KnownError, ProjectReadOnly, StorageFull
from sam3_annotator.project.formats.files.export_parts import ExportParts, left_parts, new_parts
from sam3_annotator.project.image_files import EXPORT_MARKER, list_contents
from sam3_annotator.project.reading import ProjectReader

_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


def require_free_folder(out: Path, store: ProjectReader) -> None:
    """Raise KnownError unless an export can go to `out`: new, empty, or an earlier export of ours.

    The project and its images may not be inside, since the folder is replaced as a whole.
    """
    with _told(out):
        if not os.path.lexists(out):
            return
        if not out.is_dir():
            raise KnownError(f"{out} is a file; choose a folder to export to.")
        if list_contents(out) and _listed_files(out) is None:
            raise KnownError(
                f"The folder {out} is not empty and holds no earlier export; choose an empty folder or a new name."
            )
    real = Path(os.path.realpath(out))
    inside = [
        path for path in (store.path, *_image_files(store)) if path.is_relative_to(real) or path.is_relative_to(out)
    ]
    if inside:
        raise KnownError(f"{inside[0].name} of this project lies in {out}; choose another folder to export to.")


def _image_files(store: ProjectReader) -> Iterator[Path]:
    for image in store.images():
        yield store.image_file(image.id)


@contextmanager
def export_folder(out: Path) -> Iterator[Path]:
    """Give a folder to write to, beside `out`; at the end of the block it takes the place of `out`.

    Files that a user added to the earlier export in `out` are kept. If the block raises, `out` stays as it was and
    nothing is left behind; if the process is killed, what it leaves goes with the next export to `out`.
    Raises StorageFull, ProjectReadOnly or KnownError where the file system refuses.
    """
    with _told(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        with new_parts(out) as parts:
            _clear_left(out)
            parts.new.mkdir()
            try:
                yield parts.new
                written = json.dumps(sorted(_relative_files(parts.new)), ensure_ascii=False, indent=0)
                (parts.new / EXPORT_MARKER).write_text(written, encoding="utf-8")
                _take_place(parts, out)
            except BaseException:
                shutil.rmtree(parts.new, ignore_errors=True)
                raise


def _take_place(parts: ExportParts, out: Path) -> None:
    if not out.exists():
        rename(parts.new, out)
        return
    rename(out, parts.earlier)
    try:
        rename(parts.new, out)
    except OSError:
        rename(parts.earlier, out)
        raise
    _drop_earlier(parts, out)


def _drop_earlier(parts: ExportParts, out: Path) -> None:
    """Drop the export that `out` has replaced, but for what the user has added to it."""
    _bring_back_added_files(parts.earlier, out)
    rename(parts.earlier, parts.new)  # from here on nothing of it is anybody's, also for whoever finds it
    shutil.rmtree(parts.new, ignore_errors=True)


def _clear_left(out: Path) -> None:
    """Take away what killed processes have left beside `out`, and bring back what they had put aside of the user's."""
    with suppress(OSError):  # it is in nobody's way
        for parts in left_parts(out):
            with suppress(OSError):
                _clear(parts, out)


def _clear(parts: ExportParts, out: Path) -> None:
    if parts.new.is_dir() and not parts.new.is_symlink():
        shutil.rmtree(parts.new, ignore_errors=True)
    if _listed_files(parts.earlier) is None:
        parts.earlier.rmdir()  # what an export may replace is one of ours, or empty
    elif os.path.lexists(out):
        _drop_earlier(parts, out)
    else:
        rename(parts.earlier, out)


def _bring_back_added_files(earlier: Path, out: Path) -> None:
    for name in added_files(earlier):
        target = out / name
        while os.path.lexists(target):
            target = target.with_name(f"{target.stem} (kept){target.suffix}")
        target.parent.mkdir(parents=True, exist_ok=True)
        rename(earlier / name, target)


def added_files(folder: Path) -> set[str]:
    """Return the files in the folder of an export, relative to it, that the export did not write."""
    ours = _listed_files(folder) or set()
    return {name for name in _relative_files(folder) if name not in ours and name != EXPORT_MARKER}


def has_exported(folder: Path, file: Path) -> bool:
    """Whether a file in a folder is one that an export to that folder has written, and nobody has added."""
    return file.relative_to(folder).as_posix() in (_listed_files(folder) or ())


def _listed_files(folder: Path) -> set[str] | None:
    """Return the files that an earlier export wrote, relative to its folder; None if there was no such export."""
    try:
        listed = json.loads((folder / EXPORT_MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return {name for name in listed if isinstance(name, str)} if isinstance(listed, list) else None


def _relative_files(folder: Path) -> Iterator[str]:
    for parent, _, names in os.walk(folder):
        for name in names:
            yield PurePosixPath(Path(parent, name).relative_to(folder)).as_posix()


@contextmanager
def _told(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        if error.errno in _NO_ROOM:
            raise StorageFull(
                f"The disk is full, so nothing was exported to {out}. Free some space and try again."
            ) from error
        if error.errno in _FORBIDDEN:
            raise ProjectReadOnly(
                f"{out} cannot be written ({reason}), so nothing was exported; choose another folder."
            ) from error
        place = error.filename or out
        raise KnownError(
            f"{place} could not be read or written ({reason}), so nothing was exported to {out}."
        ) from error
