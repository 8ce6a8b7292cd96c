"""Masks as PNG files: one of the instances and one of the categories per image, and `masks.json` that explains them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np

from sam3_annotator.project.entities import CategoryId, Instance
from sam3_annotator.project.errors import KnownError
from sam3_annotator.project.formats.exporting import EXPORT_INFO, Export
from sam3_annotator.project.formats.files.json_files import Json
from sam3_annotator.project.formats.files.text_files import write_text
from sam3_annotator.project.formats.images.naming import flat_names
from sam3_annotator.project.formats.images.selection import ChosenImage
from sam3_annotator.project.formats.options import ExportOptions, ExportReport
from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.formats.value_masks.colors import Palette, palette_of
from sam3_annotator.project.formats.value_masks.files import write_grey_mask, write_palette_mask
from sam3_annotator.project.formats.value_masks.painting import MOST_VALUES, Covered, paint
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.runs import Runs

DOCUMENT = "masks.json"

_SHALLOW = 255  # the most that 8 bits hold


@dataclass(slots=True)
class _Findings:
    """What the user should know about, instances each as `image: category`."""

    covered: Covered = field(default_factory=Covered)
    too_many: list[str] = field(default_factory=list)


def write(store: ProjectReader, out: Path, options: ExportOptions, progress: Progress = no_progress) -> ExportReport:
    """Write the project to the folder `out`, which is there and empty.

    `instances/NAME.png` is grey: the n-th instance of an image has the value n, 0 is background. `categories/NAME.png`
    has the value n for the n-th category, in its colour by the palette. Both have 8 bits, or 16 where there are more
    than 255; later instances lie over earlier ones. `images/` has the images, and `masks.json` what the masks cannot
    tell: sizes, names, colours, boxes and areas of whole instances, scores, crowds, attributes, how much of each lies
    under others. With splits each of the three folders has one folder per split. File names are flat and their stems
    different, since the stem leads to the masks. Raises KnownError if there are more categories than 16 bits tell
    apart.
    """
    if len(store.categories()) > MOST_VALUES:
        raise KnownError(f"Masks hold {MOST_VALUES:,} categories, and the project has more; delete those not needed.")
    export = Export(store, out, options, progress, flat_names)
    categories = store.categories()
    numbers = {category.id: number for number, category in enumerate(categories, start=1)}
    palette = palette_of([category.color for category in categories]) if len(categories) <= _SHALLOW else None
    findings = _Findings()
    entries: list[Json] = []
    for image in export.images():
        entries.append(_write_masks(export, image, numbers, palette, findings))
        export.place(image, Path("images", image.split))
    content = {
        "info": EXPORT_INFO,
        "categories": [
            {"value": number, "name": category.name, "color": category.color, "supercategory": category.supercategory}
            for number, category in enumerate(categories, start=1)
        ],
        "images": entries,
    }
    write_text(out / DOCUMENT, json.dumps(content, indent=1), "ascii")
    files = [Path(DOCUMENT), *(Path(entry[key]) for entry in entries for key in ("instance_mask", "category_mask"))]
    return export.report(sum(len(entry["instances"]) for entry in entries), files, list(_warnings(findings)))


def _write_masks(
    export: Export,
    image: ChosenImage,
    numbers: dict[CategoryId, int],
    palette: Palette | None,
    findings: _Findings,
) -> Json:
    instances = list(export.instances(image))
    findings.too_many.extend(label for _, label, _ in instances[MOST_VALUES:])
    instances = instances[:MOST_VALUES]
    painted = paint([runs for _, _, runs in instances], image.height, image.width)
    entries = []
    for value, (instance, label, runs) in enumerate(instances, start=1):
        visible = int(painted.visible[value])
        findings.covered.note(label, runs.area, visible)
        entries.append(_entry(instance, runs, value, numbers[instance.category_id], visible))
    masks = [PurePosixPath(folder, image.split, f"{image.stem}.png") for folder in ("instances", "categories")]
    of_values = np.array([0, *(entry["category"] for entry in entries)], dtype=np.uint16)[painted.values]
    write_grey_mask(export.out / masks[0], painted.values, is_deep=len(entries) > _SHALLOW)
    if palette is not None:
        write_palette_mask(export.out / masks[1], of_values, palette)
    else:
        write_grey_mask(export.out / masks[1], of_values, is_deep=True)
    return {
        "image": PurePosixPath("images", image.split, image.name).as_posix(),
        "width": image.width,
        "height": image.height,
        "split": image.split or None,
        "instance_mask": masks[0].as_posix(),
        "category_mask": masks[1].as_posix(),
        "instances": entries,
    }


def _entry(instance: Instance, runs: Runs, value: int, category: int, visible: int) -> Json:
    return {
        "value": value,
        "category": category,
        "box_xywh": list(runs.box_xywh),
        "area": runs.area,
        "hidden_area": runs.area - visible,
        "score": instance.score,
        "is_crowd": instance.is_crowd,
        "attributes": dict(instance.attributes),
    }


def _warnings(findings: _Findings) -> Iterator[str]:
    if findings.too_many:
        yield f"{listed(findings.too_many, 'instance')} left out: a mask holds {MOST_VALUES:,} of them."
    yield from findings.covered.warnings()
