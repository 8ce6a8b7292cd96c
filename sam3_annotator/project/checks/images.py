"""Images whose files or states do not fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from sam3_annotator.project.checks.findings import Finding, FindingKind
from sam3_annotator.project.entities import ImageFacts, ImageRecord, ImageState
from sam3_annotator.project.errors import ImageUnreadable
from sam3_annotator.project.file_access import is_there, require_file
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.words import counted

_FINISHED = (ImageState.DONE, ImageState.REVIEWED)


def find_bad_images(store: ProjectReader, image: ImageRecord, facts: ImageFacts, instances: int) -> Iterator[Finding]:
    """Find what is wrong with one image of so many instances: its file, of which `facts` are true now, and its state.

    An image of unknown size is one whose file is missing or cannot be read.
    """
    file = store.image_file(image.id)
    if not is_there(file):
        yield _finding(FindingKind.MISSING_FILE, image, _of_the_file(file, _why_missing(file)))
    elif facts.problem:
        yield _finding(FindingKind.UNREADABLE_FILE, image, _of_the_file(file, facts.problem))
    elif instances and _has_other_size(facts, image.facts):
        sentence = (
            f"the file is {facts.width} x {facts.height} pixels and was {image.facts.width} x {image.facts.height} "
            "when it was labelled; put the earlier file back, or see whether all instances are in the right place."
        )
        yield _finding(FindingKind.REPLACED_FILE, image, sentence)
    if image.state is ImageState.CONFIRMED_EMPTY and instances:
        sentence = (
            f"the image is confirmed as empty but has {counted(instances, 'instance')}; "
            "delete what is wrong, or mark the image as done."
        )
        yield _finding(FindingKind.EMPTY_WITH_INSTANCES, image, sentence)
    if image.state in _FINISHED and not instances:
        sentence = f"the image is {image.state} but has no instances; confirm it as empty, or label it."
        yield _finding(FindingKind.DONE_WITHOUT_INSTANCES, image, sentence)


def find_undecodable(
    store: ProjectReader, unreadable: Iterable[tuple[ImageRecord, Exception]], known: Iterable[Finding]
) -> Iterator[Finding]:
    """Find the images whose pixels could not be read, each with why, but for those that `known` findings tell of."""
    kinds = (FindingKind.MISSING_FILE, FindingKind.UNREADABLE_FILE)
    told = {finding.image_id for finding in known if finding.kind in kinds}
    for image, error in unreadable:
        if image.id not in told:
            sentence = _of_the_file(store.image_file(image.id), str(error))
            yield _finding(FindingKind.UNREADABLE_FILE, image, sentence)


def _finding(kind: FindingKind, image: ImageRecord, sentence: str) -> Finding:
    return Finding(kind, f"{image.path}: {sentence}", image.id)


def _of_the_file(file: Path, sentence: str) -> str:
    """Leave the name of a file out of a sentence that begins with it: the finding does so already."""
    rest = sentence.removeprefix(f"“{file.name}”")
    return sentence if rest == sentence else f"the file{rest}"


def _why_missing(file: Path) -> str:
    try:
        require_file(file)
    except ImageUnreadable as error:
        return str(error)
    return "the file was missing a moment ago; check the project again."


def _has_other_size(now: ImageFacts, before: ImageFacts) -> bool:
    return before.width > 0 and (now.width, now.height) != (before.width, before.height)
