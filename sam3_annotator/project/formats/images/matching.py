"""Finds the images that labels speak of, in the project and on the disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath

from sam3_annotator.project.entities import ImageFacts, ImageId
from sam3_annotator.project.errors import ImageUnreadable
from sam3_annotator.project.formats.images.naming import nested_names
from sam3_annotator.project.image_files import IMAGE_SUFFIXES, hash_file, is_there, list_image_files, require_file
from sam3_annotator.project.image_paths import absolute_path
from sam3_annotator.project.reading import ProjectReader

Match = ImageId | Path
"""An image of the project, or a file that is not in it."""

Likeness = tuple[int, bool, bool]

ANY_SUFFIX = ".*"
"""At the end of a name that labels do not give the suffix of: any suffix of an image fits."""

_UNLIKE: Likeness = (0, False, False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An image to be found: its name in the labels, relative and with `/`, and folders that it may lie in."""

    name: str
    folders: tuple[Path, ...] = ()


def match_images(store: ProjectReader, wanted: Sequence[Wanted], images_dir: Path | None) -> dict[int, Match]:
    """Return what was found, by the place in `wanted`.

    An image is looked for at its name in `images_dir`; by name in the project; by name below `images_dir`; and at its
    name in its folders. Between images of one name the folders in front of it have to decide. No image is taken
    for two names: the one that fits better, with more folders in common, gets it. An image of the project is passed
    over if an image of other content lies at the name in the folders: that is what the labels were made on.
    """
    matcher = _Matcher(store, wanted)
    if images_dir is not None:
        matcher.match_exactly([(images_dir,)] * len(wanted))
    ids = [image.id for image in store.images()]
    names = nested_names([store.image_file(image_id) for image_id in ids])
    matcher.match_by_name([(image_id, PurePosixPath(name)) for image_id, name in zip(ids, names, strict=True)])
    if images_dir is not None and matcher.is_incomplete:
        files = list_image_files(images_dir)
        matcher.match_by_name([(matcher.known(file), file.relative_to(images_dir)) for file in files])
    matcher.match_exactly([image.folders for image in wanted])
    return dict(sorted(matcher.found.items()))


class _Matcher:
    def __init__(self, store: ProjectReader, wanted: Sequence[Wanted]) -> None:
        self._store = store
        self._wanted = wanted
        self._ids = {store.image_file(image.id): image.id for image in store.images()}
        self._name_of: dict[Match, str] = {}
        self.found: dict[int, Match] = {}

    @property
    def is_incomplete(self) -> bool:
        return len(self.found) < len(self._wanted)

    def known(self, file: Path) -> Match:
        """Return the image of the project that a file is, else the file."""
        file = absolute_path(file)
        return self._ids.get(file, file)

    def match_exactly(self, folders: Sequence[tuple[Path, ...]]) -> None:
        for number, image in enumerate(self._wanted):
            if number in self.found:
                continue
            file = _file_in(folders[number], image.name)
            if file is not None:
                self._take(number, self.known(file))

    def match_by_name(self, candidates: Sequence[tuple[Match, PurePath]]) -> None:
        by_name: dict[str, list[tuple[Match, PurePath]]] = {}
        for target, path in candidates:
            for name in (path.name, path.with_suffix(ANY_SUFFIX).name):
                by_name.setdefault(name.casefold(), []).append((target, path))
        best: dict[Match, tuple[Likeness, list[int]]] = {}
        for number, image in enumerate(self._wanted):
            if number in self.found:
                continue
            path = PurePosixPath(image.name)
            scored = [(_likeness(path, other), target) for target, other in by_name.get(path.name.casefold(), ())]
            top = max((likeness for likeness, _ in scored), default=_UNLIKE)
            targets = {target for likeness, target in scored if likeness == top}
            if len(targets) != 1:
                continue
            (target,) = targets
            likeness, numbers = best.get(target, (_UNLIKE, []))
            if top > likeness:
                best[target] = (top, [number])
            elif top == likeness:
                numbers.append(number)
        for target, (_, numbers) in best.items():
            if len({self._wanted[number].name for number in numbers}) == 1:
                self._take_unless_other(numbers, target)

    def _take_unless_other(self, numbers: Sequence[int], target: Match) -> None:
        for number in numbers:
            if isinstance(target, Path) or not self._has_its_own_file(number, target):
                self._take(number, target)

    def _has_its_own_file(self, number: int, image_id: ImageId) -> bool:
        """Whether the labels have, in their folders, another image of the name than the one of the project."""
        file = _file_in(self._wanted[number].folders, self._wanted[number].name)
        if file is None or self.known(file) == image_id:
            return False
        facts = self._store.image(image_id).facts
        if not facts.content_hash:
            from sam3_annotator.project.images import read_facts  # Pillow: see images.py

            facts = read_facts(self._store.image_file(image_id))
        return bool(facts.content_hash) and _has_other_content(file, facts)

    def _take(self, number: int, target: Match) -> None:
        name = self._wanted[number].name
        if self._name_of.setdefault(target, name) == name:
            self.found[number] = target


def _likeness(a: PurePath, b: PurePath) -> Likeness:
    """Compare two paths: parts in common at their ends, whether that is all of both, whether upper case is alike."""
    if a.suffix == ANY_SUFFIX:
        b = b.with_suffix(ANY_SUFFIX)
    common = 0
    for part_a, part_b in zip(reversed(a.parts), reversed(b.parts), strict=False):
        if part_a.casefold() != part_b.casefold():
            break
        common += 1
    return common, common == len(a.parts) == len(b.parts), a.name == b.name


def _file_in(folders: Sequence[Path], name: str) -> Path | None:
    names = [name]
    if name.endswith(ANY_SUFFIX):
        stem = name.removesuffix(ANY_SUFFIX)
        names = [stem + suffix for small in sorted(IMAGE_SUFFIXES) for suffix in (small, small.upper())]
    return next((folder / name for folder in folders for name in names if is_there(folder / name)), None)


def _has_other_content(file: Path, facts: ImageFacts) -> bool:
    try:
        return require_file(file).st_size != facts.byte_size or hash_file(file) != facts.content_hash
    except ImageUnreadable:  # nothing to annotate
        return False
