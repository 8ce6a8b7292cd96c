"""Finds the images that labels speak of, in the project and on the disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath

from sam3_annotator.project.entities import ImageId
from sam3_annotator.project.image_files import list_image_files
from sam3_annotator.project.image_paths import absolute_path
from sam3_annotator.project.reading import ProjectReader

Match = ImageId | Path
"""An image of the project, or a file that is not in it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An image to be found: its name in the labels, relative and with `/`, and folders that it may lie in."""

    name: str
    folders: tuple[Path, ...] = ()


def match_images(store: ProjectReader, wanted: Sequence[Wanted], images_dir: Path | None) -> dict[int, Match]:
    """Return what was found, by the place in `wanted`.

    An image is looked for at its name in `images_dir`; by name in the project, where folders in front of the name have
    to decide between images of one name; by name below `images_dir`; and at its name in its folders. No image
    is taken for two names: the one that fits better, with more folders in common, gets it.
    """
    matcher = _Matcher(store, wanted)
    if images_dir is not None:
        matcher.match_exactly([(images_dir,)] * len(wanted))
    matcher.match_by_name([(image.id, PurePosixPath(image.path)) for image in store.images()])
    if images_dir is not None and matcher.is_incomplete:
        matcher.match_by_name([(matcher.known(file), file) for file in list_image_files(images_dir)])
    matcher.match_exactly([image.folders for image in wanted])
    return dict(sorted(matcher.found.items()))


class _Matcher:
    def __init__(self, store: ProjectReader, wanted: Sequence[Wanted]) -> None:
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
            for folder in folders[number]:
                if _is_file(folder / image.name):
                    self._take(number, self.known(folder / image.name))
                    break

    def match_by_name(self, candidates: Sequence[tuple[Match, PurePath]]) -> None:
        by_name: dict[str, list[tuple[Match, PurePath]]] = {}
        for target, path in candidates:
            by_name.setdefault(path.name.casefold(), []).append((target, path))
        best: dict[Match, tuple[tuple[int, bool], list[int]]] = {}
        for number, image in enumerate(self._wanted):
            if number in self.found:
                continue
            path = PurePosixPath(image.name)
            scored = [(_likeness(path, other), target) for target, other in by_name.get(path.name.casefold(), ())]
            top = max((likeness for likeness, _ in scored), default=(0, False))
            targets = {target for likeness, target in scored if likeness == top}
            if len(targets) != 1:
                continue
            (target,) = targets
            likeness, numbers = best.get(target, ((0, False), []))
            if top > likeness:
                best[target] = (top, [number])
            elif top == likeness:
                numbers.append(number)
        for target, (_, numbers) in best.items():
            if len({self._wanted[number].name for number in numbers}) == 1:
                for number in numbers:
                    self._take(number, target)

    def _take(self, number: int, target: Match) -> None:
        name = self._wanted[number].name
        if self._name_of.setdefault(target, name) == name:
            self.found[number] = target


def _likeness(a: PurePath, b: PurePath) -> tuple[int, bool]:
    """Return how many parts two paths have in common at their ends, and whether the case of the name is the same."""
    common = 0
    for part_a, part_b in zip(reversed(a.parts), reversed(b.parts), strict=False):
        if part_a.casefold() != part_b.casefold():
            break
        common += 1
    return common, a.name == b.name


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # no name of a file on this system
        return False
