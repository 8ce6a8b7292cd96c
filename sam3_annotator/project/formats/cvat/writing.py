"""CVAT for images 1.1: `annotations.xml`, and the images in `images/`."""

# CVAT finds images by their names. A polygon of CVAT has no holes, and one of its shapes is one polygon: parts are
# shapes of one group, and what has holes is a mask.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TextIO

import numpy as np

from sam3_annotator.project.entities import Instance
from sam3_annotator.project.formats.cvat.labels import OCCLUDED, label_element
from sam3_annotator.project.formats.cvat.shapes import mask_attributes
from sam3_annotator.project.formats.exporting import Export
from sam3_annotator.project.formats.files.xml_files import unfit_warnings, without_controls, xml_attributes, xml_text
from sam3_annotator.project.formats.images.naming import nested_names
from sam3_annotator.project.formats.images.selection import ChosenImage, Selection
from sam3_annotator.project.formats.options import ExportOptions, ExportReport
from sam3_annotator.project.formats.rings.even_odd import fill_even_odd
from sam3_annotator.project.formats.rings.parts import join_regions
from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.formats.xml_attributes import CROWD, AttributesChanged, fitted
from sam3_annotator.project.geometry import clip_region
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.queries import attribute_values, crowd_counts
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.regions import Region, Ring
from sam3_annotator.project.runs import Runs, runs_in_box
from sam3_annotator.project.splitting import ONE_SET

_NAME = Path("annotations.xml")
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n'


def write(store: ProjectReader, out: Path, options: ExportOptions, progress: Progress = no_progress) -> ExportReport:
    """Write the project to the folder `out`, which is there and empty.

    Without splits the file is that of a task of CVAT, with images in `images/`; with splits that of a project, whose
    subsets they are, with images in `images/train/`, .... Regions without holes become polygons, several of them a
    group; all others masks, and so does a region that its polygons would not give back to the pixel. Crowds have the
    attribute `is_crowd`. Labels declare the attributes of their instances by what their values are.
    """
    export = Export(store, out, options, progress, nested_names)
    crowds: list[str] = []
    names: dict[str, None] = {}
    changed = AttributesChanged()
    instances, groups = 0, count(1)
    with (out / _NAME).open("w", encoding="utf-8", newline="\n") as file:
        file.write(_HEAD)
        _write_meta(file, store, export.selection)
        for number, image in enumerate(map(_nameable, export.images())):
            file.write(_image_element(image, number))
            for order, (instance, label, runs) in enumerate(export.instances(image)):
                category = store.category(instance.category_id).name
                file.writelines(_shape_elements(instance, category, order, image, runs, groups))
                instances += 1
                changed.note(instance.attributes)
                names.update(dict.fromkeys(_attribute_texts(instance)))
                if instance.is_crowd:
                    crowds.append(label)
            file.write("  </image>\n")
            export.place(image, Path("images", image.split))
        file.write("</annotations>\n")
    warnings = [
        *_warnings(crowds, [*names]),
        *changed.sentences(),
        *unfit_warnings((image.name for image in export.selection.images), "image"),
        *unfit_warnings((category.name for category in store.categories()), "category"),
    ]
    return export.report(instances, [_NAME], warnings)


def _nameable(image: ChosenImage) -> ChosenImage:
    """Give an image a name that XML can hold, also to its copy."""
    return replace(image, name=without_controls(image.name))


def _write_meta(file: TextIO, store: ProjectReader, selection: Selection) -> None:
    counts = {split: sum(image.split == split for image in selection.images) for split in selection.splits}
    is_project = selection.splits != (ONE_SET,)
    kind = "project" if is_project else "task"
    file.write(f"  <meta>\n    <{kind}>\n      <name>{xml_text(store.name)}</name>\n")
    if not is_project:
        file.write(f"      {_task_facts(len(selection.images))}\n")
    file.write("      <labels>\n")
    crowds, values = crowd_counts(store), attribute_values(store)
    file.writelines(
        label_element(category, values.get(category.id, {}), has_crowds=category.id in crowds)
        for category in store.categories()
    )
    file.write("      </labels>\n")
    if is_project:
        subsets = "\n".join(counts)
        file.write(f"      <subsets>{subsets}</subsets>\n      <tasks>\n")
        for number, (split, count) in enumerate(counts.items(), start=1):
            name = xml_text(f"{store.name} {split}")
            facts = f"<id>{number}</id><name>{name}</name>{_task_facts(count)}<subset>{split}</subset>"
            file.write(f"        <task>{facts}</task>\n")
        file.write("      </tasks>\n")
    file.write(f"    </{kind}>\n  </meta>\n")


def _task_facts(size: int) -> str:
    return f"<size>{size}</size><mode>annotation</mode><overlap>0</overlap>"


def _image_element(image: ChosenImage, number: int) -> str:
    values = {"id": str(number), "name": image.name, "width": str(image.width), "height": str(image.height)}
    return f"  <image{xml_attributes(values | ({'subset': image.split} if image.split else {}))}>\n"


def _shape_elements(
    instance: Instance, category: str, order: int, image: ChosenImage, runs: Runs, groups: Iterator[int]
) -> Iterator[str]:
    occluded = str(int(instance.attributes.get(OCCLUDED) is True))
    values = {"label": category, "occluded": occluded, "z_order": str(order)}
    rings = _rings(clip_region(instance.region, image.width, image.height), runs)
    if len(rings) > 1:
        values["group_id"] = str(next(groups))
    inside = "".join(_attribute_elements(instance))
    shapes = [("polygon", {"points": _points(ring)}) for ring in rings] or [("mask", mask_attributes(runs))]
    for tag, area in shapes:
        yield f"    <{tag}{xml_attributes(values | area)}>{inside}</{tag}>\n"


def _attribute_elements(instance: Instance) -> Iterator[str]:
    if instance.is_crowd:
        yield f'<attribute name="{CROWD}">true</attribute>'
    for name, text in _attribute_texts(instance).items():
        yield f"<attribute{xml_attributes({'name': name})}>{xml_text(text)}</attribute>"


def _attribute_texts(instance: Instance) -> dict[str, str]:
    """Return the attributes but for what the shape says itself."""
    attributes = instance.attributes
    own = {OCCLUDED} if attributes.get(OCCLUDED) is True else set()
    return fitted({name: value for name, value in attributes.items() if name not in own})


def _rings(region: Region, runs: Runs) -> list[Ring]:
    """Return the polygons that stand for the region when they are read again, pixel by pixel; none if none can."""
    if region.has_holes:
        return []
    rings = [polygon.outer for polygon in region.polygons]
    box = (runs.x0, runs.y0, runs.x0 + runs.width, runs.y0 + runs.height)
    again = runs_in_box(join_regions([fill_even_odd(ring) for ring in rings]), box)
    return rings if np.array_equal(again.ends, runs.ends) else []


def _points(ring: Ring) -> str:
    return ";".join(f"{_decimal(x)},{_decimal(y)}" for x, y in ring.tolist())


def _decimal(value: float) -> str:
    """Write a number with two decimals, as CVAT does, but with all it has if these are more."""
    short = f"{value:.2f}"
    return short if float(short) == value else repr(value)


def _warnings(crowds: Sequence[str], attributes: Sequence[str]) -> Iterator[str]:
    if attributes:
        yield f"{listed(attributes, 'attribute')} written: CVAT keeps those that the label has in its task."
    if crowds:
        yield (
            f"{listed(crowds, 'crowd')} marked by the attribute {CROWD}: CVAT keeps that only if the label "
            "has a checkbox of this name in its task, and else takes crowds for instances."
        )
