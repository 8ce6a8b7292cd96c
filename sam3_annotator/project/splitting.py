"""Which split each image belongs to: drawn by shares, so that what is alike stays together."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sam3_annotator.project.entities import ImageId, ImageRecord, Split
from sam3_annotator.project.fingerprints import alike_groups
from sam3_annotator.project.images import current_facts
from sam3_annotator.project.kept_fingerprints import fingerprints
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.queries import images_in_use
from sam3_annotator.project.reading import ProjectReader
from sam3_annotator.project.store import ProjectStore
from sam3_annotator.project.words import counted

ONE_SET = ""
"""The name of the split of all images when there are no splits."""


def divide_images(
    store: ProjectStore,
    shares: Mapping[str, float],
    seed: int = 0,
    *,
    alike_together: bool = False,
    is_anew: bool = False,
    progress: Progress = no_progress,
) -> int:
    """Draw which images of a project train, validate and test, in one step that can be undone; gives how many changed.

    Images that are left out are passed over. The others are drawn as `assign_splits` does, those that look alike
    into one split if they are to stay `alike_together`; with `is_anew` also those that have a split. `progress` counts
    the images whose pixels are read for that, and may raise `Cancelled`.
    """
    images = images_in_use(store)
    drawn = [replace(image, split=None) for image in images] if is_anew else list(images)
    alike: list[list[ImageId]] = []
    if alike_together:
        files = [store.image_file(image.id) for image in images]
        facts = [current_facts(file, image.facts) for file, image in zip(files, images, strict=True)]
        drawn = [replace(image, facts=now) for image, now in zip(drawn, facts, strict=True)]
        alike = alike_images(drawn, files, progress)
    splits = assign_splits(drawn, shares, seed, alike)
    changing = [image.id for image in images if splits[image.id] != image.split]
    if changing:
        with store.edit("Divide into splits") as edit:
            for image_id in changing:
                edit.update_image(image_id, split=Split(splits[image_id]))
    return len(changing)


def division_in_words(store: ProjectReader, changed: int, *, is_anew: bool) -> str:
    """Say in which splits images are after a division, but for those left out, and how many it has `changed`.

    As `10 images (8 in train, 2 in val), of which 3 were in none`.
    """
    images = images_in_use(store)
    counts = Counter(image.split for image in images)
    words = counted_in_splits(len(images), {str(split or "none"): counts[split] for split in (*Split, None)})
    if not changed:
        return f"{words}, as before"
    verb = "was" if changed == 1 else "were"
    return f"{words}, of which {changed:,} {verb} in {'another or none' if is_anew else 'none'}"


def counted_in_splits(images: int, splits: Mapping[str, int]) -> str:
    """Say how many images there are, and how many in each split that has some, as `8 images (6 in train, 2 in val)`."""
    parts = ", ".join(f"{count:,} in {split}" for split, count in splits.items() if count)
    return counted(images, "image") + (f" ({parts})" if parts else "")


def alike_images(
    images: Sequence[ImageRecord], files: Sequence[Path], progress: Progress = no_progress
) -> list[list[ImageId]]:
    """Give the groups of images that look alike, as frames of a film do; `progress` counts the files that are read."""
    by_content = {image.facts.content_hash: file for image, file in zip(images, files, strict=True)}
    by_content.pop("", None)  # of files that cannot be read
    known = fingerprints(by_content, progress)
    seen = [image for image in images if image.facts.content_hash in known]
    groups = alike_groups([known[image.facts.content_hash] for image in seen])
    return [[seen[place].id for place in group] for group in groups]


def assign_splits(
    images: Sequence[ImageRecord],
    shares: Mapping[str, float] | None,
    seed: int,
    alike: Iterable[Sequence[ImageId]] = (),
) -> dict[ImageId, str]:
    """Return the split of every image, `ONE_SET` for all if nobody asked for splits.

    Images that have a split keep it. Copies of one image, whatever they are called, come into the same split, and so do
    groups of images that are `alike`, or a model would be tested on what it has learnt; the shares are then met as
    nearly as can be. All others are drawn in an order that follows from their path and the seed alone, so
    that the same images are split in the same way anywhere, and filled up to the shares. With no shares they go to
    `train`. A split whose share is not 0 gets an image if there are enough that may be parted.
    """
    group_of = _groups(images, alike)
    fixed = _fixed_splits(images, group_of)
    free = sorted((image for image in images if image.id not in fixed), key=lambda image: _draw(seed, image.path))
    if shares is None:
        rest = str(Split.TRAIN) if fixed else ONE_SET
        return {image.id: fixed.get(image.id, rest) for image in images}
    names = [str(name) for name in Split if shares.get(name, 0) > 0]
    taken = {name: sum(split == name for split in fixed.values()) for name in names}
    wanted = _apportion([shares[name] for name in names], len(images))
    missing = [max(count - taken[name], 0) for name, count in zip(names, wanted, strict=True)]
    counts = _at_least_one(_apportion(missing, len(free)), [taken[name] for name in names])
    groups: dict[ImageId, list[ImageId]] = {}
    for image in free:
        groups.setdefault(group_of[image.id], []).append(image.id)
    splits = _fill(list(groups.values()), names, counts, [count > 0 for count in taken.values()])
    return {image.id: fixed.get(image.id) or splits[image.id] for image in images}


def _groups(images: Sequence[ImageRecord], alike: Iterable[Sequence[ImageId]]) -> dict[ImageId, ImageId]:
    """Give each image the one that stands for all that stay with it: its copies, alike ones, and their copies."""
    parents = {image.id: image.id for image in images}

    def root(image_id: ImageId) -> ImageId:
        while parents[image_id] != image_id:
            parents[image_id] = image_id = parents[parents[image_id]]
        return image_id

    copies: dict[str, list[ImageId]] = {}
    for image in images:
        copies.setdefault(image.facts.content_hash or image.path, []).append(image.id)
    for group in (*copies.values(), *alike):
        for image_id in group:
            parents[root(image_id)] = root(group[0])
    return {image.id: root(image.id) for image in images}


def _fixed_splits(images: Sequence[ImageRecord], group_of: Mapping[ImageId, ImageId]) -> dict[ImageId, str]:
    """Give the splits of images that have one, and of what has to stay with those."""
    by_group = {group_of[image.id]: str(image.split) for image in images if image.split is not None}
    return {
        image.id: by_group[group_of[image.id]] if image.split is None else str(image.split)
        for image in images
        if group_of[image.id] in by_group
    }


def _fill(
    groups: Sequence[Sequence[ImageId]], names: Sequence[str], counts: Sequence[int], has_some: Sequence[bool]
) -> dict[ImageId, str]:
    """Put whole groups into the splits, one split after the other up to its count, those that fit into few first.

    The last groups are for those splits that are to have images and have none yet.
    """
    splits: dict[ImageId, str] = {}
    missing = list(counts)
    is_empty = [count > 0 and not some for count, some in zip(counts, has_some, strict=True)]
    least = min((count for count in counts if count > 0), default=0)
    # What every split has room for keeps the order in which it was drawn.
    ordered = sorted(groups, key=lambda group: len(group) if len(group) > least else 0, reverse=True)
    for number, group in enumerate(ordered):
        is_last_chance = len(ordered) - number <= sum(is_empty)
        places = [i for i in range(len(names)) if is_empty[i] or not is_last_chance]
        with_room = (i for i in places if missing[i] >= len(group))
        at = next(with_room, max(places, key=lambda i: missing[i]))
        splits |= dict.fromkeys(group, names[at])
        missing[at] -= len(group)
        is_empty[at] = False
    return splits


def _draw(seed: int, path: str) -> bytes:
    return hashlib.blake2b(f"{seed}\n{path}".encode(), digest_size=16).digest()


def _apportion(weights: Sequence[float], total: int) -> list[int]:
    """Share out `total` in whole numbers by weight; those with the largest remainders get what is left."""
    whole = sum(weights) or 1.0
    exact = [total * weight / whole for weight in weights]
    counts = [int(value) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: counts[i] - exact[i])
    for i in by_remainder[: total - sum(counts)]:
        counts[i] += 1
    return counts


def _at_least_one(counts: list[int], taken: Sequence[int]) -> list[int]:
    counts = list(counts)
    for i in range(len(counts)):
        largest = max(range(len(counts)), key=lambda j: counts[j])
        if counts[i] + taken[i] == 0 and counts[largest] > 1:
            counts[i] += 1
            counts[largest] -= 1
    return counts
