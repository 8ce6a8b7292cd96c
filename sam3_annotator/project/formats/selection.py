"""The images of an export: which, under what name, in which split, and their files beside the labels."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath, PurePosixPath

from sam3_annotator.project.entities import ImageFacts, ImageRecord, ImageState, Instance
from sam3_annotator.project.errors import ImageUnreadable, KnownError
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.splits import assign_splits
from sam3_annotator.project.image_files import is_there, why_not_opened
from sam3_annotator.project.images import current_facts
from sam3_annotator.project.queries import instance_counts
from sam3_annotator.project.reading import ProjectReader

_NAMED = 5  # images that a warning names before it only counts

Naming = Callable[[Sequence[Path]], list[str]]
"""Gives images names for an export, relative and with `/`, all different, from their files."""


@dataclass(frozen=True, slots=True)
class ChosenImage:
    """An image to export: its record, its file, the name it gets, and its split (`splits.ONE_SET` if there is none)."""

    record: ImageRecord
    file: Path
    name: str
    split: str


@dataclass(frozen=True, slots=True)
class Selection:
    """The images to export, in the order of the project, and sentences about those left out."""

    images: tuple[ChosenImage, ...]
    warnings: tuple[str, ...]

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits that have images, `train` before `val` before `test`."""
        found = {image.split for image in self.images}
        return tuple(sorted(found, key=["", "train", "val", "test"].index))


def choose_images(store: ProjectReader, options: ExportOptions, naming: Naming) -> Selection:
    """Choose what to export: images with instances, and those known to have none.

    Known to have none are images that are done, reviewed or confirmed empty; all others without instances too if
    `include_unannotated`. Images of unknown size are left out, and missing ones unless only labels are written.
    Raises KnownError if nothing is left.
    """
    counts = instance_counts(store)
    warnings: list[str] = []
    chosen: list[tuple[ImageRecord, Path, str]] = []
    resized: list[str] = []
    left_out: dict[str, list[str]] = {"untouched": [], "unreadable": [], "missing": []}
    files = [store.image_file(record.id) for record in store.images()]
    # All images are named, so that a name does not depend on how many are annotated by now.
    for record, file, name in zip(store.images(), files, naming(files), strict=True):
        if _is_untouched(record, counts.get(record.id, 0), options):
            left_out["untouched"].append(record.path)
            continue
        # Nobody may have read the file yet, as just after its folder was opened, or it was replaced.
        current = replace(record, facts=current_facts(file, record.facts))
        reason = _reason_to_leave_out(current, file, options)
        if reason:
            left_out[reason].append(record.path)
            continue
        chosen.append((current, file, name))
        if _has_other_size(current.facts, record.facts):
            resized.append(record.path)
    _tell(warnings, left_out["untouched"], "not annotated yet and left out; confirm an image as empty to export it")
    _tell(warnings, left_out["unreadable"], "left out because the file cannot be read, so its size is not known")
    _tell(warnings, left_out["missing"], "left out because the file is missing; put it back or export the labels only")
    if resized:
        warnings.append(
            f"{listed(resized, 'image')} replaced by one of another size: check that instances are in the right place."
        )
    if not chosen:
        raise KnownError(f"There is nothing to export. {' '.join(warnings) or 'The project has no images.'}")
    splits = assign_splits([record for record, _, _ in chosen], options.split, options.seed)
    images = tuple(ChosenImage(record, file, name, splits[record.id]) for record, file, name in chosen)
    return Selection(images, tuple(warnings))


def _is_untouched(record: ImageRecord, instances: int, options: ExportOptions) -> bool:
    is_open = record.state in (ImageState.UNANNOTATED, ImageState.IN_PROGRESS)
    return not instances and is_open and not options.include_unannotated


def _has_other_size(now: ImageFacts, before: ImageFacts) -> bool:
    return before.width > 0 and (now.width, now.height) != (before.width, before.height)


def _reason_to_leave_out(record: ImageRecord, file: Path, options: ExportOptions) -> str:
    if record.facts.width <= 0 or record.facts.height <= 0:
        return "unreadable"
    return "missing" if options.images != "none" and not is_there(file) else ""


def _tell(warnings: list[str], names: Sequence[str], what: str) -> None:
    if names:
        warnings.append(f"{listed(names, 'image')} {'is' if len(names) == 1 else 'are'} {what}.")


def listed(names: Sequence[str], noun: str) -> str:
    """Return a count with the first few names, as `7 images (a.jpg, b.jpg, …)`."""
    some = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
    return f"{len(names)} {noun}{'s' if len(names) != 1 else ''} ({some})"


def label_of(store: ProjectReader, image: ChosenImage, instance: Instance) -> str:
    """Name an instance for a warning."""
    return f"{image.record.path}: {store.category(instance.category_id).name}"


def renaming_warnings(images: Sequence[ChosenImage]) -> Iterator[str]:
    """Tell of images that `flat_names` gave another name."""
    renamed = [image.record.path for image in images if image.name != image.record.name]
    if renamed:
        yield f"{listed(renamed, 'image')} got another name, since the names of their labels would be the same."


def nested_names(files: Sequence[Path]) -> list[str]:
    """Name files by their path from the folder they have in common, so that sub-folders are kept."""
    try:
        common = Path(os.path.commonpath([file.parent for file in files])) if files else Path()
    except ValueError:  # different drives
        return flat_names(files)
    return [file.relative_to(common).as_posix() for file in files]


def nested_names_of_other_stems(files: Sequence[Path]) -> list[str]:
    """Name files as `nested_names` does, but with different stems in a folder, since they would share one `a.json`."""
    paths = [PurePosixPath(name) for name in nested_names(files)]
    stems = _unique_stems([path.with_suffix("").as_posix() for path in paths], [PurePath()] * len(paths))
    return [stem + path.suffix for stem, path in zip(stems, paths, strict=True)]


def flat_names(files: Sequence[Path]) -> list[str]:
    """Name files without folders and with different stems, since `a.jpg` and `a.png` would share one `a.txt`.

    Where stems are equal (upper and lower case alike) the names of folders are put before them, then numbers after.
    """
    stems = _unique_stems([file.stem for file in files], [file.parent for file in files])
    return [stem + file.suffix for stem, file in zip(stems, files, strict=True)]


def _unique_stems(stems: Sequence[str], folders: Sequence[PurePath]) -> list[str]:
    double = _doubles(stems)
    longer = [
        f"{folder.name}_{stem}" if stem.casefold() in double and folder.name else stem
        for stem, folder in zip(stems, folders, strict=True)
    ]
    # Names as they are come first: a renamed file never takes the name of one that keeps its own.
    used = {stem.casefold() for stem in stems if stem.casefold() not in double}
    result = []
    for before, after in zip(stems, longer, strict=True):
        stem, number = after, 2
        while before.casefold() in double and stem.casefold() in used:
            stem, number = f"{after}_{number}", number + 1
        used.add(stem.casefold())
        result.append(stem)
    return result


def _doubles(stems: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    double: set[str] = set()
    for stem in stems:
        (double if stem.casefold() in seen else seen).add(stem.casefold())
    return double


def place_image(image: ChosenImage, folder: Path, mode: str) -> str:
    """Copy or link the file of an image to its name below `folder`; returns a sentence if linking was not possible.

    Raises ImageUnreadable if the file cannot be opened, and OSError if the copy cannot be written.
    """
    if mode == "none":
        return ""
    target = folder / PurePosixPath(image.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    if mode == "link":
        try:
            target.symlink_to(image.file)
        except OSError:
            _copy(image.file, target)
            return "Links are not allowed here, so images were copied instead."
    else:
        _copy(image.file, target)
    return ""


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        if error.filename in (source, str(source)):
            raise ImageUnreadable(f"{why_not_opened(source, error)} Nothing was exported.") from error
        raise
