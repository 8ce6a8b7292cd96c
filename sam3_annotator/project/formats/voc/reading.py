"""Reads Pascal VOC: the development kit, a folder of XML files, or one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sam3_annotator.project.entities import Split
from sam3_annotator.project.errors import FormatError, ImageUnreadable
from sam3_annotator.project.file_access import is_there
from sam3_annotator.project.formats.files.sources import is_single_file, name_in, shown
from sam3_annotator.project.formats.files.text_files import read_text, readable
from sam3_annotator.project.formats.images.beside import ImagesBeside
from sam3_annotator.project.formats.plan import (
    ImportPlan,
    PlannedCategory,
    PlannedImage,
    with_problems,
)
from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.formats.splits import split_of_names
from sam3_annotator.project.formats.value_masks.names import ValueNames, find_value_names, planned_categories
from sam3_annotator.project.formats.voc.masks import planned_instance, read_masked_instances
from sam3_annotator.project.formats.voc.objects import VocAnnotation, read_annotation
from sam3_annotator.project.formats.voc.writing import ANNOTATIONS, CLASS_MASKS, IMAGES, LISTS, OBJECT_MASKS
from sam3_annotator.project.words import counted

_VOC_NAMES = (
    "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "diningtable", "dog",
    "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
)  # fmt: skip
_UNKNOWN = VocAnnotation("", 0, 0, (), (), counts_from_zero=False)


@dataclass(frozen=True, slots=True)
class _Place:
    """A data set: its folder, that of its XML files, and what is to be read, by stem below that folder.

    The file of a stem is None where there are masks only.
    """

    folder: Path
    annotations: Path
    files: dict[str, Path | None]


@dataclass(slots=True)
class _Findings:
    """What the user should know about."""

    problems: list[str] = field(default_factory=list)
    from_zero: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)


def read(path: Path) -> ImportPlan:
    """Read what is to be imported from VOC's folder (or one around it), a folder of XML files, or one XML file.

    An image that has masks in `SegmentationObject` and `SegmentationClass` gets its regions from them, their values
    named by `labelmap.txt` or `class_names.txt`, else as in VOC 2012; any other gets its boxes as rectangles. An image
    is known by the stem of its XML file, whatever the file says. Splits come from `ImageSets`, else from the names of
    folders. What is left out is told. Raises FormatError if that leaves nothing.
    """
    images: list[PlannedImage] = []
    categories: dict[str, PlannedCategory] = {}
    findings = _Findings()
    readers = [_PlaceReader(place, path, findings) for place in _places(path)]
    # One program has written them all: boxes at the border tell from where it counts.
    counts_from_zero = sum(reader.zeros for reader in readers) > sum(reader.ones for reader in readers)
    for reader in readers:
        images.extend(reader.read(counts_from_zero=counts_from_zero))
        for category in planned_categories(reader.names_told):
            categories.setdefault(category.name, category)
    used = {instance.category for image in images for instance in image.instances}
    for name in sorted(used):
        categories.setdefault(name, PlannedCategory(name))
    plan = ImportPlan("Pascal VOC", tuple(categories.values()), tuple(images), tuple(_warnings(findings)))
    return with_problems(plan, findings.problems, path)


def _warnings(findings: _Findings) -> Iterator[str]:
    if findings.from_zero:
        yield (
            f"{listed(findings.from_zero, 'file')} counting pixels from 0, as coordinates of 0 in them or in files "
            "beside them show, and read so."
        )
    if findings.parts:
        kinds = ", ".join(f"{count} {name}" for name, count in Counter(findings.parts).most_common(5))
        yield f"{counted(len(findings.parts), 'part')} of objects ({kinds}) left out; instances have no parts here."


def _places(path: Path) -> list[_Place]:
    if is_single_file(path, f"an XML file, or the folder that has {ANNOTATIONS}"):
        return [_Place(_base(path.parent), path.parent, {path.stem: path})]
    with readable(path):
        folders = [path, *_folders_in(path)]
        folders += [inner for folder in folders[1:] for inner in _folders_in(folder)]
        places = [_kit(folder) for folder in folders if _is_kit(folder)]
        if not places:
            places = [_loose(folder) for folder in folders if any(_xml_files(folder))]
    if not any(place.files for place in places):
        raise FormatError(
            f"The folder {path} has no XML file in it, nor in its folder {ANNOTATIONS}, nor masks in {OBJECT_MASKS}."
        )
    return places


def _folders_in(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if each.is_dir() and not each.name.startswith("."))


def _is_kit(folder: Path) -> bool:
    return any((folder / name).is_dir() for name in (ANNOTATIONS, OBJECT_MASKS))


def _kit(folder: Path) -> _Place:
    annotations = folder / ANNOTATIONS
    files: dict[str, Path | None] = {_stem(file, annotations): file for file in _xml_files(annotations, "**/*.xml")}
    masks = folder / OBJECT_MASKS
    for mask in shown(masks.glob("**/*.png")):
        files.setdefault(_stem(mask, masks), None)
    return _Place(folder, annotations, files)


def _loose(folder: Path) -> _Place:
    return _Place(_base(folder), folder, {file.stem: file for file in _xml_files(folder)})


def _base(annotations: Path) -> Path:
    return annotations.parent if annotations.name.lower() == ANNOTATIONS.lower() else annotations


def _xml_files(folder: Path, pattern: str = "*.xml") -> list[Path]:
    return shown(folder.glob(pattern))


def _stem(file: Path, folder: Path) -> str:
    return file.relative_to(folder).with_suffix("").as_posix()


class _PlaceReader:
    """Reads one data set; `names_told` are the names of values that a file beside the masks gives."""

    def __init__(self, place: _Place, source: Path, findings: _Findings) -> None:
        self._place = place
        self._source = source
        self._findings = findings
        self._splits = _read_splits(place.folder / LISTS, place.files)
        self._split_of_folder = split_of_names((place.annotations.name, place.folder.name))
        self._beside = ImagesBeside()
        self._image_folders = (*(place.folder / name for name in (IMAGES, "images")), place.folder, place.annotations)
        self.names_told = find_value_names((place.folder,))
        self._read = self._read_files()

    @property
    def zeros(self) -> int:
        """How many lefts and tops of boxes are 0."""
        return sum(annotation.zeros for annotation in self._read.values())

    @property
    def ones(self) -> int:
        """How many of them are 1."""
        return sum(annotation.ones for annotation in self._read.values())

    def read(self, *, counts_from_zero: bool) -> Iterator[PlannedImage]:
        if counts_from_zero:
            self._count_from_zero()
        self._note_findings()
        names = self._value_names(self._read.values())
        for stem, annotation in self._read.items():
            yield self._image(stem, annotation, names)

    def _read_files(self) -> dict[str, VocAnnotation]:
        annotations: dict[str, VocAnnotation] = {}
        for stem, file in self._place.files.items():
            annotation = _UNKNOWN
            if file is not None:
                try:
                    annotation = read_annotation(file, name_in(file, self._source))
                except FormatError as error:
                    self._findings.problems.append(str(error))
                    if self._masks(stem) is None:
                        continue
            annotations[stem] = annotation
        return annotations

    def _count_from_zero(self) -> None:
        """Read those again that do not show it themselves."""
        for stem, annotation in self._read.items():
            file = self._place.files[stem]
            if file is not None and annotation.objects and not annotation.counts_from_zero:
                self._read[stem] = read_annotation(file, name_in(file, self._source), counts_from_zero=True)

    def _note_findings(self) -> None:
        for stem, annotation in self._read.items():
            file = self._place.files[stem]
            self._findings.problems.extend(annotation.problems)
            self._findings.parts.extend(annotation.parts)
            if annotation.counts_from_zero and file is not None:
                self._findings.from_zero.append(name_in(file, self._source))

    def _value_names(self, annotations: Iterable[VocAnnotation]) -> ValueNames:
        """Return the names told, else those of VOC 2012 unless the objects have others."""
        if not self.names_told.is_empty:
            return self.names_told
        used = {each.name for annotation in annotations for each in annotation.objects if each}
        return ValueNames(dict(enumerate(_VOC_NAMES, start=1))) if used <= set(_VOC_NAMES) else ValueNames()

    def _masks(self, stem: str) -> tuple[Path, Path] | None:
        object_mask, class_mask = (self._place.folder / name / f"{stem}.png" for name in (OBJECT_MASKS, CLASS_MASKS))
        return (object_mask, class_mask) if is_there(object_mask) and is_there(class_mask) else None

    def _image(self, stem: str, annotation: VocAnnotation, names: ValueNames) -> PlannedImage:
        name = self._beside.name_of(stem, annotation.filename, self._image_folders)
        split = self._splits.get(stem, None if self._splits else self._split_of_folder)
        width, height = annotation.width, annotation.height
        instances = tuple(
            planned_instance(each.name, each.polygon or each.box, each)
            for each in annotation.objects
            if each is not None
        )
        masks, has_problems = self._masks(stem), False
        if masks is not None:
            try:
                masked = read_masked_instances(*masks, annotation.objects, names)
            except (FormatError, ImageUnreadable) as error:
                has_problems = True
                self._findings.problems.append(f"{error} The boxes of {name} were read instead.")
            else:
                instances, width, height = masked.instances, masked.width, masked.height
                has_problems = bool(masked.problems)
                self._findings.problems.extend(masked.problems)
        is_known_empty = annotation is not _UNKNOWN and not (annotation.objects or instances or has_problems)
        return PlannedImage(name, width, height, split, self._image_folders, instances, is_known_empty=is_known_empty)


def _read_splits(lists: Path, stems: Container[str]) -> dict[str, Split]:
    """Read the lists of images of the splits, those for boxes before those for masks."""
    splits: dict[str, Split] = {}
    for file in (lists / folder / f"{split}.txt" for folder in ("Main", "Segmentation") for split in Split):
        try:
            lines = read_text(file, file.name).splitlines()
        except FormatError:
            continue
        for line in lines:
            stem = _listed_stem(line, stems)
            if stem:
                splits.setdefault(stem, Split(file.stem))
    return splits


def _listed_stem(line: str, stems: Container[str]) -> str:
    """Return the image of a line: all of it, what is in quotes (names with spaces), or the first word."""
    if line in stems:
        return line
    line = line.strip()
    if line in stems:
        return line
    if line.startswith('"'):
        return line[1:].partition('"')[0]
    return line.split(maxsplit=1)[0] if line else ""
