"""The images of an export: which, under what name, in which split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from sam3_annotator.project.entities import ImageFacts, ImageId, ImageRecord, ImageState
from sam3_annotator.project.errors import KnownError
from sam3_annotator.project.file_access import is_there
from sam3_annotator.project.formats.images.naming import Naming
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.images import current_facts
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.queries import instance_counts
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.splitting import alike_images, assign_splits


@dataclass(frozen=True, slots=True)
class ChosenImage:
    """An image to export: its record, its file, the name it gets, and its split (`splitting.ONE_SET` if there is none).

    `is_unannotated` says that it is without instances, and nobody has said that there is nothing on it.
    """

    record: ImageRecord
    file: Path
    name: str
    split: str
    is_unannotated: bool = False

    @property
    def stem(self) -> str:
        """The last part of the name without its suffix, by which labels are named."""
        return PurePosixPath(self.name).stem

    @property
    def width(self) -> int:
        """The width in pixels."""
        return self.record.facts.width

    @property
    def height(self) -> int:
        """The height in pixels."""
        return self.record.facts.height


@dataclass(frozen=True, slots=True)
class Selection:
    """The images to export, in the order of the project, and sentences about the others."""

    images: tuple[ChosenImage, ...]
    warnings: tuple[str, ...]

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits that have images, `train` before `val` before `test`."""
        found = {image.split for image in self.images}
        return tuple(sorted(found, key=["", "train", "val", "test"].index))


def choose_images(
    store: ProjectReader, options: ExportOptions, naming: Naming, progress: Progress = no_progress
) -> Selection:
    """Choose what to export: images with instances, and those known to have none.

    Known to have none are images that are done, reviewed or confirmed empty; all others without instances too if
    `include_unannotated`. Not so images that are left out, those of unknown size, and missing ones unless only labels
    are written. `progress` is told that nothing is written yet while images are held against each other, and may raise
    `Cancelled`. Raises KnownError if nothing remains.
    """
    counts = instance_counts(store)
    warnings: list[str] = []
    chosen: list[tuple[ImageRecord, Path, str]] = []
    resized: list[str] = []
    passed_over: dict[str, list[str]] = {"left out": [], "untouched": [], "unreadable": [], "missing": []}
    files = [store.image_file(record.id) for record in store.images()]
    # All images are named, so that a name does not depend on how many are annotated by now.
    names = naming(files, is_portable=options.images != "none")
    for record, file, name in zip(store.images(), files, names, strict=True):
        reason = _reason_not_to_look(record, counts.get(record.id, 0), options)
        if reason:
            passed_over[reason].append(record.path)
            continue
        # Nobody may have read the file yet, as just after its folder was opened, or it was replaced.
        current = replace(record, facts=current_facts(file, record.facts))
        reason = _reason_of_the_file(current, file, options)
        if reason:
            passed_over[reason].append(record.path)
            continue
        chosen.append((current, file, name))
        if _has_other_size(current.facts, record.facts):
            resized.append(record.path)
    _tell(warnings, passed_over["left out"], "marked as left out and not exported")
    _tell(
        warnings, passed_over["untouched"], "not annotated yet and not exported; confirm an image as empty to export it"
    )
    _tell(warnings, passed_over["unreadable"], "not exported because the file cannot be read, so its size is not known")
    _tell(
        warnings,
        passed_over["missing"],
        "not exported because the file is missing; put it back or export the labels only",
    )
    if resized:
        warnings.append(
            f"{listed(resized, 'image')} replaced by one of another size: check that instances are in the right place."
        )
    if not chosen:
        raise KnownError(f"There is nothing to export. {' '.join(warnings) or 'The project has no images.'}")
    records = [record for record, _, _ in chosen]
    alike: list[list[ImageId]] = []
    if options.alike_together:
        alike = alike_images(records, [file for _, file, _ in chosen], lambda _done, _total: progress(0, len(chosen)))
    splits = assign_splits(records, options.split, options.seed, alike)
    images = tuple(
        ChosenImage(record, file, name, splits[record.id], _is_unannotated(record, counts.get(record.id, 0)))
        for record, file, name in chosen
    )
    return Selection(images, tuple(warnings))


def _reason_not_to_look(record: ImageRecord, instances: int, options: ExportOptions) -> str:
    if record.state is ImageState.LEFT_OUT:
        return "left out"
    return "untouched" if _is_unannotated(record, instances) and not options.include_unannotated else ""


def _is_unannotated(record: ImageRecord, instances: int) -> bool:
    return not instances and record.state.is_open


def _has_other_size(now: ImageFacts, before: ImageFacts) -> bool:
    return before.width > 0 and (now.width, now.height) != (before.width, before.height)


def _reason_of_the_file(record: ImageRecord, file: Path, options: ExportOptions) -> str:
    if record.facts.width <= 0 or record.facts.height <= 0:
        return "unreadable"
    return "missing" if options.images != "none" and not is_there(file) else ""


def _tell(warnings: list[str], names: Sequence[str], what: str) -> None:
    if names:
        warnings.append(f"{listed(names, 'image')} {'is' if len(names) == 1 else 'are'} {what}.")
