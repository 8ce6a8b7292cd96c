"""The folder of an export: complete or not at all, and never at the cost of a user's files."""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from sam3_annotator.project.errors import KnownError, ProjectReadOnly, StorageFull
from sam3_annotator.project.image_files import EXPORT_MARKER
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
        if any(out.iterdir()) and _listed_files(out) is None:
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
    nothing is left behind. Raises StorageFull, ProjectReadOnly or KnownError where the file system refuses.
    """
    with _told(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        part = _beside(out, "part")
        part.mkdir()
        try:
            yield part
            written = sorted(_relative_files(part))
            (part / EXPORT_MARKER).write_text(json.dumps(written, ensure_ascii=False, indent=0), encoding="utf-8")
            _take_place(part, out)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise


def _take_place(part: Path, out: Path) -> None:
    if not out.exists():
        part.rename(out)
        return
    earlier = _beside(out, "earlier")
    out.rename(earlier)
    try:
        part.rename(out)
    except OSError:
        earlier.rename(out)
        raise
    _bring_back_added_files(earlier, out)
    shutil.rmtree(earlier, ignore_errors=True)


def _bring_back_added_files(earlier: Path, out: Path) -> None:
    ours = _listed_files(earlier) or set()
    for name in _relative_files(earlier):
        if name in ours or name == EXPORT_MARKER:
            continue
        target = out / name
        while os.path.lexists(target):
            target = target.with_name(f"{target.stem} (kept){target.suffix}")
        target.parent.mkdir(parents=True, exist_ok=True)
        (earlier / name).rename(target)


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


def _beside(out: Path, purpose: str) -> Path:
    return out.with_name(f".{out.name}.{secrets.token_hex(4)}.{purpose}")


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
