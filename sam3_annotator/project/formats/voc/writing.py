"""Pascal VOC: `Annotations/*.xml` with boxes, masks as palette PNGs, and lists of images by split."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np

from sam3_annotator.project.entities import Category, CategoryId, Instance, Split
from sam3_annotator.project.formats.exporting import EXPORT_INFO, Export
from sam3_annotator.project.formats.files.text_files import write_text
from sam3_annotator.project.formats.files.xml_files import unfit_warnings, without_controls
from sam3_annotator.project.formats.images.naming import flat_names
from sam3_annotator.project.formats.images.selection import ChosenImage
from sam3_annotator.project.formats.options import ExportOptions, ExportReport
from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.formats.value_masks.colors import VOID, Palette, voc_colormap
from sam3_annotator.project.formats.value_masks.files import write_palette_mask
from sam3_annotator.project.formats.value_masks.painting import Covered, paint
from sam3_annotator.project.formats.voc.attributes import named_values, object_elements
from sam3_annotator.project.formats.voc.objects import ORIGIN, in_one_line
from sam3_annotator.project.formats.xml_attributes import AttributesChanged
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.runs import Runs

ANNOTATIONS, IMAGES, LISTS = "Annotations", "JPEGImages", "ImageSets"
OBJECT_MASKS, CLASS_MASKS = "SegmentationObject", "SegmentationClass"
BACKGROUND = "background"

_MOST = VOID - 1


@dataclass(slots=True)
class _Findings:
    """What the user should know about, instances each as `image: category`."""

    covered: Covered = field(default_factory=Covered)
    crowds: list[str] = field(default_factory=list)
    changed: AttributesChanged = field(default_factory=AttributesChanged)
    unpainted: list[str] = field(default_factory=list)
    instances: int = 0


def write(store: ProjectReader, out: Path, options: ExportOptions, progress: Progress = no_progress) -> ExportReport:
    """Write the project to the folder `out`, which is there and empty, as the development kit of VOC lays it out.

    Boxes are those of an instance's own pixels, in whole numbers counted from 1, the last pixel included. The n-th
    object of an XML file has the value n in `SegmentationObject`, where later instances lie over earlier ones; values
    go up to 254, and what comes after has its box only. `labelmap.txt` names the values of `SegmentationClass` as CVAT
    and Datumaro read them. `ImageSets` lists train and val, both as trainval, and test; without splits there is only
    trainval, with all images. Crowds are `difficult`, which evaluation leaves out as that of COCO does with crowds,
    and have the attribute `is_crowd`, by which they come back. Other attributes are elements where VOC has some, and
    below `attributes` as Datumaro has them.
    File names are flat and their stems different, since the stem leads to the labels.
    """
    export = Export(store, out, options, progress, flat_names)
    numbers = {category.id: number for number, category in enumerate(store.categories(), start=1)}
    palette = voc_colormap()
    findings = _Findings()
    files: list[Path] = []
    for image in export.images():
        files.extend(_write_labels(export, image, numbers, palette, findings))
        export.place(image, Path(IMAGES))
    files.extend(_write_lists(export.selection.images, out))
    files.append(_write_labelmap(store.categories(), out, palette))
    names = _name_warnings(export.selection.images, store.categories())
    return export.report(findings.instances, files, [*_warnings(findings), *names])


def _write_labels(
    export: Export, image: ChosenImage, numbers: dict[CategoryId, int], palette: Palette, findings: _Findings
) -> Iterator[Path]:
    instances = list(export.instances(image))
    findings.instances += len(instances)
    root = _annotation(image)
    for instance, label, runs in instances:
        _add_object(root, in_one_line(export.store.category(instance.category_id).name), instance, runs, image)
        findings.changed.note(instance.attributes)
        if instance.is_crowd:
            findings.crowds.append(label)
    of_values = np.array([0, *(numbers[instance.category_id] for instance, _, _ in instances[:_MOST])], dtype=np.int32)
    fits = (of_values[1:] <= _MOST).tolist()
    shown = [runs if fit else None for fit, (_, _, runs) in zip(fits, instances, strict=False)]
    painted = paint(shown, image.height, image.width)
    for number, (_, label, runs) in enumerate(instances, start=1):
        if number <= _MOST and fits[number - 1]:
            findings.covered.note(label, runs.area, int(painted.visible[number]))
        else:
            findings.unpainted.append(label)
    annotation = Path(ANNOTATIONS, f"{image.stem}.xml")
    _write_xml(root, export.out / annotation)
    yield annotation
    for folder, values in ((OBJECT_MASKS, painted.values), (CLASS_MASKS, of_values[painted.values])):
        mask = Path(folder, f"{image.stem}.png")
        write_palette_mask(export.out / mask, values, palette)
        yield mask


def _annotation(image: ChosenImage) -> ET.Element:
    root = ET.Element("annotation")
    _add_text(root, "folder", IMAGES)
    _add_text(root, "filename", image.name)
    source = ET.SubElement(root, "source")
    _add_text(source, "database", "Unknown")
    _add_text(source, ORIGIN.rpartition("/")[2], EXPORT_INFO["description"])
    size = ET.SubElement(root, "size")
    for tag, value in (("width", image.width), ("height", image.height), ("depth", 3)):
        _add_text(size, tag, value)
    _add_text(root, "segmented", 1)
    return root


def _add_object(root: ET.Element, name: str, instance: Instance, runs: Runs, image: ChosenImage) -> None:
    x, y, box_width, box_height = runs.box_xywh
    right, bottom = x + box_width, y + box_height
    element = ET.SubElement(root, "object")
    _add_text(element, "name", name)
    is_at_border = x == 0 or y == 0 or right == image.width or bottom == image.height
    said, is_crowd = instance.attributes, instance.is_crowd
    for tag, value in object_elements(said, is_crowd=is_crowd, is_at_border=is_at_border).items():
        _add_text(element, tag, value)
    box = ET.SubElement(element, "bndbox")
    for corner, number in (("xmin", x + 1), ("ymin", y + 1), ("xmax", right), ("ymax", bottom)):
        _add_text(box, corner, number)
    values = named_values(said, is_crowd=is_crowd)
    attributes = ET.SubElement(element, "attributes") if values else element
    for key, value in values.items():
        attribute = ET.SubElement(attributes, "attribute")
        _add_text(attribute, "name", key)
        _add_text(attribute, "value", value)


def _add_text(parent: ET.Element, tag: str, text: object) -> None:
    ET.SubElement(parent, tag).text = without_controls(str(text))


def _write_xml(root: ET.Element, file: Path) -> None:
    """Write ASCII, other characters as references, which any parser reads: programs open files as the system does.

    So is a carriage return, which parsers would make a line feed.
    """
    ET.indent(root)
    file.parent.mkdir(parents=True, exist_ok=True)
    content = ET.tostring(root, encoding="us-ascii", xml_declaration=False)
    file.write_bytes(content.replace(b"\r", b"&#13;") + b"\n")


def _write_lists(images: Sequence[ChosenImage], out: Path) -> Iterator[Path]:
    lists: dict[str, list[str]] = {}
    for image in images:
        if image.split:
            lists.setdefault(image.split, []).append(image.stem)
        if image.split != Split.TEST:
            lists.setdefault("trainval", []).append(image.stem)
    for folder in ("Main", "Segmentation"):
        for name, stems in lists.items():
            yield _write_lines(Path(LISTS, folder, f"{name}.txt"), stems, out)


def _write_labelmap(categories: Sequence[Category], out: Path, palette: Palette) -> Path:
    names = [BACKGROUND, *(in_one_line(category.name) for category in categories)][: _MOST + 1]
    lines = [f"{name}:{r},{g},{b}::" for name, (r, g, b) in zip(names, palette.tolist(), strict=False)]
    return _write_lines(Path("labelmap.txt"), ["# label:color_rgb:parts:actions", *lines], out)


def _write_lines(name: Path, lines: Sequence[str], out: Path) -> Path:
    write_text(out / name, "".join(f"{line}\n" for line in lines))
    return name


def _warnings(findings: _Findings) -> Iterator[str]:
    if findings.crowds:
        yield f"{listed(findings.crowds, 'crowd')} marked as difficult, which VOC has for crowds."
    if findings.unpainted:
        yield (
            f"{listed(findings.unpainted, 'instance')} with a box but no mask: "
            f"VOC's masks hold {_MOST} categories and {_MOST} instances of an image."
        )
    yield from findings.covered.warnings()
    yield from findings.changed.sentences()


def _name_warnings(images: Sequence[ChosenImage], categories: Sequence[Category]) -> Iterator[str]:
    spaced = [image.name for image in images if " " in image.name]
    if spaced:
        yield f"{listed(spaced, 'image')} with a space in the name, where CVAT and some other programs see its end."
    broken = [ascii(category.name) for category in categories if len(category.name.splitlines()) > 1]
    if broken:
        yield f"{listed(broken, 'category')} with a line break in the name, written as a space."
    yield from unfit_warnings((image.name for image in images), "image")
    yield from unfit_warnings((" ".join(category.name.splitlines()) for category in categories), "category")
    odd = [c.name for c in categories if ":" in c.name or c.name.startswith("#") or c.name == BACKGROUND]
    if odd:
        yield (
            f"{listed(odd, 'name')} that CVAT and Datumaro misread in labelmap.txt, because of the “:”, the “#” in "
            f"front, or “{BACKGROUND}”, which is what no category covers; rename them for those programs."
        )
