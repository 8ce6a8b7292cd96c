"""Writes result files, and folders of them, whole or not at all."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.commands.failures import CommandFailed
from sam3_annotator.patience import replace


def mask_png(mask: NDArray[np.bool_]) -> bytes:
    """Encode a mask as PNG: 8 bit, 0 or 255."""
    from PIL import Image

    encoded = io.BytesIO()
    Image.fromarray(mask.astype(np.uint8) * 255).save(encoded, "PNG")
    return encoded.getvalue()


def write_whole(content: bytes, path: Path) -> None:
    """Write the whole file or none: a temporary one takes the name once it is complete.

    Raises `CommandFailed` if the system refuses.
    """
    try:
        # Without the name of the file, which may be as long as names can be.
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    except OSError as error:
        raise CommandFailed(f"{path} cannot be written ({error.strerror or error}).") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        replace(Path(temporary), path)
    except BaseException as error:
        Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise CommandFailed(f"{path} cannot be written ({error.strerror or error}).") from error
        raise


@contextmanager
def filled_whole(folder: Path, earlier: Sequence[Path]) -> Iterator[Path]:
    """Give a place to write files to, which come into the folder at the end of the block, where the `earlier` ones go.

    If the block raises, the folder is as it was. Raises `CommandFailed` if the system refuses.
    """
    is_new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=folder, prefix=".", suffix=".part"))
        try:
            yield part
            for path in earlier:
                path.unlink()
            for path in part.iterdir():
                replace(path, folder / path.name)
        finally:
            shutil.rmtree(part, ignore_errors=True)
            if is_new and not any(folder.iterdir()):
                folder.rmdir()
    except OSError as error:
        raise CommandFailed(f"{folder} cannot be written to ({error.strerror or error}).") from error
