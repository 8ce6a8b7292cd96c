"""Masks as PNG files: one of the instances and one of the categories per image, and `masks.json` that explains them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from sam3_annotator import __version__
from sam3_annotator.project.entities import CategoryId, Instance
from sam3_annotator.project.errors import KnownError
from sam3_annotator.project.formats.images.naming import flat_names
from sam3_annotator.project.formats.images.placing import place_image
from sam3_annotator.project.formats.images.selection import ChosenImage, choose_images, label_of, renaming_warnings
from sam3_annotator.project.formats.options import ExportOptions, ExportReport
from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.formats.value_masks.colors import Palette, palette_of
from sam3_annotator.project.formats.value_masks.files import write_grey_mask, write_palette_mask
from sam3_annotator.project.formats.value_masks.painting import MOST_VALUES, Covered, paint
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.runs import Runs, runs_of_region

DOCUMENT = "masks.json"

_SHALLOW = 255  # the most that 8 bits hold

Json = dict[str, Any]


@dataclass(slots=True)
class _Findings:
    """What the user should know about, instances each as `image: category`."""

    covered: Covered = field(default_factory=Covered)
    lost: list[str] = field(default_factory=list)
    too_many: list[str] = field(default_factory=list)
    notes: set[str] = field(default_factory=set)


def write(store: ProjectReader, out: Path, options: ExportOptions, progress: Progress = no_progress) -> ExportReport:
    """Write the project to the folder `out`, which is there and empty.

    `instances/NAME.png` is grey: the n-th instance of an image has the value n, 0 is background. `categories/NAME.png`
    has the value n for the n-th category, in its colour by the palette. Both have 8 bits, or 16 where there are more
    than 255; later instances lie over earlier ones. `images/` has the images, and `masks.json` what the masks cannot
    tell: sizes, names, colours, boxes and areas of whole instances, scores, crowds, how much of each lies under others.
    With splits each of the three folders has one folder per split. File names are flat and their stems different,
    since the stem leads to the masks. Raises KnownError if there are more categories than 16 bits tell apart.
    """
    if len(store.categories()) > MOST_VALUES:
        raise KnownError(f"Masks hold {MOST_VALUES:,} categories, and the project has more; delete those not needed.")
    selection = choose_images(store, options, flat_names)
    categories = store.categories()
    numbers = {category.id: number for number, category in enumerate(categories, start=1)}
    palette = palette_of([category.color for category in categories]) if len(categories) <= _SHALLOW else None
    findings = _Findings()
    entries: list[Json] = []
    for done, image in enumerate(selection.images):
        progress(done, len(selection.images))
        entries.append(_write_masks(store, image, out, numbers, palette, findings))
        findings.notes.add(place_image(image, out / "images" / image.split, options.images))
    progress(len(selection.images), len(selection.images))
    content = {
        "info": {"description": "Exported by SAM 3 Annotator", "version": __version__},
        "categories": [
            {"value": number, "name": category.name, "color": category.color, "supercategory": category.supercategory}
            for number, category in enumerate(categories, start=1)
        ],
        "images": entries,
    }
    (out / DOCUMENT).write_text(json.dumps(content, indent=1), encoding="ascii", newline="\n")
    files = [Path(DOCUMENT), *(Path(entry[key]) for entry in entries for key in ("instance_mask", "category_mask"))]
    warnings = [*selection.warnings, *sorted(note for note in findings.notes if note), *_warnings(findings)]
    warnings.extend(renaming_warnings(selection.images))
    return ExportReport(len(entries), sum(len(entry["instances"]) for entry in entries), tuple(files), tuple(warnings))


def _write_masks(
    store: ProjectReader,
    image: ChosenImage,
    out: Path,
    numbers: dict[CategoryId, int],
    palette: Palette | None,
    findings: _Findings,
) -> Json:
    facts = image.record.facts
    instances = list(_instances(store, image, findings))
    painted = paint([runs for _, runs in instances], facts.height, facts.width)
    entries = []
    for value, (instance, runs) in enumerate(instances, start=1):
        visible = int(painted.visible[value])
        findings.covered.note(label_of(store, image, instance), runs.area, visible)
        entries.append(_entry(instance, runs, value, numbers[instance.category_id], visible))
    name = f"{PurePosixPath(image.name).stem}.png"
    instance_mask, category_mask = (PurePosixPath(folder, image.split, name) for folder in ("instances", "categories"))
    of_values = np.array([0, *(entry["category"] for entry in entries)])
    write_grey_mask(out / instance_mask, painted.values, is_deep=len(entries) > _SHALLOW)
    if palette is not None:
        write_palette_mask(out / category_mask, of_values[painted.values], palette)
    else:
        write_grey_mask(out / category_mask, of_values[painted.values], is_deep=True)
    return {
        "image": PurePosixPath("images", image.split, image.name).as_posix(),
        "width": facts.width,
        "height": facts.height,
        "split": image.split or None,
        "instance_mask": instance_mask.as_posix(),
        "category_mask": category_mask.as_posix(),
        "instances": entries,
    }


def _instances(store: ProjectReader, image: ChosenImage, findings: _Findings) -> Iterator[tuple[Instance, Runs]]:
    """Give the instances that have pixels, as many as a mask holds."""
    count = 0
    for instance in store.instances(image.record.id):
        runs = runs_of_region(instance.region, image.record.facts.height, image.record.facts.width)
        if runs.area == 0:
            findings.lost.append(label_of(store, image, instance))
        elif count == MOST_VALUES:
            findings.too_many.append(label_of(store, image, instance))
        else:
            count += 1
            yield instance, runs


def _entry(instance: Instance, runs: Runs, value: int, category: int, visible: int) -> Json:
    return {
        "value": value,
        "category": category,
        "box_xywh": list(runs.box_xywh),
        "area": runs.area,
        "hidden_area": runs.area - visible,
        "score": instance.score,
        "is_crowd": instance.is_crowd,
    }


def _warnings(findings: _Findings) -> Iterator[str]:
    if findings.lost:
        yield f"{listed(findings.lost, 'instance')} left out: no pixel of the image is inside."
    if findings.too_many:
        yield f"{listed(findings.too_many, 'instance')} left out: a mask holds {MOST_VALUES:,} of them."
    yield from findings.covered.warnings()
