"""Reads an export back and says how it compares with the project."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from sam3_annotator.project.errors import Cancelled, KnownError
from sam3_annotator.project.formats.comparing.comparison import Comparer
from sam3_annotator.project.formats.comparing.differences import Difference, DifferenceKind
from sam3_annotator.project.formats.comparing.read_back import READ_BACK, ReadBack
from sam3_annotator.project.formats.files.export_folder import added_files
from sam3_annotator.project.formats.images.matching import ANY_SUFFIX
from sam3_annotator.project.formats.images.selection import choose_images
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.plan import ImportPlan, PlannedImage
from sam3_annotator.project.formats.registry import export_project
from sam3_annotator.project.formats.verified import Verification, VerifiedExport
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.reading import ProjectReader


def export_verified(
    store: ProjectReader,
    out: Path,
    format_name: str,
    options: ExportOptions | None = None,
    progress: Progress = no_progress,
) -> VerifiedExport:
    """Export a project, then verify the export; both are half of the `progress`.

    Raises what `export_project` raises. `Cancelled` during the verification ends only that: the export stays.
    """

    def writing(done: int, total: int) -> None:
        progress(done, 2 * total)

    def verifying(done: int, total: int) -> None:
        progress(total + done, 2 * total)

    report = export_project(store, out, format_name, options, writing)
    try:
        return VerifiedExport(report, verify_export(store, out, format_name, options, verifying))
    except Cancelled:
        return VerifiedExport(report, None)


def verify_export(
    store: ProjectReader,
    out: Path,
    format_name: str,
    options: ExportOptions | None = None,
    progress: Progress = no_progress,
) -> Verification:
    """Read the export in `out` with our reader of its format and compare it with the project.

    `options` are those it was written with, and the project has to be in the same state: where others may write, take
    one `ProjectStore.snapshot` for both. For each image: its name, size, split and file; for each instance: its
    category, whether it is a crowd where the format tells, and its area as far as the format holds it, pixel by pixel.
    Areas are made pixels one image at a time. An export that cannot be read is a difference. Raises KnownError if the
    format is not one of those written or the project has nothing to export, and Cancelled.
    """
    known = READ_BACK.get(format_name)
    if known is None:
        raise KnownError(f"The format {format_name} is not written, so it cannot be verified; choose another.")
    options = options or ExportOptions()
    out = Path(os.path.realpath(out))
    selection = choose_images(store, options, known.naming)
    total = len(selection.images)
    progress(0, total)
    try:
        plan = known.read(out)
        overlooked = known.overlooked(out)
        is_shared = bool(added_files(out))
    except (KnownError, OSError, MemoryError) as error:
        return Verification(total, differences=(_unreadable(error),))
    comparer = Comparer(store, known, options, selection, overlooked)
    for fault in overlooked.faults():
        comparer.tell(Difference(DifferenceKind.IDS, fault))
    for difference in _category_differences(store, known, plan):
        comparer.tell(difference)
    waiting = _by_name(plan)
    del plan
    for done, image in enumerate(selection.images):
        progress(done, total)
        comparer.compare(image, _take(waiting, known.name_of(image, options)))
    if not is_shared:  # else they may be the user's own
        for name in (image.name for images in waiting.values() for image in images):
            comparer.tell(Difference(DifferenceKind.IMAGE_EXTRA, "the project does not export such an image.", name))
    progress(total, total)
    return _verification(comparer, total)


def _unreadable(error: Exception) -> Difference:
    why = str(error) if isinstance(error, KnownError) else "The system refused, or there is not enough memory."
    return Difference(DifferenceKind.UNREADABLE, why)


def _category_differences(store: ProjectReader, known: ReadBack, plan: ImportPlan) -> Iterator[Difference]:
    wanted = [known.told(category.name) for category in store.categories()]
    found = [category.name for category in plan.categories][: len(wanted)]
    if known.lists_categories and found != wanted:
        words = f"The categories are {', '.join(found)} instead of {', '.join(wanted)}."
        yield Difference(DifferenceKind.CATEGORIES, words)


def _by_name(plan: ImportPlan) -> dict[str, list[PlannedImage]]:
    """Return the images by name, where labels do not tell the suffix by the name without it."""
    images: dict[str, list[PlannedImage]] = {}
    for image in reversed(plan.images):
        images.setdefault(image.name.removesuffix(ANY_SUFFIX), []).append(image)
    return images


def _take(waiting: dict[str, list[PlannedImage]], name: str) -> PlannedImage | None:
    for key in (name, str(PurePosixPath(name).with_suffix(""))):
        if key in waiting:
            image = waiting[key].pop()
            if not waiting[key]:
                del waiting[key]
            return image
    return None


def _verification(comparer: Comparer, images: int) -> Verification:
    counts = comparer.counts
    return Verification(
        images,
        counts.instances,
        counts.found,
        counts.exact,
        counts.but_for_outline,
        comparer.form,
        tuple(comparer.differences),
        comparer.unlisted,
        comparer.filled.words,
    )
