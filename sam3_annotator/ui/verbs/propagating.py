"""Propagates the instances of the image before to where they are on the shown one, as proposals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from sam3_annotator.model import Job, Workbench
from sam3_annotator.project import ImageId, ProjectStore, read_image
from sam3_annotator.ui.assistance.finder import Finder
from sam3_annotator.ui.assistance.shown_image import ShownImage
from sam3_annotator.ui.canvas.proposals import PropagatedFrom, Proposal, Proposals
from sam3_annotator.ui.canvas.shifting import Size
from sam3_annotator.ui.settings import Settings
from sam3_annotator.ui.verbs.instance_search import Original, original_of, search_again
from sam3_annotator.ui.verbs.instance_verbs import InstanceVerbs
from sam3_annotator.ui.workspace import Workspace


def propagation_job(image: ShownImage, before: Path, originals: Sequence[Original], tolerance: float) -> Job:
    """Make the job that finds the instances of the image in the file `before` on another, best first.

    Outlines stray by `tolerance` pixels. It raises `ImageUnreadable` if that file is missing or damaged, and
    `UnsupportedPrompt` if the model answers nothing at all.
    """

    def job(bench: Workbench) -> tuple[Proposal, ...]:
        found = search_again(bench, image, read_image(before), originals, tolerance)
        return tuple(sorted((each for each in found if each is not None), key=lambda one: -one.score))

    return job


class Propagating(InstanceVerbs):
    """What is proposed are all instances of the image before as they are when it is asked, crowds too.

    `find_previous` gives the image before the shown one. Nothing is written to the project.
    """

    def __init__(
        self,
        store: ProjectStore,
        workspace: Workspace,
        find_size: Callable[[], Size | None],
        finder: Finder,
        find_previous: Callable[[], ImageId | None],
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(store, workspace, find_size, parent)
        self._finder = finder
        self._find_previous = find_previous
        self._settings = settings
        finder.propagation_wanted.connect(self._propagate)
        finder.answered.connect(self._tell)

    def slots(self) -> dict[str, Callable[[], object]]:
        """Say what the verb calls."""
        return {"propagate": self.propagate}

    def propagate(self) -> None:
        """Look for the instances of the image before on the shown one; the keys are about what will be found."""
        self._workspace.select(())
        previous = self._find_previous()
        if previous is None:
            self.notice.emit("There is no image before this one in the list to propagate from.")
        elif self._finder.image is None:
            self._finder.propagate_once_shown(previous)
        else:
            self._propagate(previous)

    @Slot(object)
    def _propagate(self, source_id: ImageId) -> None:
        self._attempt(lambda: self._look_for_those_of(source_id))

    def _look_for_those_of(self, source_id: ImageId) -> None:
        try:
            source = self._store.image(source_id)
        except KeyError:  # it has been taken out of the project since
            return
        originals = [original_of(self._store, instance) for instance in self._store.instances(source_id)]
        if not originals:
            self.notice.emit(f"{source.name} has no instances to propagate.")
            return
        file, tolerance = self._store.image_file(source_id), self._settings.simplification_tolerance
        self._finder.propagate(
            PropagatedFrom(source_id, source.name, len(originals)),
            lambda image: propagation_job(image, file, originals, tolerance),
        )

    @Slot()
    def _tell(self) -> None:
        proposals = self._finder.proposals
        if proposals is not None and proposals.propagated_from is not None and proposals.is_current:
            self.notice.emit(propagated_in_words(proposals, proposals.propagated_from))


def propagated_in_words(proposals: Proposals, source: PropagatedFrom) -> str:
    """Say what became of the instances of the image before, once the answer is there."""
    total, found, left = source.instance_count, len(proposals.answer), len(proposals.unsettled)
    lost, labelled, hidden = total - found, found - left, left - len(proposals.open)
    whole = f"The instance of {source.name}" if total == 1 else f"All {total:,} instances of {source.name}"
    if labelled == total:
        return f"{whole} {_one_or_many(total, 'is', 'are')} labelled here already."
    if not found and total > 1:
        return f"None of the {total:,} instances of {source.name} was found again."
    if not lost:
        main = f"{whole} {_one_or_many(total, 'was', 'were')} found again"
    elif total == 1:
        main = f"{whole} was not found again"
    else:
        main = f"{found:,} of {total:,} instances of {source.name} {_one_or_many(found, 'was', 'were')} found again"
    notes = (
        (lost if total > 1 else 0, f"{lost:,} {_one_or_many(lost, 'was', 'were')} not"),
        (labelled, f"{labelled:,} {_one_or_many(labelled, 'is', 'are')} labelled here already"),
        (hidden, f"{hidden:,} {_one_or_many(hidden, 'scores', 'score')} below the threshold"),
    )
    return "; ".join([main, *(note for count, note in notes if count)]) + "."


def _one_or_many(count: int, one: str, many: str) -> str:
    return one if count == 1 else many
