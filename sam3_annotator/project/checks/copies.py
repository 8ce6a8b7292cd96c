"""Images that are in the project more than once, whatever their files are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sam3_annotator.project.checks.findings import Finding, FindingKind
from sam3_annotator.project.entities import ImageId, ImageRecord
from sam3_annotator.project.reading import ProjectReader


def find_copies(store: ProjectReader, groups: Sequence[Sequence[ImageId]]) -> Iterator[Finding]:
    """Find what to do about groups of images with the same content: one finding for each image but the first."""
    for group in groups:
        images = [store.image(image_id) for image_id in group]
        for number, copy in enumerate(images[1:], 1):
            # Rather that of another split than the first: it is the worse.
            original = next((image for image in images[:number] if _are_in_two_splits(image, copy)), images[0])
            yield _finding(original, copy, is_disputed=_is_disputed(store, original, copy))


def _are_in_two_splits(a: ImageRecord, b: ImageRecord) -> bool:
    """Tell whether splits differ where both have one: an export puts a copy without a split beside its original."""
    return a.split is not None and b.split is not None and a.split is not b.split


def _finding(original: ImageRecord, copy: ImageRecord, *, is_disputed: bool) -> Finding:
    same = f"{copy.path}: the image has the same content as {original.path}"
    if is_disputed:
        same += " but other instances"
    if _are_in_two_splits(original, copy):
        kind = FindingKind.SAME_IMAGE_IN_TWO_SPLITS
        sentence = (
            f"{same}, and is in {copy.split} while that is in {original.split}, so a model is tested on what it has "
            "learnt; leave one of them out, or put both into the same split."
        )
    elif is_disputed:
        kind = FindingKind.SAME_IMAGE_LABELLED_DIFFERENTLY
        sentence = f"{same}; leave out the one that is labelled worse."
    else:
        kind = FindingKind.SAME_IMAGE
        sentence = f"{same}; leave one of them out."
    return Finding(kind, sentence, copy.id, other_image_id=original.id)


def _is_disputed(store: ProjectReader, a: ImageRecord, b: ImageRecord) -> bool:
    labels_a, labels_b = _labels(store, a.id), _labels(store, b.id)
    is_untouched = (not labels_a and a.state.is_open) or (not labels_b and b.state.is_open)
    return labels_a != labels_b and not is_untouched


def _labels(store: ProjectReader, image_id: ImageId) -> list[tuple[Any, ...]]:
    query = "SELECT category_id, is_crowd, region FROM instances WHERE image_id = ? ORDER BY 1, 2, 3"
    return store.select(query, image_id)
