"""COCO instances: a folder with `annotations/instances*.json` and the images in `images/`."""

# What the readers of such files insist on, and some of them silently drop otherwise: ids from 1 without gaps,
# iscrowd 0 on everything that is no crowd, area in pixels of the mask, rings of 6 numbers at least.

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sam3_annotator import __version__
from sam3_annotator.project.entities import Category, CategoryId, Instance
from sam3_annotator.project.formats.coco.raster import coco_iou
from sam3_annotator.project.formats.images.naming import nested_names
from sam3_annotator.project.formats.images.placing import place_image
from sam3_annotator.project.formats.images.selection import ChosenImage, choose_images
from sam3_annotator.project.formats.options import ExportOptions, ExportReport
from sam3_annotator.project.formats.rings.bridges import keyhole
from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.geometry import clip_region
from sam3_annotator.project.pixel_edges import region_of_runs
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.regions import Region, Ring
from sam3_annotator.project.rle import rle_to_coco_string, runs_to_rle
from sam3_annotator.project.runs import runs_of_region

_GOOD_ENOUGH = 0.99

Json = dict[str, Any]


@dataclass(slots=True)
class _Document:
    """The images and annotations of one file, numbered as they come."""

    images: list[Json] = field(default_factory=list)
    annotations: list[Json] = field(default_factory=list)


def write(store: ProjectReader, out: Path, options: ExportOptions, progress: Progress = no_progress) -> ExportReport:
    """Write the project to the folder `out`, which is there and empty.

    With splits: `annotations/instances_train.json`, ... and `images/train/`, ...; without: `annotations/instances.json`
    and `images/`. Sub-folders of the images are kept; `file_name` is relative to the folder of the images in the
    export, also where no images are written. A hole is cut by walking to it and back in the outer ring; a polygon that
    COCO's tools would fill with an IoU below 0.99 (tiny or thin ones) is written along its pixel edges instead.
    """
    selection = choose_images(store, options, nested_names)
    numbers = {category.id: number for number, category in enumerate(store.categories(), start=1)}
    documents = {split: _Document() for split in selection.splits}
    lost: list[str] = []
    notes: set[str] = set()
    instances = 0
    for done, image in enumerate(selection.images):
        progress(done, len(selection.images))
        document = documents[image.split]
        document.images.append(_image_entry(image, len(document.images) + 1))
        for instance in store.instances(image.record.id):
            annotation = _annotation(instance, image, numbers, options)
            if annotation is None:
                lost.append(f"{image.record.path}: {store.category(instance.category_id).name}")
                continue
            annotation = {"id": len(document.annotations) + 1, "image_id": len(document.images), **annotation}
            document.annotations.append(annotation)
            instances += 1
        notes.add(place_image(image, out / "images" / image.split, options.images))
    progress(len(selection.images), len(selection.images))
    files = tuple(_write_document(out, split, document, store.categories()) for split, document in documents.items())
    warnings = [*selection.warnings, *sorted(note for note in notes if note)]
    if lost:
        warnings.append(f"{listed(lost, 'instance')} left out: no pixel of the image is inside.")
    return ExportReport(len(selection.images), instances, files, tuple(warnings))


def _image_entry(image: ChosenImage, number: int) -> Json:
    facts = image.record.facts
    return {"id": number, "file_name": image.name, "width": facts.width, "height": facts.height}


def _annotation(
    instance: Instance, image: ChosenImage, numbers: dict[CategoryId, int], options: ExportOptions
) -> Json | None:
    height, width = image.record.facts.height, image.record.facts.width
    runs = runs_of_region(instance.region, height, width)
    if runs.area == 0:
        return None
    rle = runs_to_rle(runs, height, width)
    segmentation: Json | list[list[float]]
    if instance.is_crowd:
        # As in the files of COCO itself: a crowd is coded, and its code is not compressed.
        segmentation = {"size": [height, width], "counts": rle.counts.tolist()}
    elif options.segmentation == "rle":
        segmentation = {"size": [height, width], "counts": rle_to_coco_string(rle)}
    else:
        rings = _rings(clip_region(instance.region, width, height))
        if not rings or coco_iou(rings, rle) < _GOOD_ENOUGH:
            rings = _rings(region_of_runs(runs))
        segmentation = [_numbers(ring) for ring in rings]
    return {
        "category_id": numbers[instance.category_id],
        "iscrowd": int(instance.is_crowd),
        "area": rle.area,
        "bbox": list(runs.box_xywh),
        "segmentation": segmentation,
    }


def _rings(region: Region) -> list[Ring]:
    return [keyhole(polygon) for polygon in region.polygons]


def _numbers(ring: Ring) -> list[float]:
    return [int(value) if value.is_integer() else value for value in ring.ravel().tolist()]


def _write_document(out: Path, split: str, document: _Document, categories: Sequence[Category]) -> Path:
    content = {
        "info": {"description": "Exported by SAM 3 Annotator", "version": __version__},
        "licenses": [],
        "categories": [
            {"id": number, "name": category.name, "supercategory": category.supercategory}
            for number, category in enumerate(categories, start=1)
        ],
        "images": document.images,
        "annotations": document.annotations,
    }
    name = Path("annotations", f"instances_{split}.json" if split else "instances.json")
    (out / name).parent.mkdir(parents=True, exist_ok=True)
    # ASCII: pycocotools opens files in the encoding of the system. (And dumps is three times as fast as dump.)
    (out / name).write_text(json.dumps(content, separators=(",", ":")), encoding="ascii", newline="\n")
    return name
