"""The user's settings and what the program remembers between runs, typed, over QSettings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from sam3_annotator.model import BUILTIN
from sam3_annotator.project import USUAL_TOLERANCE
from sam3_annotator.ui.canvas.brush import MAX_RADIUS
from sam3_annotator.ui.theme import Appearance

MAX_RECENT: Final = 8
# 1.0 is 100 % of the size of the system's text.
TEXT_SIZES: Final = (0.85, 1.0, 1.15, 1.3, 1.5, 1.75)
# Below that a model gives everything it can think of, some two hundred things, each a mask as large as the image.
LEAST_THRESHOLD: Final = 0.05
# That are asked for by their number.
MOST_IMAGES: Final = 9999

T = TypeVar("T")


class PreviewMode(StrEnum):
    """When the points tool shows what a click would outline."""

    AUTO = "auto"  # where the model is quick enough
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class RecentProject:
    """A project opened before: its file, how far it was when closed, and a small picture of it ("" is none)."""

    path: str
    done: int = 0
    total: int = 0
    thumbnail: str = ""

    @property
    def name(self) -> str:
        """What the project is called."""
        return project_title(Path(self.path))


def project_title(path: Path) -> str:
    """Say what the project of a file is called; one inside its image folder goes by the folder's name."""
    return path.parent.name if path.stem == "annotations" and path.parent.name else path.stem


class Settings(QObject):
    """Every setting with its default; a value on disk that makes no sense counts as not set.

    `changed` carries the name of the property that has another value now. The settings are shared by all
    windows of the process; make one object and pass it on.
    """

    changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = QSettings(
            QSettings.defaultFormat(), QSettings.Scope.UserScope, "sam3-annotator", "sam3-annotator"
        )

    # --- what the user chooses ---------------------------------------------------------------

    @property
    def appearance(self) -> Appearance:
        """Colours: the system's, dark or light."""
        return self._read("appearance", lambda value: Appearance(str(value)), Appearance.SYSTEM)

    @appearance.setter
    def appearance(self, value: Appearance) -> None:
        self._write("appearance", str(value))

    @property
    def text_size(self) -> float:
        """How large text is, and what goes with it: 1.0 for 100 % of the system's."""
        return self._read("text_size", _text_size, 1.0)

    @text_size.setter
    def text_size(self, value: float) -> None:
        self._write("text_size", value)

    @property
    def wheel_zooms(self) -> bool:
        """The wheel zooms; else it scrolls and Ctrl + wheel zooms."""
        return self._read("wheel_zooms", _bool, True)

    @wheel_zooms.setter
    def wheel_zooms(self, value: bool) -> None:
        self._write("wheel_zooms", value)

    @property
    def keeps_view(self) -> bool:
        """An image as large as the one before is seen at the same zoom and place; else as a whole."""
        return self._read("keeps_view", _bool, False)

    @keeps_view.setter
    def keeps_view(self, value: bool) -> None:
        self._write("keeps_view", value)

    @property
    def colors_instances(self) -> bool:
        """Each instance on the canvas has a colour of its own; else that of its category."""
        return self._read("colors_instances", _bool, False)

    @colors_instances.setter
    def colors_instances(self, value: bool) -> None:
        self._write("colors_instances", value)

    @property
    def reduces_motion(self) -> bool:
        """Nothing moves by itself, not even to show that work is under way."""
        return self._read("reduces_motion", _bool, False)

    @reduces_motion.setter
    def reduces_motion(self, value: bool) -> None:
        self._write("reduces_motion", value)

    @property
    def fill_opacity(self) -> float:
        """How strongly instances are filled, 0 to 1."""
        return self._read("fill_opacity", _within(0.0, 1.0), 0.25)

    @fill_opacity.setter
    def fill_opacity(self, value: float) -> None:
        self._write("fill_opacity", value)

    @property
    def simplification_tolerance(self) -> float:
        """How far a simplified outline may stray from the mask, in image pixels; 0 keeps every pixel edge."""
        return self._read("simplification_tolerance", _within(0.0, 20.0), USUAL_TOLERANCE)

    @simplification_tolerance.setter
    def simplification_tolerance(self, value: float) -> None:
        self._write("simplification_tolerance", value)

    @property
    def detection_threshold(self) -> float:
        """The least score of what is found of a concept, `LEAST_THRESHOLD` to 1."""
        return self._read("detection_threshold", _within(LEAST_THRESHOLD, 1.0), 0.5)

    @detection_threshold.setter
    def detection_threshold(self, value: float) -> None:
        self._write("detection_threshold", value)

    @property
    def sequence_count(self) -> int:
        """Through how many images instances are propagated at once, unless it is all that follow."""
        return int(self._read("sequence_count", _within(1, MOST_IMAGES), 10.0))

    @sequence_count.setter
    def sequence_count(self, value: int) -> None:
        self._write("sequence_count", value)

    @property
    def sequence_takes_all(self) -> bool:
        """Instances are propagated through all images that follow."""
        return self._read("sequence_takes_all", _bool, False)

    @sequence_takes_all.setter
    def sequence_takes_all(self, value: bool) -> None:
        self._write("sequence_takes_all", value)

    @property
    def brush_radius(self) -> int:
        """The size of the brush in image pixels; 0 is one that suits the image."""
        return int(self._read("brush_radius", _within(0, MAX_RADIUS), 0.0))

    @brush_radius.setter
    def brush_radius(self, value: int) -> None:
        self._write("brush_radius", value)

    @property
    def preview(self) -> PreviewMode:
        """Whether what a click would outline is shown under the cursor."""
        return self._read("preview", lambda value: PreviewMode(str(value)), PreviewMode.AUTO)

    @preview.setter
    def preview(self, value: PreviewMode) -> None:
        self._write("preview", str(value))

    @property
    def embedding_megabytes(self) -> int:
        """Memory for embeddings of images seen lately or coming next, on the model's device, in MiB."""
        return int(self._read("embedding_megabytes", _within(64, 1 << 20), 1024.0))

    @embedding_megabytes.setter
    def embedding_megabytes(self, value: int) -> None:
        self._write("embedding_megabytes", value)

    @property
    def embedding_host_megabytes(self) -> int:
        """Main memory for what embeddings of earlier images are restored from, in MiB."""
        return int(self._read("embedding_host_megabytes", _within(0, 1 << 20), 512.0))

    @embedding_host_megabytes.setter
    def embedding_host_megabytes(self, value: int) -> None:
        self._write("embedding_host_megabytes", value)

    @property
    def embedding_disk_gigabytes(self) -> int:
        """Disk for the same, also for another day, in GB; 0 means none."""
        return int(self._read("embedding_disk_gigabytes", _within(0, 100_000), 10.0))

    @embedding_disk_gigabytes.setter
    def embedding_disk_gigabytes(self, value: int) -> None:
        self._write("embedding_disk_gigabytes", value)

    @property
    def model(self) -> str:
        """The model to load, by its name in the catalogue."""
        return self._read("model", str, BUILTIN)

    @model.setter
    def model(self, value: str) -> None:
        self._write("model", value)

    @property
    def key_changes(self) -> dict[str, tuple[str, ...]]:
        """The keys of those actions whose keys the user has changed, by id, in Qt's portable words, not checked."""
        return self._read("key_changes", _key_changes, {})

    @key_changes.setter
    def key_changes(self, value: Mapping[str, tuple[str, ...]]) -> None:
        self._write("key_changes", json.dumps(dict(value), sort_keys=True))

    # --- what the program remembers ----------------------------------------------------------

    @property
    def window_geometry(self) -> QByteArray:
        """Where the window was (`QWidget.saveGeometry`); empty at first."""
        return self._read("window/geometry", _bytes, QByteArray())

    @window_geometry.setter
    def window_geometry(self, value: QByteArray) -> None:
        self._write("window/geometry", value)

    @property
    def window_layout(self) -> QByteArray:
        """Where its panels were (`QMainWindow.saveState`); empty at first."""
        return self._read("window/layout", _bytes, QByteArray())

    @window_layout.setter
    def window_layout(self, value: QByteArray) -> None:
        self._write("window/layout", value)

    @property
    def gallery_geometry(self) -> QByteArray:
        """Where the gallery was (`QWidget.saveGeometry`); empty at first."""
        return self._read("gallery/geometry", _bytes, QByteArray())

    @gallery_geometry.setter
    def gallery_geometry(self, value: QByteArray) -> None:
        self._write("gallery/geometry", value)

    @property
    def gallery_side(self) -> int:
        """What a thumbnail in the gallery measures, in device-independent pixels."""
        return int(self._read("gallery/side", _within(1, 1000), 144.0))

    @gallery_side.setter
    def gallery_side(self, value: int) -> None:
        self._write("gallery/side", value)

    @property
    def statistics_geometry(self) -> QByteArray:
        """Where the statistics were (`QWidget.saveGeometry`); empty at first."""
        return self._read("statistics/geometry", _bytes, QByteArray())

    @statistics_geometry.setter
    def statistics_geometry(self, value: QByteArray) -> None:
        self._write("statistics/geometry", value)

    @property
    def recent_projects(self) -> tuple[RecentProject, ...]:
        """Projects opened before, latest first; their files may be gone by now."""
        return self._read("recent_projects", _recent, ())

    def remember_project(self, project: RecentProject) -> None:
        """Put a project first among the recent ones."""
        others = [known for known in self.recent_projects if known.path != project.path]
        self._write_recent((project, *others))

    def forget_project(self, path: str) -> None:
        """Take a project off the recent ones."""
        self._write_recent(tuple(known for known in self.recent_projects if known.path != path))

    def _write_recent(self, projects: tuple[RecentProject, ...]) -> None:
        self._write("recent_projects", json.dumps([asdict(project) for project in projects[:MAX_RECENT]]))

    def _read(self, key: str, convert: Callable[[object], T], default: T) -> T:
        value = self._store.value(key)
        if value is None:
            return default
        try:
            return convert(value)
        except (TypeError, ValueError, KeyError):  # written by hand or by another version
            return default

    def _write(self, key: str, value: object) -> None:
        if self._store.value(key) != value:
            self._store.setValue(key, value)
            self.changed.emit(key)


def _bool(value: object) -> bool:
    # The INI format gives back words.
    return {"true": True, "false": False, "1": True, "0": False}[str(value).lower()]


def _bytes(value: object) -> QByteArray:
    if not isinstance(value, QByteArray):
        raise TypeError(f"Expected bytes; got {type(value).__name__}.")
    return value


def _text_size(value: object) -> float:
    return TEXT_SIZES[TEXT_SIZES.index(float(str(value)))]


def _within(low: float, high: float) -> Callable[[object], float]:
    def convert(value: object) -> float:
        number = float(str(value))
        if not low <= number <= high:
            raise ValueError(f"{number} is not within {low} and {high}.")
        return number

    return convert


def _key_changes(value: object) -> dict[str, tuple[str, ...]]:
    """Leave out only the entries that make no sense: each was chosen by itself."""
    entries = json.loads(str(value))
    if not isinstance(entries, dict):
        raise TypeError(f"Expected keys by action; got {type(entries).__name__}.")
    return {
        action_id: tuple(keys)
        for action_id, keys in entries.items()
        if isinstance(keys, list) and all(isinstance(key, str) for key in keys)
    }


def _recent(value: object) -> tuple[RecentProject, ...]:
    return tuple(
        RecentProject(str(row["path"]), int(row["done"]), int(row["total"]), str(row["thumbnail"]))
        for row in json.loads(str(value))
    )
