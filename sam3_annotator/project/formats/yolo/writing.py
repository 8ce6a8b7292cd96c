"""YOLO as Ultralytics reads it: `images/train`, `labels/train` and a `data.yaml`, of polygons or (oriented) boxes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project.entities import Category, CategoryId, Instance, Split
from sam3_annotator.project.formats.attributes import AttributesLost
from sam3_annotator.project.formats.exporting import Export
from sam3_annotator.project.formats.files.text_files import write_text
from sam3_annotator.project.formats.images.naming import flat_names
from sam3_annotator.project.formats.images.selection import ChosenImage, Selection
from sam3_annotator.project.formats.options import ExportOptions, ExportReport
from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.formats.yolo.oriented_boxes import move_into_image, oriented_box
from sam3_annotator.project.formats.yolo.rings import best_ring
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.runs import Runs
from sam3_annotator.project.splitting import ONE_SET

_LOW_IOU = 0.8
_SMALLEST_SIDE = 10
_KNOWN_SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})


@dataclass(slots=True)
class _Findings:
    """What the user should know about, each as `image: category`."""

    crowds: list[str] = field(default_factory=list)
    poor: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    attributes: AttributesLost = field(default_factory=AttributesLost)
    instances: int = 0


Row = Callable[[Instance, Runs, ChosenImage, str, _Findings], NDArray[np.float64]]


def write_segment(
    store: ProjectReader, out: Path, options: ExportOptions, progress: Progress = no_progress
) -> ExportReport:
    """Write the project to the folder `out`, which is there and empty, one polygon per instance.

    The format has one ring per instance: holes and further parts are joined to it by lines walked there and back. What
    fills differently all the same, with an IoU below 0.8 in the way that Ultralytics fills, is told in a warning.
    """
    return _write(store, out, options, progress, _segment_row)


def write_detect(
    store: ProjectReader, out: Path, options: ExportOptions, progress: Progress = no_progress
) -> ExportReport:
    """Write the project to the folder `out`, which is there and empty, one box per instance."""
    return _write(store, out, options, progress, _detect_row)


def write_obb(
    store: ProjectReader, out: Path, options: ExportOptions, progress: Progress = no_progress
) -> ExportReport:
    """Write the project to the folder `out`, which is there and empty, one oriented box per instance.

    A row has four corners, clockwise on the screen: those of the smallest rectangle around the pixels. Ultralytics
    leaves out an image with a corner outside (newer ones if it is by more than 1 %), so such a corner is moved to the
    edge, which a warning tells.
    """
    return _write(store, out, options, progress, _obb_row)


def _write(store: ProjectReader, out: Path, options: ExportOptions, progress: Progress, row: Row) -> ExportReport:
    """Write labels, images and `data.yaml`.

    An image without instances gets an empty file, which makes it background. File names are flat and their stems
    different, since the stem leads to the labels. Crowds are left out: the format cannot tell them from instances.
    """
    export = Export(store, out, options, progress, flat_names)
    numbers = {category.id: number for number, category in enumerate(store.categories())}
    findings = _Findings()
    files: list[Path] = []
    for image in export.images():
        lines = list(_lines(export, image, numbers, row, findings))
        split = image.split or str(Split.TRAIN)
        files.append(Path("labels", split, f"{image.stem}.txt"))
        write_text(out / files[-1], "".join(f"{line}\n" for line in lines), "ascii")
        export.place(image, Path("images", split))
    files.insert(0, _write_data_file(out, export.selection, store.categories()))
    return export.report(findings.instances, files, [*_image_warnings(export.selection), *_warnings(findings)])


def _lines(
    export: Export, image: ChosenImage, numbers: dict[CategoryId, int], row: Row, findings: _Findings
) -> Iterator[str]:
    for instance, label, runs in export.instances(image):
        if instance.is_crowd:
            findings.crowds.append(label)
        else:
            findings.instances += 1
            findings.attributes.note(instance.attributes)
            values = _decimals(row(instance, runs, image, label, findings))
            yield f"{numbers[instance.category_id]} {values}"


def _decimals(values: NDArray[np.float64]) -> str:
    # Up to the next decimal: cut to whole pixels, a coordinate on a pixel's edge would else fall into the one before.
    within = np.clip(np.ceil(values * 1e7) / 1e7, 0.0, 1.0).tolist()
    return " ".join(["%.7f"] * len(within)) % tuple(within)


def _segment_row(
    instance: Instance, runs: Runs, image: ChosenImage, label: str, findings: _Findings
) -> NDArray[np.float64]:
    ring, iou = best_ring(instance.region, runs, image.height, image.width)
    if iou < _LOW_IOU:
        findings.poor.append(f"{label}, IoU {iou:.2f}")
    relative: NDArray[np.float64] = ring / (image.width, image.height)
    return relative.ravel()


def _detect_row(
    instance: Instance, runs: Runs, image: ChosenImage, label: str, findings: _Findings
) -> NDArray[np.float64]:
    del instance, label, findings
    x, y, width, height = runs.box_xywh
    box = np.array([x + width / 2, y + height / 2, width, height])
    relative: NDArray[np.float64] = box / np.tile((image.width, image.height), 2)
    return relative


def _obb_row(
    instance: Instance, runs: Runs, image: ChosenImage, label: str, findings: _Findings
) -> NDArray[np.float64]:
    del instance
    corners, is_moved = move_into_image(oriented_box(runs), image.width, image.height)
    if is_moved:
        findings.moved.append(label)
    relative: NDArray[np.float64] = corners / (image.width, image.height)
    return relative.ravel()


def _write_data_file(out: Path, selection: Selection, categories: Sequence[Category]) -> Path:
    """Write `data.yaml`; without a `path` in it the folder may be moved, since its own folder counts then."""
    splits = [split or str(Split.TRAIN) for split in selection.splits]
    lines = [f"{split}: images/{split}" for split in splits]
    if Split.TRAIN not in splits:
        lines.insert(0, f"train: images/{splits[0]}")
    if Split.VAL not in splits:
        lines.append(f"val: images/{splits[0]}")
    lines.append("names:" if categories else "names: {}")
    lines.extend(f"  {number}: {_quoted(category.name)}" for number, category in enumerate(categories))
    name = Path("data.yaml")
    write_text(out / name, "\n".join(lines) + "\n", "ascii")
    return name


def _quoted(name: str) -> str:
    """Quote a name for YAML, which would take a plain no for false; in ASCII, since some read it in another code."""
    import yaml

    return str(yaml.safe_dump(name, default_style='"', width=10**9)).strip()


def _image_warnings(selection: Selection) -> Iterator[str]:
    if Split.VAL not in selection.splits:
        why = "There are no splits" if selection.splits == (ONE_SET,) else "No image is in the split val"
        yield f"{why}, so data.yaml names the same images for training and validation; choose a split to part them."
    small = [image.record.path for image in selection.images if min(image.width, image.height) < _SMALLEST_SIDE]
    if small:
        yield f"{listed(small, 'image')} less than {_SMALLEST_SIDE} pixels wide or high, which Ultralytics leaves out."
    unknown = [image.record.path for image in selection.images if image.file.suffix.lower() not in _KNOWN_SUFFIXES]
    if unknown:
        yield f"{listed(unknown, 'image')} of a kind that Ultralytics may not read; convert them to JPEG or PNG."


def _warnings(findings: _Findings) -> Iterator[str]:
    if findings.crowds:
        yield (
            f"{listed(findings.crowds, 'crowd')} left out: YOLO cannot tell a crowd from an instance, and training "
            "takes what they cover for background."
        )
    if findings.poor:
        yield f"{listed(findings.poor, 'instance')} will be filled differently in training; COCO keeps their shape."
    if findings.moved:
        yield (
            f"{listed(findings.moved, 'instance')} with a corner of the oriented box outside the image, "
            "which was moved to the edge: YOLO takes no corner outside."
        )
    yield from findings.attributes.sentences("YOLO has no place for attributes")
