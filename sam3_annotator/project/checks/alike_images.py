"""Images that look like one of another split: a model is tested on nearly what it has learnt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sam3_annotator.project.checks.findings import Finding, FindingKind
from sam3_annotator.project.entities import ImageRecord, Split
from sam3_annotator.project.fingerprints import most_alike
from sam3_annotator.project.kept_fingerprints import fingerprints
from sam3_annotator.project.progress import Progress
from sam3_annotator.project.reading import ProjectReader


def find_alike_images(store: ProjectReader, images: Sequence[ImageRecord], progress: Progress) -> Iterator[Finding]:
    """Find images that look like one of an earlier split, each with the one it is most like: train, val, test.

    Nothing is read where all images are in one split or in none. Copies are passed over, being found as such.
    `progress` counts the images that are read, if any; what it raises is raised.
    """
    by_split = [[image for image in images if image.split is split and image.facts.content_hash] for split in Split]
    if sum(map(bool, by_split)) < 2:
        return
    files = {image.facts.content_hash: store.image_file(image.id) for members in by_split for image in members}
    known = fingerprints(files, progress)
    earlier: list[ImageRecord] = []
    for members in by_split:
        held = {image.facts.content_hash for image in earlier}
        asked = [image for image in members if image.facts.content_hash in known.keys() - held]
        yield from _findings(asked, earlier, known)
        earlier += [image for image in members if image.facts.content_hash in known]


def _findings(
    images: Sequence[ImageRecord], others: Sequence[ImageRecord], known: dict[str, bytes]
) -> Iterator[Finding]:
    places = most_alike(
        [known[image.facts.content_hash] for image in images], [known[image.facts.content_hash] for image in others]
    )
    for place, other_place in places.items():
        image, other = images[place], others[other_place]
        sentence = (
            f"{image.path}: the image looks like {other.path}, and is in {image.split} while that is in {other.split}, "
            "so a model is tested on nearly what it has learnt; put both into the same split, or leave one of them out."
        )
        yield Finding(FindingKind.ALIKE_IMAGES_IN_TWO_SPLITS, sentence, image.id, other_image_id=other.id)
