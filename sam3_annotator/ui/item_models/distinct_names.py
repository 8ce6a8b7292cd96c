"""Names of images that tell those apart which have the same in different folders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sam3_annotator.project import ImageId, ImageRecord


def distinct_names(records: Iterable[ImageRecord]) -> dict[ImageId, str]:
    """Return, for the images whose name others have too, the shortest end of the path that only this image has."""
    shared = _of_one_name((record.id, record.path) for record in records)
    names: dict[ImageId, str] = {}
    depth = 1
    while shared:
        depth += 1
        tails = {image_id: "/".join(path.split("/")[-depth:]) for image_id, path in shared}
        counts = Counter(tails.values())
        names.update((image_id, tail) for image_id, tail in tails.items() if counts[tail] == 1)
        # A path that is the end of another one has no longer end, and stays as it is.
        names.update((image_id, path) for image_id, path in shared if tails[image_id] == path)
        shared = [(image_id, path) for image_id, path in shared if image_id not in names]
    return names


def _of_one_name(paths: Iterable[tuple[ImageId, str]]) -> list[tuple[ImageId, str]]:
    """Return those whose last part is that of others too."""
    known = list(paths)
    counts = Counter(path.rsplit("/", 1)[-1] for _, path in known)
    return [(image_id, path) for image_id, path in known if counts[path.rsplit("/", 1)[-1]] > 1]
