"""All checks over a whole project, one image after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sam3_annotator.project.checks.alike_images import find_alike_images
from sam3_annotator.project.checks.boxes import Boxes
from sam3_annotator.project.checks.categories import find_odd_categories
from sam3_annotator.project.checks.copies import find_copies
from sam3_annotator.project.checks.findings import Finding
from sam3_annotator.project.checks.images import find_bad_images
from sam3_annotator.project.checks.labelled_image import read_labelled_image
from sam3_annotator.project.checks.outlines import find_bad_outlines
from sam3_annotator.project.checks.overlaps import find_overlaps
from sam3_annotator.project.checks.sizes import Sizes
from sam3_annotator.project.checks.splits import find_bad_splits
from sam3_annotator.project.checks.unsure import find_unsure
from sam3_annotator.project.entities import ImageId, ImageRecord
from sam3_annotator.project.images import current_facts
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.queries import images_in_use
from sam3_annotator.project.reading import ProjectReader


def check_project(store: ProjectReader, progress: Progress = no_progress) -> Iterator[Finding]:
    """Find what would spoil a training or looks like a slip, as the checks come upon it; nothing is written.

    Images that are left out are passed over; `progress` counts the others. Only one image's instances are in memory at
    a time, and 16 to 24 bytes for each other one.
    Image files are looked up and, where nobody has read them or they were replaced, read. Pixels are decoded, small and
    once for all checks, only of images in splits that are compared with those of other splits; `progress` then counts
    those, from 0 again.
    A store from `ProjectStore.snapshot` shows one state of the project throughout. Raises NotAProject if a region is
    damaged, and what `progress` raises.
    """
    yield from find_odd_categories(store)
    yield from find_bad_splits(store)
    names = {category.id: category.name for category in store.categories()}
    sizes, boxes = Sizes(), Boxes()
    by_content: dict[str, list[ImageId]] = {}
    in_splits: list[ImageRecord] = []
    images = images_in_use(store)
    progress(0, len(images))
    for done, image in enumerate(images, 1):
        facts = current_facts(store.image_file(image.id), image.facts)
        if facts.content_hash:
            by_content.setdefault(facts.content_hash, []).append(image.id)
        if image.split is not None and facts.width:
            in_splits.append(replace(image, facts=facts))
        labelled = read_labelled_image(store, image, facts, names)
        yield from find_bad_images(store, image, facts, len(labelled.regions) if labelled else 0)
        if labelled is not None:
            yield from find_bad_outlines(labelled)
            yield from find_overlaps(labelled)
            sizes.add(labelled)
            boxes.add(labelled)
        progress(done, len(images))
    yield from find_copies(store, list(by_content.values()))
    yield from find_alike_images(store, in_splits, progress)
    yield from sizes.find_unusual(store, names)
    yield from boxes.find_among_outlines(store, names)
    yield from find_unsure(store, names)
