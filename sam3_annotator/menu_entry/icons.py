"""The icon of the program as pixels, in the files that Windows and macOS want."""

from __future__ import annotations

import errno
import io
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QBuffer, QSize
from PySide6.QtGui import QImageReader

from sam3_annotator.paths import resources_dir

LARGEST = 1024
_ICO_SIDES = (16, 20, 24, 32, 40, 48, 64, 128, 256)


def write_icon(path: Path) -> None:
    """Write the icon in all its sizes; `path` ends in `.ico` or `.icns`. Raises `OSError` if it cannot be drawn."""
    drawing = _draw()
    if path.suffix == ".ico":
        drawing.save(path, sizes=[(side, side) for side in _ICO_SIDES])
    else:
        drawing.save(path)


def _draw() -> Image.Image:
    reader = QImageReader(str(resources_dir() / "app-icon.svg"))
    reader.setScaledSize(QSize(LARGEST, LARGEST))
    drawn = reader.read()
    if drawn.isNull():
        raise OSError(errno.EIO, f"it cannot be drawn: {reader.errorString()}", reader.fileName())
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    drawn.save(buffer, "PNG")  # type: ignore[call-overload]  # PySide's stub wants bytes, which the call refuses
    return Image.open(io.BytesIO(buffer.data().data()))
