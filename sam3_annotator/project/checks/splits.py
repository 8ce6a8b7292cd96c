"""Splits that leave nothing to train or to validate with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sam3_annotator.project.checks.findings import Finding, FindingKind
from sam3_annotator.project.entities import Split
from sam3_annotator.project.queries import images_in_use, instance_counts
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.words import counted


def find_bad_splits(store: ProjectReader) -> Iterator[Finding]:
    """Find what is wrong with the splits of the images that an export would take: labelled, or known to be empty."""
    labelled = instance_counts(store)
    images = [image for image in images_in_use(store) if image.id in labelled or image.state.is_finished]
    sizes = Counter(image.split for image in images)
    without = sizes.pop(None, 0)
    if not images:
        return
    if not sizes:
        sentence = (
            f"{_count(without)} {'are' if without > 1 else 'is'} labelled and none is in a split; "
            "divide them into train and val (File > Divide into splits…), or give shares when you export."
        )
        yield Finding(FindingKind.NO_SPLITS, sentence)
        return
    if without:
        sentence = (
            f"{_count(without)} {'have' if without > 1 else 'has'} no split while others have; "
            "an export puts them into train unless you divide them (File > Divide into splits…) or give it shares."
        )
        yield Finding(FindingKind.IMAGES_WITHOUT_SPLIT, sentence)
    if sizes[Split.TRAIN] and not sizes[Split.VAL]:
        sentence = (
            f"{_count(sizes[Split.TRAIN])} {'are' if sizes[Split.TRAIN] > 1 else 'is'} in train and none that is "
            "labelled in val; put some into val."
        )
        yield Finding(FindingKind.VAL_IS_EMPTY, sentence)


def _count(number: int) -> str:
    return counted(number, "image")
