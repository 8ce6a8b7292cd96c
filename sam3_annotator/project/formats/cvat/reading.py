"""Reads “CVAT for images 1.1”: annotations.xml, the folder it lies in, or the archive as CVAT gives it."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO
from xml.etree.ElementTree import Element

from sam3_annotator.project.errors import FormatError
from sam3_annotator.project.formats.cvat.shapes import AREAS, region_of_element
from sam3_annotator.project.formats.files.xml_files import read_children
from sam3_annotator.project.formats.plan import ImportPlan, PlannedCategory, PlannedImage, PlannedInstance
from sam3_annotator.project.formats.rings.parts import join_regions
from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.formats.splits import split_of_names
from sam3_annotator.project.image_files import IMAGE_SUFFIXES
from sam3_annotator.project.regions import Region

CROWD = "is_crowd"
"""The attribute that marks a crowd, by the name that Datumaro, which CVAT converts with, gives it."""

_NAME = "annotations.xml"
_COLOR = re.compile("#[0-9a-f]{6}")
_WITHOUT_AREA = {
    "polyline": "polyline",
    "points": "point set",
    "skeleton": "skeleton",
    "cuboid": "cuboid",
    "tag": "image tag",
}


def read(path: Path) -> ImportPlan:
    """Read what is to be imported from an export of CVAT for images.

    Boxes (turned ones, too), polygons, masks and ellipses become instances, painted in the order of `z_order`; those
    of one `group_id` and label on one image, boxes apart, are one instance. Polylines, points, skeletons, cuboids,
    tags and attributes are left out and counted. Raises FormatError if nothing is left, or this is no such export.
    """
    source = _find_source(path)
    reader = _Reader(source)
    with source.opened() as stream:
        for element in read_children(stream, source.name, "annotations", "CVAT"):
            reader.take(element)
    plan = reader.plan()
    if plan.warnings and not any(image.instances for image in plan.images):
        raise FormatError(f"Nothing in {path.name} can be imported. {plan.warnings[0]}")
    return plan


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the annotations are: `file`, or `member` of the archive `file`; images lie below one of the `folders`."""

    file: Path
    folders: tuple[Path, ...]
    member: str = ""
    has_packed_images: bool = False

    @property
    def name(self) -> str:
        return f"{self.member} in {self.file.name}" if self.member else self.file.name

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        with ExitStack() as stack:
            with _told(self.file):
                if self.member:
                    archive = stack.enter_context(zipfile.ZipFile(self.file))
                    stream = stack.enter_context(archive.open(self.member))
                else:
                    stream = stack.enter_context(self.file.open("rb"))
            yield stream


def _find_source(path: Path) -> _Source:
    """Find the annotations. Raises FormatError if there are none, or it is not clear which are meant."""
    with _told(path):
        if path.is_dir():
            files = [*path.glob(_NAME)] or [*path.glob("*.xml")] or [*path.glob(f"*/{_NAME}")]
            file = path / _only([file.relative_to(path).as_posix() for file in files], path)
            return _Source(file, (file.parent,))
        if not path.is_file():
            raise FormatError(f"There is nothing at {path}; choose {_NAME}, its folder or the archive from CVAT.")
        if not zipfile.is_zipfile(path):
            return _Source(path, (path.parent,))
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    files_of_name = [name for name in names if name.rpartition("/")[2] == _NAME]
    member = _only(files_of_name or [name for name in names if name.lower().endswith(".xml")], path)
    has_images = any(PurePosixPath(name).suffix.lower() in IMAGE_SUFFIXES for name in names)
    # Many unpack an archive into a folder of its name.
    return _Source(path, (path.with_suffix(""), path.parent), member, has_images)


def _only(names: Sequence[str], path: Path) -> str:
    if not names:
        raise FormatError(f"{path} has no {_NAME} in it; choose what CVAT exported as “CVAT for images 1.1”.")
    if len(names) > 1:
        raise FormatError(f"{path} has {listed(sorted(names), 'XML file')} in it; choose one of them at a time.")
    return names[0]


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    except zipfile.BadZipFile as error:
        raise FormatError(f"The archive {file.name} is damaged; export it again.") from error
    except (RuntimeError, NotImplementedError) as error:
        raise FormatError(f"The archive {file.name} has a password or is of a rare kind; unpack it first.") from error
    except OSError as error:
        raise FormatError(f"{file} cannot be read ({error.strerror}); check its permissions.") from error


@dataclass(frozen=True, slots=True)
class _Shape:
    label: str
    region: Region
    z_order: int
    group: object
    """What shapes of one instance have in common."""
    is_crowd: bool


class _Reader:
    """Takes the elements of the file one by one; `warnings` collects what is left out."""

    def __init__(self, source: _Source) -> None:
        self._source = source
        self._warnings: list[str] = []
        self._subset = ""
        """The subset of a task, which its images are in without having it as an attribute."""
        self._categories: dict[str, PlannedCategory] = {}
        self._images: list[PlannedImage] = []
        self._left_out: Counter[str] = Counter()
        self._attributes: Counter[str] = Counter()

    def take(self, element: Element) -> None:
        if element.tag == "meta":
            self._subset = element.findtext("task/subset") or element.findtext("job/subset") or ""
            self._take_labels(element)
        elif element.tag == "track":
            raise FormatError(
                f"{self._source.name} is an export for video, whose tracks go through many images; "
                "in CVAT, export as “CVAT for images 1.1” instead."
            )
        elif element.tag == "image":
            self._take_image(element)

    def plan(self) -> ImportPlan:
        warnings = (*self._warnings, *self._counted())
        plan = ImportPlan("CVAT", tuple(self._categories.values()), tuple(self._images), warnings)
        if not self._source.has_packed_images:
            return plan
        why = f"unpack {self._source.file.name}, whose images cannot be used from inside it, and"
        return replace(plan, remedy=f"{why} {plan.remedy}")

    def _counted(self) -> Iterator[str]:
        for tag, count in self._left_out.items():
            noun = _WITHOUT_AREA.get(tag, f"<{tag[:40]}>")
            yield self._sentence(f"{_plural(count, noun)} left out, having no area.")
        if self._attributes:
            values = _plural(self._attributes.total(), "value")
            names = listed([name for name, _ in self._attributes.most_common()], "attribute")
            yield self._sentence(f"{values} of {names} left out; instances have no attributes here.")

    def _sentence(self, text: str) -> str:
        return f"{self._source.name}: {text}"

    def _take_labels(self, meta: Element) -> None:
        for label in meta.iter("label"):
            name = (label.findtext("name") or "").strip()
            if name and not label.findtext("parent"):  # which labels of the points of a skeleton have
                color = (label.findtext("color") or "").strip().lower()
                known = color if _COLOR.fullmatch(color) else None
                self._categories.setdefault(name, PlannedCategory(name, color=known))

    def _take_image(self, element: Element) -> None:
        name = element.get("name", "").strip().replace("\\", "/")
        if not name:
            number = len(self._images) + 1
            self._warnings.append(self._sentence(f"image {element.get('id') or number} has no name; it was left out."))
            return
        width, height = _size(element.get("width")), _size(element.get("height"))
        subset = element.get("subset", "")
        shapes = list(self._read_shapes(element, name, width, height))
        split = split_of_names((subset, self._subset, self._source.file.stem))
        folders = tuple(_image_folders(self._source.folders, subset))
        self._images.append(PlannedImage(name, width, height, split, folders, tuple(_instances(shapes))))

    def _read_shapes(self, image: Element, name: str, width: int, height: int) -> Iterator[_Shape]:
        for number, element in enumerate(image, start=1):
            if element.tag not in AREAS:
                self._left_out[element.tag] += 1
                continue
            try:
                yield self._read_shape(element, number, width, height)
            except ValueError as error:
                self._warnings.append(self._sentence(f"{element.tag} {number} of {name} {error}, so it was left out."))

    def _read_shape(self, element: Element, number: int, width: int, height: int) -> _Shape:
        label = element.get("label", "").strip()
        if not label:
            raise ValueError("has no label")
        region = region_of_element(element, width, height)
        attributes = {child.get("name", ""): (child.text or "").strip() for child in element.iter("attribute")}
        is_crowd = attributes.pop(CROWD, "").lower() in {"true", "1"}
        self._attributes.update(attributes.keys())
        self._categories.setdefault(label, PlannedCategory(label))
        group = element.get("group_id", "0").strip()
        # A box in a group goes around others, or is an object of its own.
        is_alone = group in {"", "0"} or element.tag == "box"
        return _Shape(label, region, _order(element.get("z_order")), number if is_alone else (group, label), is_crowd)


def _instances(shapes: Sequence[_Shape]) -> Iterator[PlannedInstance]:
    """Put groups together, each in the place of its lowest shape."""
    groups: dict[object, list[_Shape]] = {}
    for shape in sorted(shapes, key=lambda shape: shape.z_order):
        groups.setdefault(shape.group, []).append(shape)
    for group in groups.values():
        region = group[0].region if len(group) == 1 else join_regions(shape.region for shape in group)
        yield PlannedInstance(group[0].label, region, any(shape.is_crowd for shape in group))


def _image_folders(bases: Sequence[Path], subset: str) -> Iterator[Path]:
    """Give the folders that images may lie in: CVAT writes `images`, for a project `images/SUBSET`."""
    for base in bases:
        if subset:
            yield base / "images" / subset
            yield base / subset
        yield base / "images"
        yield base


def _size(text: str | None) -> int:
    try:
        size = float(text or 0)
    except ValueError:
        return 0
    return int(size) if 0 < size < 1e7 else 0


def _order(text: str | None) -> int:
    try:
        return int(text or 0)
    except ValueError:
        return 0


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' if count != 1 else ''}"
