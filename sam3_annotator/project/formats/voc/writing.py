"""Pascal VOC: `Annotations/*.xml` with boxes, masks as palette PNGs, and lists of images by split."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as ET

import numpy as np

from sam3_annotator.project.entities import Category, CategoryId, Instance, Split
from sam3_annotator.project.formats.files.xml_files import without_controls
from sam3_annotator.project.formats.images.naming import flat_names
from sam3_annotator.project.formats.images.placing import place_image
from sam3_annotator.project.formats.images.selection import ChosenImage, choose_images, label_of, renaming_warnings
from sam3_annotator.project.formats.options import ExportOptions, ExportReport
from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.formats.value_masks.colors import VOID, Palette, voc_colormap
from sam3_annotator.project.formats.value_masks.files import write_palette_mask
from sam3_annotator.project.formats.value_masks.painting import Covered, paint
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.runs import Runs, runs_of_region

ANNOTATIONS, IMAGES, LISTS = "Annotations", "JPEGImages", "ImageSets"
OBJECT_MASKS, CLASS_MASKS = "SegmentationObject", "SegmentationClass"
BACKGROUND = "background"

_MOST = VOID - 1


@dataclass(slots=True)
class _Findings:
    """What the user should know about, instances each as `image: category`."""

    covered: Covered = field(default_factory=Covered)
    crowds: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    unpainted: list[str] = field(default_factory=list)
    notes: set[str] = field(default_factory=set)
    instances: int = 0


def write(store: ProjectReader, out: Path, options: ExportOptions, progress: Progress = no_progress) -> ExportReport:
    """Write the project to the folder `out`, which is there and empty, as the development kit of VOC lays it out.

    Boxes are those of an instance's own pixels, in whole numbers counted from 1, the last pixel included. The n-th
    object of an XML file has the value n in `SegmentationObject`, where later instances lie over earlier ones; values
    go up to 254, and what comes after has its box only. `labelmap.txt` names the values of `SegmentationClass` as CVAT
    and Datumaro read them. `ImageSets` lists train and val, both as trainval, and test; without splits there is only
    trainval, with all images. Crowds are `difficult`, which evaluation leaves out as that of COCO does with crowds.
    File names are flat and their stems different, since the stem leads to the labels.
    """
    selection = choose_images(store, options, flat_names)
    numbers = {category.id: number for number, category in enumerate(store.categories(), start=1)}
    palette = voc_colormap()
    findings = _Findings()
    files: list[Path] = []
    for done, image in enumerate(selection.images):
        progress(done, len(selection.images))
        files.extend(_write_labels(store, image, out, numbers, palette, findings))
        findings.notes.add(place_image(image, out / IMAGES, options.images))
    progress(len(selection.images), len(selection.images))
    files.extend(_write_lists(selection.images, out))
    files.append(_write_labelmap(store.categories(), out, palette))
    warnings = [*selection.warnings, *sorted(note for note in findings.notes if note)]
    warnings.extend(_warnings(findings))
    warnings.extend(_name_warnings(selection.images, store.categories()))
    return ExportReport(len(selection.images), findings.instances, tuple(files), tuple(warnings))


def _write_labels(
    store: ProjectReader,
    image: ChosenImage,
    out: Path,
    numbers: dict[CategoryId, int],
    palette: Palette,
    findings: _Findings,
) -> Iterator[Path]:
    facts = image.record.facts
    instances: list[tuple[Instance, Runs]] = []
    for instance in store.instances(image.record.id):
        runs = runs_of_region(instance.region, facts.height, facts.width)
        if runs.area:
            instances.append((instance, runs))
        else:
            findings.lost.append(label_of(store, image, instance))
    findings.instances += len(instances)
    root = _annotation(image)
    for instance, runs in instances:
        _add_object(root, store.category(instance.category_id).name, instance, runs, image)
        if instance.is_crowd:
            findings.crowds.append(label_of(store, image, instance))
    of_values = np.array([0, *(numbers[instance.category_id] for instance, _ in instances[:_MOST])])
    fits = (of_values[1:] <= _MOST).tolist()
    painted = paint([runs if fit else None for fit, (_, runs) in zip(fits, instances, strict=False)], *_size(image))
    for number, (instance, runs) in enumerate(instances, start=1):
        label = label_of(store, image, instance)
        if number <= _MOST and fits[number - 1]:
            findings.covered.note(label, runs.area, int(painted.visible[number]))
        else:
            findings.unpainted.append(label)
    stem = PurePosixPath(image.name).stem
    annotation = Path(ANNOTATIONS, f"{stem}.xml")
    _write_xml(root, out / annotation)
    yield annotation
    for folder, values in ((OBJECT_MASKS, painted.values), (CLASS_MASKS, of_values[painted.values])):
        mask = Path(folder, f"{stem}.png")
        write_palette_mask(out / mask, values, palette)
        yield mask


def _size(image: ChosenImage) -> tuple[int, int]:
    return image.record.facts.height, image.record.facts.width


def _annotation(image: ChosenImage) -> ET.Element:
    root = ET.Element("annotation")
    _add_text(root, "folder", IMAGES)
    _add_text(root, "filename", image.name)
    _add_text(ET.SubElement(root, "source"), "database", "Unknown")
    size = ET.SubElement(root, "size")
    height, width = _size(image)
    for tag, value in (("width", width), ("height", height), ("depth", 3)):
        _add_text(size, tag, value)
    _add_text(root, "segmented", 1)
    return root


def _add_object(root: ET.Element, name: str, instance: Instance, runs: Runs, image: ChosenImage) -> None:
    height, width = _size(image)
    x, y, box_width, box_height = runs.box_xywh
    right, bottom = x + box_width, y + box_height
    element = ET.SubElement(root, "object")
    _add_text(element, "name", name)
    _add_text(element, "pose", "Unspecified")
    _add_text(element, "truncated", int(x == 0 or y == 0 or right == width or bottom == height))
    _add_text(element, "difficult", int(instance.is_crowd))
    box = ET.SubElement(element, "bndbox")
    for tag, value in (("xmin", x + 1), ("ymin", y + 1), ("xmax", right), ("ymax", bottom)):
        _add_text(box, tag, value)


def _add_text(parent: ET.Element, tag: str, text: object) -> None:
    ET.SubElement(parent, tag).text = without_controls(str(text))


def _write_xml(root: ET.Element, file: Path) -> None:
    """Write ASCII, other characters as references, which any parser reads: programs open files as the system does."""
    ET.indent(root)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(ET.tostring(root, encoding="us-ascii", xml_declaration=False) + b"\n")


def _write_lists(images: Sequence[ChosenImage], out: Path) -> Iterator[Path]:
    lists: dict[str, list[str]] = {}
    for image in images:
        stem = PurePosixPath(image.name).stem
        if image.split:
            lists.setdefault(image.split, []).append(stem)
        if image.split != Split.TEST:
            lists.setdefault("trainval", []).append(stem)
    for folder in ("Main", "Segmentation"):
        for name, stems in lists.items():
            yield _write_lines(Path(LISTS, folder, f"{name}.txt"), stems, out)


def _write_labelmap(categories: Sequence[Category], out: Path, palette: Palette) -> Path:
    names = [BACKGROUND, *(category.name for category in categories)][: _MOST + 1]
    lines = [f"{name}:{r},{g},{b}::" for name, (r, g, b) in zip(names, palette.tolist(), strict=False)]
    return _write_lines(Path("labelmap.txt"), ["# label:color_rgb:parts:actions", *lines], out)


def _write_lines(name: Path, lines: Sequence[str], out: Path) -> Path:
    (out / name).parent.mkdir(parents=True, exist_ok=True)
    (out / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    return name


def _warnings(findings: _Findings) -> Iterator[str]:
    if findings.lost:
        yield f"{listed(findings.lost, 'instance')} left out: no pixel of the image is inside."
    if findings.crowds:
        yield f"{listed(findings.crowds, 'crowd')} marked as difficult: VOC knows no crowds."
    if findings.unpainted:
        yield (
            f"{listed(findings.unpainted, 'instance')} with a box but no mask: "
            f"VOC's masks hold {_MOST} categories and {_MOST} instances of an image."
        )
    yield from findings.covered.warnings()


def _name_warnings(images: Sequence[ChosenImage], categories: Sequence[Category]) -> Iterator[str]:
    yield from renaming_warnings(images)
    spaced = [image.name for image in images if " " in image.name]
    if spaced:
        yield f"{listed(spaced, 'image')} with a space in the name, where CVAT and some other programs see its end."
    odd = [c.name for c in categories if ":" in c.name or c.name.startswith("#") or c.name == BACKGROUND]
    if odd:
        yield (
            f"{listed(odd, 'name')} that CVAT and Datumaro misread in labelmap.txt, because of the “:”, the “#” in "
            f"front, or “{BACKGROUND}”, which is what no category covers; rename them for those programs."
        )
