"""CVAT for images 1.1: `annotations.xml`, and the images in `images/`."""

# CVAT finds images by their names. A polygon of CVAT has no holes, and one of its shapes is one polygon: parts are
# shapes of one group, and what has holes is a mask.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from sam3_annotator.project.entities import Category, Instance
from sam3_annotator.project.formats.cvat.reading import CROWD
from sam3_annotator.project.formats.cvat.shapes import mask_attributes
from sam3_annotator.project.formats.files.xml_files import without_controls
from sam3_annotator.project.formats.images.naming import nested_names
from sam3_annotator.project.formats.images.placing import place_image
from sam3_annotator.project.formats.images.selection import ChosenImage, Selection, choose_images
from sam3_annotator.project.formats.options import ExportOptions, ExportReport
from sam3_annotator.project.formats.rings.even_odd import fill_even_odd
from sam3_annotator.project.formats.rings.parts import join_regions
from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.formats.splits import ONE_SET
from sam3_annotator.project.geometry import clip_region
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.queries import crowd_counts
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.regions import Region, Ring
from sam3_annotator.project.runs import Runs, runs_in_box, runs_of_region

_NAME = Path("annotations.xml")
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n'
_UNFIT = "got signs in place of control characters, which XML cannot hold."
_CROWD_ATTRIBUTE = (
    f"<attribute><name>{CROWD}</name><mutable>False</mutable><input_type>checkbox</input_type>"
    "<default_value>false</default_value><values>false</values></attribute>"
)


@dataclass(slots=True)
class _Findings:
    """What was written, and what the user should know about, each as `image: category`."""

    crowds: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    instances: int = 0
    groups: int = 0


def write(store: ProjectReader, out: Path, options: ExportOptions, progress: Progress = no_progress) -> ExportReport:
    """Write the project to the folder `out`, which is there and empty.

    Without splits the file is that of a task of CVAT, with images in `images/`; with splits that of a project, whose
    subsets they are, with images in `images/train/`, .... Regions without holes become polygons, several of them a
    group; all others masks, and so does a region that its polygons would not give back to the pixel. Crowds have the
    attribute `is_crowd`.
    """
    selection = _nameable(choose_images(store, options, nested_names))
    findings = _Findings()
    notes: set[str] = set()
    with (out / _NAME).open("w", encoding="utf-8", newline="\n") as file:
        file.write(_HEAD)
        _write_meta(file, store, selection)
        for done, image in enumerate(selection.images):
            progress(done, len(selection.images))
            file.write(_image_element(image, done))
            for order, instance in enumerate(store.instances(image.record.id)):
                category = store.category(instance.category_id)
                file.writelines(_shape_elements(instance, category, order, image, findings))
            file.write("  </image>\n")
            notes.add(place_image(image, out / "images" / image.split, options.images))
        file.write("</annotations>\n")
    progress(len(selection.images), len(selection.images))
    warnings = [*selection.warnings, *sorted(note for note in notes if note), *_warnings(findings)]
    changed = [category.name for category in store.categories() if without_controls(category.name) != category.name]
    if changed:
        warnings.append(f"{listed([ascii(name) for name in changed], 'name')} of categories {_UNFIT}")
    return ExportReport(len(selection.images), findings.instances, (_NAME,), tuple(warnings))


def _nameable(selection: Selection) -> Selection:
    """Give images names that XML can hold, also to their copies."""
    images = tuple(replace(image, name=without_controls(image.name)) for image in selection.images)
    changed = [ascii(old.name) for old, new in zip(selection.images, images, strict=True) if old.name != new.name]
    warnings = (f"{listed(changed, 'name')} of images {_UNFIT}",) if changed else ()
    return Selection(images, (*selection.warnings, *warnings))


def _write_meta(file: TextIO, store: ProjectReader, selection: Selection) -> None:
    counts = {split: sum(image.split == split for image in selection.images) for split in selection.splits}
    is_project = selection.splits != (ONE_SET,)
    kind = "project" if is_project else "task"
    file.write(f"  <meta>\n    <{kind}>\n      <name>{_text(store.name)}</name>\n")
    if not is_project:
        file.write(f"      {_task_facts(len(selection.images))}\n")
    file.write("      <labels>\n")
    crowds = crowd_counts(store)
    file.writelines(_label(category, is_crowded=category.id in crowds) for category in store.categories())
    file.write("      </labels>\n")
    if is_project:
        subsets = "\n".join(counts)
        file.write(f"      <subsets>{subsets}</subsets>\n      <tasks>\n")
        for number, (split, count) in enumerate(counts.items(), start=1):
            name = _text(f"{store.name} {split}")
            facts = f"<id>{number}</id><name>{name}</name>{_task_facts(count)}<subset>{split}</subset>"
            file.write(f"        <task>{facts}</task>\n")
        file.write("      </tasks>\n")
    file.write(f"    </{kind}>\n  </meta>\n")


def _task_facts(size: int) -> str:
    return f"<size>{size}</size><mode>annotation</mode><overlap>0</overlap>"


def _label(category: Category, *, is_crowded: bool) -> str:
    attributes = f"<attributes>{_CROWD_ATTRIBUTE if is_crowded else ''}</attributes>"
    facts = f"<name>{_text(category.name)}</name><color>{category.color}</color><type>any</type>{attributes}"
    return f"        <label>{facts}</label>\n"


def _image_element(image: ChosenImage, number: int) -> str:
    facts = image.record.facts
    values = {"id": str(number), "name": image.name, "width": str(facts.width), "height": str(facts.height)}
    return f"  <image{_attributes(values | ({'subset': image.split} if image.split else {}))}>\n"


def _shape_elements(
    instance: Instance, category: Category, order: int, image: ChosenImage, findings: _Findings
) -> Iterator[str]:
    facts = image.record.facts
    runs = runs_of_region(instance.region, facts.height, facts.width)
    label = f"{image.record.path}: {category.name}"
    if runs.area == 0:
        findings.lost.append(label)
        return
    findings.instances += 1
    if instance.is_crowd:
        findings.crowds.append(label)
    values = {"label": without_controls(category.name), "occluded": "0", "z_order": str(order)}
    rings = _rings(clip_region(instance.region, facts.width, facts.height), runs)
    if len(rings) > 1:
        findings.groups += 1
        values["group_id"] = str(findings.groups)
    inside = f'<attribute name="{CROWD}">true</attribute>' if instance.is_crowd else ""
    shapes = [("polygon", {"points": _points(ring)}) for ring in rings] or [("mask", mask_attributes(runs))]
    for tag, area in shapes:
        yield f"    <{tag}{_attributes(values | area)}>{inside}</{tag}>\n"


def _rings(region: Region, runs: Runs) -> list[Ring]:
    """Return the polygons that stand for the region when they are read again, pixel by pixel; none if none can."""
    if region.has_holes:
        return []
    rings = [polygon.outer for polygon in region.polygons]
    box = (runs.x0, runs.y0, runs.x0 + runs.width, runs.y0 + runs.height)
    again = runs_in_box(join_regions(fill_even_odd(ring) for ring in rings), box)
    return rings if np.array_equal(again.ends, runs.ends) else []


def _points(ring: Ring) -> str:
    return ";".join(f"{_decimal(x)},{_decimal(y)}" for x, y in ring.tolist())


def _decimal(value: float) -> str:
    """Write a number with two decimals, as CVAT does, but with all it has if these are more."""
    short = f"{value:.2f}"
    return short if float(short) == value else repr(value)


def _attributes(values: dict[str, str]) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in values.items())


def _text(text: str) -> str:
    # A carriage return that is not escaped is read as a line feed.
    return escape(without_controls(text), {"\r": "&#13;"})


def _warnings(findings: _Findings) -> Sequence[str]:
    warnings = []
    if findings.crowds:
        warnings.append(
            f"{listed(findings.crowds, 'crowd')} marked by the attribute {CROWD}: CVAT keeps that only if the label "
            "has a checkbox of this name in its task, and else takes crowds for instances."
        )
    if findings.lost:
        warnings.append(f"{listed(findings.lost, 'instance')} left out: no pixel of the image is inside.")
    return warnings
