"""COCO instances: a folder with `annotations/instances*.json` and the images in `images/`."""

# What the readers of such files insist on, and some of them silently drop otherwise: ids from 1 without gaps,
# iscrowd 0 on everything that is no crowd, area in pixels of the mask, rings of 6 numbers at least.

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sam3_annotator.project.entities import Category, Instance
from sam3_annotator.project.formats.coco.raster import coco_iou
from sam3_annotator.project.formats.exporting import EXPORT_INFO, Export
from sam3_annotator.project.formats.files.json_files import Json
from sam3_annotator.project.formats.files.text_files import write_text
from sam3_annotator.project.formats.images.naming import nested_names
from sam3_annotator.project.formats.images.selection import ChosenImage
from sam3_annotator.project.formats.options import ExportOptions, ExportReport
from sam3_annotator.project.formats.rings.bridges import keyhole
from sam3_annotator.project.geometry import clip_region
from sam3_annotator.project.pixel_edges import region_of_runs
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.regions import Region, Ring
from sam3_annotator.project.rle import rle_to_coco_string, runs_to_rle
from sam3_annotator.project.runs import Runs

_GOOD_ENOUGH = 0.99


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
    export = Export(store, out, options, progress, nested_names)
    numbers = {category.id: number for number, category in enumerate(store.categories(), start=1)}
    documents = {split: _Document() for split in export.selection.splits}
    for image in export.images():
        document = documents[image.split]
        document.images.append(_image_entry(image, len(document.images) + 1))
        for instance, _, runs in export.instances(image):
            ids = {"id": len(document.annotations) + 1, "image_id": len(document.images)}
            facts = _annotation(instance, runs, image, options)
            document.annotations.append({**ids, "category_id": numbers[instance.category_id], **facts})
        export.place(image, Path("images", image.split))
    files = [_write_document(out, split, document, store.categories()) for split, document in documents.items()]
    return export.report(sum(len(document.annotations) for document in documents.values()), files, ())


def _image_entry(image: ChosenImage, number: int) -> Json:
    return {"id": number, "file_name": image.name, "width": image.width, "height": image.height}


def _annotation(instance: Instance, runs: Runs, image: ChosenImage, options: ExportOptions) -> Json:
    height, width = image.height, image.width
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
    facts: Json = {
        "iscrowd": int(instance.is_crowd),
        "area": rle.area,
        "bbox": list(runs.box_xywh),
        "segmentation": segmentation,
    }
    # The key of Datumaro, and so of CVAT, which FiftyOne reads as well.
    return {**facts, "attributes": dict(instance.attributes)} if instance.attributes else facts


def _rings(region: Region) -> list[Ring]:
    return [keyhole(polygon) for polygon in region.polygons]


def _numbers(ring: Ring) -> list[float]:
    return [int(value) if value.is_integer() else value for value in ring.ravel().tolist()]


def _write_document(out: Path, split: str, document: _Document, categories: Sequence[Category]) -> Path:
    content = {
        "info": EXPORT_INFO,
        "licenses": [],
        "categories": [
            {"id": number, "name": category.name, "supercategory": category.supercategory}
            for number, category in enumerate(categories, start=1)
        ],
        "images": document.images,
        "annotations": document.annotations,
    }
    name = Path("annotations", f"instances_{split}.json" if split else "instances.json")
    # ASCII: pycocotools opens files in the encoding of the system. (And dumps is three times as fast as dump.)
    write_text(out / name, json.dumps(content, separators=(",", ":")), "ascii")
    return name
