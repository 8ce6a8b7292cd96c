"""The formats there are, by name, and the two ways in and out of a project."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from sam3_annotator.project.errors import KnownError
from sam3_annotator.project.formats import coco, cvat, isat, labelme, masks, voc, yolo
from sam3_annotator.project.formats.files.export_folder import export_folder, require_free_folder
from sam3_annotator.project.formats.images.unannotated import without_unannotated
from sam3_annotator.project.formats.importing import apply_import
from sam3_annotator.project.formats.masks.likely import are_masks_of_images
from sam3_annotator.project.formats.options import ExportOptions, ExportReport
from sam3_annotator.project.formats.plan import ImportPlan, ImportReport
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.store import ProjectStore

__all__ = ["FORMATS", "Format", "are_masks_of_images", "export_project", "import_project"]

Reader = Callable[[Path], ImportPlan]
Writer = Callable[[ProjectReader, Path, ExportOptions, Progress], ExportReport]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: what it is called, and what can be done with it (None: not that)."""

    name: str
    title: str
    read: Reader | None = None
    write: Writer | None = None


FORMATS: dict[str, Format] = {
    known.name: known
    for known in (
        Format("coco", "COCO instances", read=coco.read, write=coco.write),
        Format("yolo", "YOLO", read=yolo.read),
        Format("yolo-segment", "YOLO segmentation", write=yolo.write_segment),
        Format("yolo-detect", "YOLO detection", write=yolo.write_detect),
        Format("yolo-obb", "YOLO oriented boxes", write=yolo.write_obb),
        Format("labelme", "labelme JSON", read=labelme.read, write=labelme.write),
        Format("isat", "ISAT JSON", read=isat.read),
        Format("cvat", "CVAT for images", read=cvat.read, write=cvat.write),
        Format("voc", "Pascal VOC", read=voc.read, write=voc.write),
        Format("masks", "Mask PNG", read=masks.read, write=masks.write),
    )
}


def export_project(
    store: ProjectReader,
    out: Path,
    format_name: str,
    options: ExportOptions | None = None,
    progress: Progress = no_progress,
) -> ExportReport:
    """Write the project to the folder `out`: all of it or nothing.

    `out` has to be new, empty, or an earlier export, which is replaced; files added to that by hand are kept.
    Where others may write to the project meanwhile, give it a `ProjectStore.snapshot`.
    Raises KnownError if it is something else, the format cannot be written or the disk refuses, and Cancelled.
    """
    write = _known(format_name).write
    if write is None:
        raise KnownError(f"{_known(format_name).title} cannot be exported yet; {_offer('export')}.")
    out = Path(os.path.realpath(out))
    require_free_folder(out, store)
    with export_folder(out) as folder:
        report = write(store, folder, options or ExportOptions(), progress)
    return replace(report, files=tuple(out / file for file in report.files))


def import_project(
    store: ProjectStore,
    source: Path,
    format_name: str,
    images_dir: Path | None = None,
    progress: Progress = no_progress,
) -> ImportReport:
    """Add the labels of `source`, and those of its images that the project does not have yet.

    Images are looked for in the project, in `images_dir`, and beside `source`. The import is one edit,
    which undo takes back. Raises KnownError if the format cannot be read, FormatError if `source` is not what it
    should be, and Cancelled; the project is unchanged then.
    """
    read = _known(format_name).read
    if read is None:
        raise KnownError(f"{_known(format_name).title} cannot be imported yet; {_offer('import')}.")
    return apply_import(store, without_unannotated(read(source), source), source, images_dir, progress)


def _known(name: str) -> Format:
    if name not in FORMATS:
        raise KnownError(f"The format {name} is not supported yet; choose {', '.join(FORMATS)}.")
    return FORMATS[name]


def _offer(direction: str) -> str:
    names = [f.name for f in FORMATS.values() if (f.read if direction == "import" else f.write) is not None]
    return f"what can be {direction}ed is {', '.join(names)}"
