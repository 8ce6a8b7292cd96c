"""Keeps a small picture of each project closed, for the start page."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPixmap

from sam3_annotator.paths import user_data_dir
from sam3_annotator.ui.canvas.view import CanvasView
from sam3_annotator.ui.settings import RecentProject, Settings

THUMBNAIL_SIZE: Final = QSize(400, 250)
# The size of what a canvas without an image shows.
NO_IMAGE: Final = (1, 1)


def remember_project(settings: Settings, path: Path, done: int, total: int, canvas: CanvasView) -> None:
    """Put a project first among the recent ones, with a picture of its canvas.

    A canvas that shows no image, but says why, leaves the picture that is there; one that fails is left out.
    """
    thumbnail = _thumbnail_path(path)
    is_saved = canvas.isVisible() and canvas.image_size != NO_IMAGE and _save(_picture_of(canvas), thumbnail)
    picture = str(thumbnail) if is_saved else _known_thumbnail(settings, path)
    settings.remember_project(RecentProject(str(path), done, total, picture))


def _picture_of(canvas: CanvasView) -> QPixmap:
    with canvas.light.left_out():
        return canvas.grab()


def remember_opened(settings: Settings, path: Path, done: int, total: int) -> None:
    """Put a project first among the recent ones as soon as it is open: the program may end in many ways."""
    settings.remember_project(RecentProject(str(path), done, total, _known_thumbnail(settings, path)))


def _known_thumbnail(settings: Settings, path: Path) -> str:
    return next((project.thumbnail for project in settings.recent_projects if project.path == str(path)), "")


def _thumbnail_path(project: Path) -> Path:
    digest = hashlib.blake2b(str(project).encode(), digest_size=8).hexdigest()
    return user_data_dir() / "recent" / f"{digest}.png"


def _save(shot: QPixmap, path: Path) -> bool:
    scaled = shot.scaled(
        THUMBNAIL_SIZE, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    )
    middle = QRect(0, 0, THUMBNAIL_SIZE.width(), THUMBNAIL_SIZE.height())
    middle.moveCenter(scaled.rect().center())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError:  # a picture is not worth a word to the user
        return False
    return scaled.copy(middle).save(str(path))
