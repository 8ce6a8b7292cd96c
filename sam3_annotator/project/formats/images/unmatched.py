"""Says why images that labels speak of are not there, or not told from others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath, PurePosixPath

from sam3_annotator.project.formats.images.matching import ANY_SUFFIX, Match, Wanted
from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.image_files import folded, list_image_files
from sam3_annotator.project.image_paths import absolute_path
from sam3_annotator.project.reading import ProjectReader


def unmatched_sentences(
    store: ProjectReader,
    wanted: Sequence[Wanted],
    matches: Mapping[int, Match],
    images_dir: Path | None,
    remedy: str,
) -> list[str]:
    """Return a sentence on each kind of images that `match_images` has no match for, with what to do about it.

    There is no image of the name; or there are several, and the folders do not decide; or several names fit the same
    image. `remedy` is what helps the first, as the end of a sentence.
    """
    names = dict.fromkeys(image.name for number, image in enumerate(wanted) if number not in matches)
    by_name = _images_by_name(store, images_dir) if names else {}
    alike = {name: by_name.get(folded(PurePosixPath(name).name), {}) for name in names}
    taken = set(matches.values())
    fitting = Counter(match for images in alike.values() if len(images) == 1 for match in images)
    unclear = [name for name, images in alike.items() if len(images) > 1 and not taken.issuperset(images)]
    shared = taken | {match for match, count in fitting.items() if count > 1}
    doubled = [name for name, images in alike.items() if len(images) == 1 and shared.issuperset(images)]
    sentences = []
    if missing := [name for name in names if name not in {*unclear, *doubled}]:
        sentences.append(
            f"{listed(missing, 'image')} not found, so what is annotated there was left out; {remedy} and import again."
        )
    if unclear:
        sentences.append(
            f"{listed(unclear, 'image')} left out with what is annotated there, since it is not clear which is meant "
            f"of {_paths(alike, unclear)}; choose the folder of the one that is meant, or give its whole name in the "
            "labels, and import again."
        )
    if doubled:
        sentences.append(
            f"{listed(doubled, 'image')} left out with what is annotated there, since the labels have several names "
            f"for {_paths(alike, doubled)}; give each image one name there and import again."
        )
    return sentences


def _paths(alike: Mapping[str, Mapping[Match, str]], names: Sequence[str]) -> str:
    return listed(list(dict.fromkeys(path for name in names for path in alike[name].values())), "image")


def _images_by_name(store: ProjectReader, images_dir: Path | None) -> dict[str, dict[Match, str]]:
    """Give the images of the project, and the files of the folder, by what labels may call them, each with its path."""
    images: dict[Match, PurePath] = {image.id: PurePosixPath(image.path) for image in store.images()}
    known = {store.image_file(image.id) for image in store.images()}
    for file in list_image_files(images_dir) if images_dir is not None else ():
        if absolute_path(file) not in known:
            images[absolute_path(file)] = file
    by_name: dict[str, dict[Match, str]] = {}
    for match, path in images.items():
        for name in (path.name, path.with_suffix(ANY_SUFFIX).name):
            by_name.setdefault(folded(name), {})[match] = path.as_posix()
    return by_name
