"""labelme JSON: one file per image, beside the image."""

# labelme refuses to open a file with a fault, so types are as it writes them: whole numbers for the size, flags an
# object, points lists of two numbers. Keys of a shape that it does not know it keeps.

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np

from sam3_annotator.project.entities import Instance
from sam3_annotator.project.formats.attributes import AttributesLost
from sam3_annotator.project.formats.exporting import Export
from sam3_annotator.project.formats.files.json_files import Json
from sam3_annotator.project.formats.files.text_files import write_text
from sam3_annotator.project.formats.images.naming import nested_names_of_other_stems
from sam3_annotator.project.formats.images.selection import ChosenImage
from sam3_annotator.project.formats.labelme.attributes import MARKS, attribute_keys
from sam3_annotator.project.formats.labelme.base64_masks import encode_mask_png
from sam3_annotator.project.formats.labelme.shapes import CROWD_FLAG
from sam3_annotator.project.formats.options import ExportOptions, ExportReport
from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.geometry import clip_region, is_valid_region
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.regions import Polygon, Region
from sam3_annotator.project.runs import Runs, box_mask_of_runs, runs_in_box

_VERSION = "5.5.0"  # whose layout this is


@dataclass(slots=True)
class _Findings:
    """What the user should know about, each as `image: category`."""

    crowds: list[str] = field(default_factory=list)
    masks: list[str] = field(default_factory=list)
    attributes: AttributesLost = field(default_factory=AttributesLost)
    instances: int = 0


def write(store: ProjectReader, out: Path, options: ExportOptions, progress: Progress = no_progress) -> ExportReport:
    """Write the project to the folder `out`, which is there and empty, a `.json` beside each image.

    Sub-folders of the images are kept, below `train/`, `val/` and `test/` if there are splits. A region without holes
    is a polygon, or several with one `group_id`; one with holes is a mask, since labelme's polygons cannot tell of
    them. Read again, all give the very pixels of the region. A crowd gets the flag `__crowd__`.
    """
    export = Export(store, out, options, progress, nested_names_of_other_stems)
    findings = _Findings()
    files: list[Path] = []
    for image in export.images():
        files.append(Path(image.split, PurePosixPath(image.name).with_suffix(".json")))
        content = _content(export, image, options, findings)
        write_text(out / files[-1], json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
        export.place(image, Path(image.split))
    return export.report(findings.instances, files, list(_warnings(findings)))


def _content(export: Export, image: ChosenImage, options: ExportOptions, findings: _Findings) -> Json:
    shapes: list[Json] = []
    groups = 0
    for instance, label, runs in export.instances(image):
        category = export.store.category(instance.category_id).name
        parts = _shapes(instance, image, runs, label, findings)
        groups += len(parts) > 1
        group = groups if len(parts) > 1 else None
        shapes.extend(_shape(instance, category, group, part) for part in parts)
        findings.instances += 1
        findings.attributes.note(MARKS & instance.attributes.keys())
    # Where no images are written, labels go beside images that have their own names.
    name = image.file.name if options.images == "none" else PurePosixPath(image.name).name
    return {
        "version": _VERSION,
        "flags": {},
        "shapes": shapes,
        "imagePath": name,
        "imageData": None,
        "imageHeight": image.height,
        "imageWidth": image.width,
    }


def _shape(instance: Instance, category: str, group: int | None, part: Json) -> Json:
    """Return a shape with all its keys, in the order of labelme, of which a `part` tells points, type and mask."""
    said = attribute_keys(instance.attributes)
    shape = {
        "label": category,
        "points": part["points"],
        "group_id": group,
        "description": said.pop("description"),
        "shape_type": part["shape_type"],
        "flags": {**({CROWD_FLAG: True} if instance.is_crowd else {}), **said.pop("flags")},
        "mask": part.get("mask"),
        **said,
    }
    # The key of X-AnyLabeling.
    return shape if instance.score is None else {**shape, "score": instance.score}


def _shapes(instance: Instance, image: ChosenImage, runs: Runs, label: str, findings: _Findings) -> list[Json]:
    if instance.is_crowd:
        findings.crowds.append(label)
    polygons = _polygons(instance.region, image.height, image.width)
    if polygons:
        return [{"points": polygon.outer.tolist(), "shape_type": "polygon"} for polygon in polygons]
    findings.masks.append(label)
    return [_mask(runs)]


def _polygons(region: Region, height: int, width: int) -> Sequence[Polygon]:
    """Return the polygons of the region on the image; none if they would be filled differently."""
    clipped = clip_region(region, width, height)
    if clipped.has_holes or not is_valid_region(clipped):
        return ()
    if clipped is not region:
        whole = (0, 0, width, height)
        # A vertex on the border of the image is rounded, which may move a side over the middle of a pixel.
        if not np.array_equal(runs_in_box(clipped, whole).ends, runs_in_box(region, whole).ends):
            return ()
    return clipped.polygons


def _mask(runs: Runs) -> Json:
    x, y, width, height = runs.box_xywh
    mask = box_mask_of_runs(runs)[y - runs.y0 : y - runs.y0 + height, x - runs.x0 : x - runs.x0 + width]
    corners = [[float(x), float(y)], [float(x + width - 1), float(y + height - 1)]]
    return {"points": corners, "shape_type": "mask", "mask": encode_mask_png(mask)}


def _warnings(findings: _Findings) -> Iterator[str]:
    if findings.masks:
        yield (
            f"{listed(findings.masks, 'instance')} written as masks, since polygons, which have no holes in "
            "labelme, would change them; labelme reads masks from version 5.4 on, X-AnyLabeling does not."
        )
    if findings.crowds:
        yield f"{listed(findings.crowds, 'crowd')} written with the flag {CROWD_FLAG}, which other programs ignore."
    yield from findings.attributes.sentences("as flags, these names mark crowds and holes; give them others")
