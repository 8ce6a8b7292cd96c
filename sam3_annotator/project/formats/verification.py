"""Reads an export back and says how it compares with the project."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sam3_annotator.project.errors import Cancelled, KnownError
from sam3_annotator.project.formats.comparison import Comparer
from sam3_annotator.project.formats.differences import Difference, DifferenceKind
from sam3_annotator.project.formats.export_folder import added_files
from sam3_annotator.project.formats.image_matching import ANY_SUFFIX
from sam3_annotator.project.formats.options import ExportOptions, ExportReport
from sam3_annotator.project.formats.plan import ImportPlan, PlannedImage
from sam3_annotator.project.formats.read_back import READ_BACK, ReadBack
from sam3_annotator.project.formats.registry import export_project
from sam3_annotator.project.formats.selection import choose_images
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.reading import ProjectReader


@dataclass(frozen=True, slots=True)
class Verification:
    """How an export compares with the project; `sentence` says it, `differences` say what is not as it should be.

    Counted are the `instances` that the format can hold: `found` were read back, `exact` of them to the pixel, others
    but for pixels whose centre the outline goes through (`but_for_outline`), which the decimals of a format decide.
    `form`, put after “read back”, is how they come back if not whole, `note` what training makes of them. `unlisted`
    differences are counted only.
    """

    images: int
    instances: int = 0
    found: int = 0
    exact: int = 0
    but_for_outline: int = 0
    form: str = ""
    differences: tuple[Difference, ...] = ()
    unlisted: int = 0
    note: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the export holds all that the format can hold, and nothing else."""
        return not self.differences

    @property
    def lowest_iou(self) -> float | None:
        """The IoU of the worst instance that was found, None if all came back to the pixel but for the outline."""
        return min((each.iou for each in self.differences if each.iou is not None), default=None)

    @property
    def sentence(self) -> str:
        """Say in one sentence what came of it."""
        words = self._found_words()
        if self.is_good:
            return f"{words}."
        if self.differences[0].kind is DifferenceKind.UNREADABLE:
            return "The export could not be read back."
        count = len(self.differences) + self.unlisted
        return f"The export differs from the project in {count:,} place{'s' if count != 1 else ''}: {words}."

    @property
    def warnings(self) -> tuple[str, ...]:
        """The differences as sentences."""
        more = (f"{self.unlisted:,} more differences are not listed.",) if self.unlisted else ()
        return (*map(str, self.differences), *more)

    def _found_words(self) -> str:
        if not self.instances and not self.found:
            return f"{self.images:,} image{'s' if self.images != 1 else ''} without instances read back"
        noun = f"instance{'s' if self.instances != 1 else ''}"
        words = f"{self.found:,} of {self.instances:,} {noun} read back{self.form}"
        if self.exact == self.instances:
            return f"{words}, {'all ' if self.instances > 1 else ''}to the pixel"
        words += f", {self.exact:,} to the pixel"
        return words + (
            f", {self.but_for_outline:,} but for pixels that the outline halves" * (self.but_for_outline > 0)
        )


@dataclass(frozen=True, slots=True)
class VerifiedExport:
    """What an export has written, and how that compares with the project; None if nobody compared to the end."""

    report: ExportReport
    verification: Verification | None


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

    `options` are those it was written with, and the project has to be in the same state: call both inside
    `store.snapshot()` where others may write. For each image: its name, size, split and file; for each instance: its
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
