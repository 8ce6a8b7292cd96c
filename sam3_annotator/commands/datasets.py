"""The commands that make projects, move labels in and out of them, and count them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sam3_annotator.commands.failures import DONE, STOPPED, CommandFailed
from sam3_annotator.commands.progress import progress_bar
from sam3_annotator.commands.statistics_words import statistics_text
from sam3_annotator.paths import PROJECT_SUFFIX
from sam3_annotator.project import (
    Cancelled,
    ProjectStore,
    divide_images,
    division_in_words,
    images_in_use,
    list_image_files,
    measured_instances,
    measures_as_csv,
    statistics,
    why_no_images,
)
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.registry import export_project, import_project
from sam3_annotator.project.formats.verification import verify_export
from sam3_annotator.project.words import counted


def new_project(project: Path, folders: Sequence[Path], categories: Sequence[str]) -> int:
    """Make a project of the images in `folders`, with these categories in this order."""
    path = _named(project)
    for folder in folders:
        if not folder.is_dir():
            raise CommandFailed(f"There is no folder {folder}; --images takes a folder with images.")
        if not list_image_files(folder):
            raise CommandFailed(why_no_images(folder))
    with _created(path, folders) as store:
        with store.edit("Add categories", undoable=False) as edit:
            for name in categories:
                edit.add_category(name)
        unreadable = [image.path for image in store.images() if image.facts.problem]
        print(f"{path}: {counted(len(store.images()), 'image')}, {counted(len(categories), 'category')}")
    if unreadable:
        print(f"{counted(len(unreadable), 'image')} cannot be read: {', '.join(unreadable[:5])}")
    return DONE


def import_labels(project: Path, source: Path, format_name: str, images: Path | None) -> int:
    """Add the labels of `source` to a project; where there is no project yet, `images` lets it be made."""
    if not source.exists():
        raise CommandFailed(f"There is nothing to import at {source}.")
    if images is not None and not images.is_dir():
        raise CommandFailed(f"There is no folder {images}; --images takes the folder that the labels' images lie in.")
    project = project if project.exists() else _named(project)
    if not project.exists() and images is None:
        raise CommandFailed(f"There is no project {project}; with --images DIR the import makes it.")
    opened = ProjectStore.open(project) if project.exists() else _created(project, ())
    with opened as store, progress_bar("Importing") as progress:
        report = import_project(store, source, format_name, images, progress)
    print(report)
    for warning in report.warnings:
        print(warning)
    return DONE


def divide_project(
    project: Path, shares: Mapping[str, float], seed: int, *, alike_together: bool, is_anew: bool
) -> int:
    """Draw which images of a project train, validate and test, and keep that in it."""
    with ProjectStore.open(project) as store:
        with progress_bar("Reading images") as progress:
            changed = divide_images(
                store, shares, seed, alike_together=alike_together, is_anew=is_anew, progress=progress
            )
        print(f"{project}: {division_in_words(store, changed, is_anew=is_anew)}")
        if not changed and not is_anew and images_in_use(store):
            print("All images were in a split already, which they keep; --anew draws these, too.")
    return DONE


def export_labels(project: Path, out: Path, format_name: str, options: ExportOptions, *, verifies: bool) -> int:
    """Write a project's labels to `out` in one of the formats, and compare what was written with the project.

    The status is 1 if that is not what the project holds, so that nothing is trained on it by mistake; the export
    stays. What a format cannot hold is no such difference. Ctrl+C while it compares ends only that.
    """
    verification, is_stopped = None, False
    with ProjectStore.snapshot(project) as store:
        with progress_bar("Exporting") as progress:
            report = export_project(store, out, format_name, options, progress)
        if verifies:
            try:
                with progress_bar("Reading back") as progress:
                    verification = verify_export(store, out, format_name, options, progress)
            except Cancelled:
                is_stopped = True
    is_bad = verification is not None and not verification.is_good
    if verification is not None and is_bad:
        for line in (verification.sentence, *verification.warnings):
            print(line)
    print(f"{out}: {report.image_words}, {counted(report.instances, 'instance')}")
    if verification is not None and not is_bad:
        print(f"{verification.sentence} {verification.note}".rstrip())
    for warning in report.warnings:
        print(warning)
    if is_bad:
        raise CommandFailed(f"{out} is written but differs from the project, as told above; do not train with it.")
    if is_stopped:
        print("Reading back was stopped; the export is complete.")
    return STOPPED if is_stopped else DONE


def print_statistics(project: Path, *, as_json: bool) -> int:
    """Print what a project holds, as lines or as one JSON document."""
    with ProjectStore.snapshot(project) as store:
        numbers = statistics(store)
    print(json.dumps(numbers.as_dict(), indent=2) if as_json else statistics_text(project, numbers))
    return DONE


def print_instances(project: Path) -> int:
    """Print a table with a row for each instance of a project."""
    with ProjectStore.snapshot(project) as store, progress_bar("Measuring") as progress:
        measured = measured_instances(store, progress)
    print(measures_as_csv(measured), end="")
    return DONE


def _named(project: Path) -> Path:
    """Give the file of a project that may be named without the suffix; raises `CommandFailed` on a folder's dots."""
    if project.name in ("", ".."):
        raise CommandFailed(f"{project} is a folder; name the project file to make, for example cats{PROJECT_SUFFIX}.")
    has_suffix = project.suffix.lower() == PROJECT_SUFFIX
    return project if has_suffix else project.with_name(project.name + PROJECT_SUFFIX)


@contextmanager
def _created(path: Path, folders: Sequence[Path]) -> Iterator[ProjectStore]:
    """Make a project that goes away again if what it is made for fails."""
    with progress_bar("Reading images") as progress:
        store = ProjectStore.create(path, image_roots=folders, progress=progress)
    try:
        with store:
            yield store
    except BaseException:
        path.unlink(missing_ok=True)  # closed and alone: SQLite has merged the files beside it
        raise
