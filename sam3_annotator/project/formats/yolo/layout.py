"""Where a YOLO dataset keeps its images and labels, in any of the layouts that are around."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath, PurePosixPath

from sam3_annotator.project.entities import Split
from sam3_annotator.project.errors import FormatError
from sam3_annotator.project.file_access import is_there
from sam3_annotator.project.formats.files.sources import is_single_file, name_in
from sam3_annotator.project.formats.files.text_files import read_text
from sam3_annotator.project.formats.images.matching import ANY_SUFFIX
from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.formats.splits import SPLIT_WORDS, split_of_folders
from sam3_annotator.project.formats.yolo.data_file import DataFile, data_files_in, read_data_file, read_names
from sam3_annotator.project.formats.yolo.label_files import IMAGES, LABELS, LabelFiles, label_folder, swapped
from sam3_annotator.project.image_files import IMAGE_SUFFIXES, list_image_files
from sam3_annotator.project.image_paths import absolute_path

_DATA_SUFFIXES = frozenset({".yaml", ".yml"})
_NAME_FILES = ("classes.txt", "obj.names", "*.names", "_darknet.labels")
_LIST_FILES = ("train.txt", "val.txt", "valid.txt", "test.txt")
_NO_LABELS = frozenset({"classes.txt", "readme.txt", "readme.dataset.txt", "readme.roboflow.txt"})


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """An image by its name in `folder`, and its labels; None if it has no such file.

    The name has `/` and ends in `ANY_SUFFIX` if only the labels are there.
    """

    name: str
    folder: Path
    labels: Path | None
    split: Split | None


@dataclass(frozen=True, slots=True)
class Layout:
    """The folder of a dataset, names of its classes by number, how many keypoint values a row has, and the images."""

    folder: Path
    names: dict[int, str]
    keypoint_values: int
    images: tuple[LabelledImage, ...]
    warnings: tuple[str, ...]


def find_layout(source: Path) -> Layout:
    """Find what belongs to a dataset, given its data file, its folder, or a folder of labels or images in it.

    As Ultralytics has it, labels lie where `labels` takes the place of the last `images` in the path of an image; else
    they lie beside it. An image for training and for something else has no split: so is written that there are none.
    Raises FormatError if there are no labels, and ImageUnreadable if a folder cannot be listed.
    """
    source = absolute_path(source)
    if is_single_file(source, "a data.yaml or the folder of a dataset"):
        if not _only_names_classes(source):
            return _layout_of_file(source)
        source = source.parent
    files = data_files_in(source) or sorted(source.glob("*/data.yaml"))
    if len(files) > 1:
        names = listed([name_in(file, source) for file in files], "data file")
        raise FormatError(f"The folder {source} has {names}; choose one of them.")
    if files and read_data_file(files[0]).parts:
        return _layout_of_file(files[0])
    homes = _homes(source)
    data = replace(_data_of(homes), parts=_lists_in(source), path="")
    finder = _Finder([homes[-1]], data)
    if not data.parts:
        for folder in _image_folders(source):
            finder.add_folder(folder)
    return finder.layout(source.name)


def _only_names_classes(file: Path) -> bool:
    """Tell whether a data file says nothing of where images are, as supervision writes it: the folder has them."""
    if file.suffix.lower() not in _DATA_SUFFIXES:
        return False
    data = read_data_file(file)
    return bool(data.names) and not data.parts


def _layout_of_file(file: Path) -> Layout:
    if file.suffix.lower() not in _DATA_SUFFIXES:
        raise FormatError(f"{file.name} is no data.yaml; choose that, or the folder of the dataset.")
    data = read_data_file(file)
    if not data.names:
        data = replace(data, names=_data_of([file.parent]).names)
    start = absolute_path(file.parent / data.path.replace("\\", "/"))
    return _Finder(list(dict.fromkeys([start, file.parent])), data).layout(file.name)


def _homes(source: Path) -> list[Path]:
    """Return the folders that the names of a folder of labels may lie in; the last is that of the dataset."""
    homes = [source]
    for folder in (source, *source.parents[:2]):
        is_part = split_of_folders([folder.name]) is not None and _has_names(folder.parent)
        if folder.name in (IMAGES, LABELS) or is_part:
            homes = [source, *source.parents]
            homes = homes[: homes.index(folder.parent) + 1]
    return homes


def _has_names(folder: Path) -> bool:
    return bool(data_files_in(folder) or _name_files_in(folder))


def _name_files_in(folder: Path) -> list[Path]:
    places = (folder, folder / LABELS)
    return [file for place in places for name in _NAME_FILES for file in sorted(place.glob(name))]


def _data_of(homes: Sequence[Path]) -> DataFile:
    """Read the nearest data file or file of names."""
    for folder in homes:
        if files := data_files_in(folder):
            data = read_data_file(files[0])
            if data.names:
                return data
        if files := _name_files_in(folder):
            return DataFile(read_names(files[0]))
    return DataFile()


def _lists_in(folder: Path) -> dict[Split, tuple[str, ...]]:
    """Return the lists of images that Darknet has beside its folder of images and labels."""
    files = [folder / name for name in _LIST_FILES if is_there(folder / name)]
    return {SPLIT_WORDS[file.stem]: (file.name,) for file in files if _image_paths(file)}


def _image_paths(file: Path) -> list[str]:
    try:
        lines = [line.strip() for line in read_text(file, file.name).splitlines()]
    except FormatError:
        return []
    return [line for line in lines if PurePosixPath(line.replace("\\", "/")).suffix.lower() in IMAGE_SUFFIXES]


def _image_folders(source: Path) -> list[Path]:
    """Return the folders of images that folders of labels in `source` belong to, else what it is itself."""
    labels = [folder for pattern in (LABELS, f"*/{LABELS}") for folder in sorted(source.glob(pattern))]
    folders = [folder.with_name(IMAGES) for folder in labels if folder.is_dir()]
    images = swapped(source, LABELS, IMAGES)
    return folders or [images if images is not None and images.is_dir() else source]


def _label_files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if not name.lower().endswith(".txt") or name.startswith(".") or name.lower() in _NO_LABELS:
                continue
            if name not in _LIST_FILES or not _image_paths(Path(parent, name)):
                yield Path(parent, name)


class _Finder:
    """Collects images; `bases` are folders that paths start from, the folder of the dataset last."""

    def __init__(self, bases: Sequence[Path], data: DataFile) -> None:
        self._bases = bases
        self._data = data
        self._images: dict[Path, LabelledImage] = {}
        self._splits: dict[Path, set[Split | None]] = {}
        self._label_files = LabelFiles()
        self._used: set[Path] = set()
        self._missing: list[str] = []

    def layout(self, told_as: str) -> Layout:
        """Return what was found, that of the data file included; `told_as` is what the user chose."""
        for split, entries in self._data.parts.items():
            for entry in entries:
                self._add_entry(entry, split)
        if not self._used:
            raise FormatError(f"{told_as} leads to no labels (.txt); choose a data.yaml or the folder of a dataset.")
        warnings = []
        if self._missing:
            warnings.append(f"{told_as} names {listed(self._missing, 'place')} where nothing is, which was left out.")
        images = tuple(replace(image, split=_one_split(self._splits[key])) for key, image in self._images.items())
        return Layout(self._bases[-1], self._data.names, self._data.keypoint_values, images, tuple(warnings))

    def add_folder(self, folder: Path, split: Split | None = None) -> None:
        """Add a folder of images with labels, and labels without an image; without a `split` the path tells it."""
        for image in list_image_files(folder) if folder.is_dir() else ():
            self._add(image, self._label_files.of(image), split)
        for labels in _label_files(label_folder(folder)):
            # Labels without an image may stand for themselves in several splits.
            if labels not in self._used or labels in self._images:
                self._add(labels, labels, split)

    def _add_entry(self, entry: str, split: Split) -> None:
        place = self._located(entry, self._bases)
        if place is None:
            self._missing.append(entry)
        elif place.is_dir() or label_folder(place).is_dir():
            self.add_folder(place, split)
        elif place.suffix.lower() in IMAGE_SUFFIXES:
            self._add(place, self._label_files.of(place), split)
        else:
            for line in _image_paths(place):
                image = self._located(line, [place.parent, *self._bases])
                self._add(image or self._bases[-1] / _tail(line), self._label_files.of(image) if image else None, split)

    def _located(self, entry: str, bases: Sequence[Path]) -> Path | None:
        """Return where a path leads to: as it is written, else the longest end of it that leads somewhere.

        So are datasets found that were moved, and those whose paths start one folder too high.
        """
        parts = _tail(entry).parts
        ends = [PurePath(entry.replace("\\", "/")), *(PurePath(*parts[i:]) for i in range(len(parts)))]
        places = (absolute_path(base / end) for end in ends for base in bases)
        return next(filter(self._leads_somewhere, places), None)

    def _leads_somewhere(self, place: Path) -> bool:
        try:
            return place.exists() or label_folder(place).is_dir() or self._label_files.of(place) is not None
        except (OSError, ValueError):  # no name of a file on this system
            return False

    def _add(self, key: Path, labels: Path | None, split: Split | None) -> None:
        base = next((base for base in self._bases if key.is_relative_to(base)), Path(key.anchor))
        name = key.relative_to(base)
        if key == labels:  # no image there
            name = (swapped(name, LABELS, IMAGES) or name).with_suffix(ANY_SUFFIX)
        if split is None:
            split = split_of_folders(name.parts[:-1])
        self._images.setdefault(key, LabelledImage(name.as_posix(), base, labels, None))
        self._splits.setdefault(key, set()).add(split)
        if labels is not None:
            self._used.add(labels)


def _one_split(splits: set[Split | None]) -> Split | None:
    """Return the split of an image that is in several: validation goes before test, nothing goes with training."""
    if len(splits) == 1:
        return next(iter(splits))
    return None if Split.TRAIN in splits else Split.VAL


def _tail(entry: str) -> PurePosixPath:
    """Return a path of any system without its root and without `.` and `..`."""
    parts = PurePosixPath(entry.replace("\\", "/")).parts
    return PurePosixPath(*(part for part in parts if part not in ("/", "//", ".", "..") and not part.endswith(":")))
