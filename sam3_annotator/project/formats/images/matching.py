"""Finds the images that labels speak of, in the project and on the disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath, PurePosixPath
from urllib.parse import quote

from sam3_annotator.project.entities import ImageId
from sam3_annotator.project.file_access import is_there
from sam3_annotator.project.formats.images.contents import Contents
from sam3_annotator.project.formats.images.naming import (
    Naming,
    flat_names,
    nested_names,
    nested_names_of_other_stems,
)
from sam3_annotator.project.formats.images.portable import portable_path
from sam3_annotator.project.formats.images.spelling import Spelling
from sam3_annotator.project.image_files import IMAGE_SUFFIXES, folded, is_one_file, list_image_files
from sam3_annotator.project.image_paths import absolute_path
from sam3_annotator.project.progress import Progress, no_progress
from sam3_annotator.project.reading import ProjectReader

Match = ImageId | Path
"""An image of the project, or a file that is not in it."""

Likeness = tuple[int, bool, bool, bool]

ANY_SUFFIX = ".*"
"""At the end of a name that labels do not give the suffix of: any suffix of an image fits."""

_NOT_ESCAPED = "/!'()*"  # by encodeURIComponent of browsers, but for letters, digits and `-_.~`
_UNLIKE: Likeness = (0, False, False, False)
_NAMINGS: tuple[Naming, ...] = (flat_names, nested_names, nested_names_of_other_stems)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An image to be found: its name in the labels, relative and with `/`, and folders that it may lie in.

    `renamed` is the file that is meant if there is nothing of that name.
    """

    name: str
    folders: tuple[Path, ...] = ()
    renamed: Path | None = None


def match_images(
    store: ProjectReader,
    wanted: Sequence[Wanted],
    images_dir: Path | None,
    progress: Progress = no_progress,
) -> dict[int, Match]:
    """Return what was found, by the place in `wanted`.

    An image is looked for at its name in `images_dir`; by name in the project; by name below `images_dir`; at its name
    in its folders; and by the names that exports give to images of equal stems or with names that not every system
    takes; at last it is the file that was renamed. Between images of one name the folders in front of it have to
    decide. No image is taken for two names: the one that fits better, with more folders in common, gets it. An image of
    the project is passed over if an image of other content lies at the name in the folders: that is what the labels
    were made on. A file that was found and is a copy of an image of the project stands for that one: exports give some
    images other names.
    Files are read, to compare them, where lengths in bytes are equal only; `progress` may cancel between two of them.
    """
    matcher = _Matcher(store, wanted, Contents(store, lambda: progress(0, len(wanted))))
    if images_dir is not None:
        matcher.match_exactly([(images_dir,)] * len(wanted))
    ids = [image.id for image in store.images()]
    names = nested_names([store.image_file(image_id) for image_id in ids], is_portable=False)
    matcher.match_by_name([(image_id, PurePosixPath(name)) for image_id, name in zip(ids, names, strict=True)])
    files = list_image_files(images_dir) if images_dir is not None and matcher.is_incomplete else []
    if images_dir is not None:
        matcher.match_by_name([(matcher.known(file), file.relative_to(images_dir)) for file in files])
    matcher.match_exactly([image.folders for image in wanted])
    if matcher.is_incomplete:
        matcher.match_by_name(_as_exported([(image_id, store.image_file(image_id)) for image_id in ids]))
    if files and matcher.is_incomplete:
        matcher.match_by_name(_as_exported([(matcher.known(file), file) for file in files]))
    matcher.match_renamed()
    matcher.recognise_copies()
    return dict(sorted(matcher.found.items()))


class _Matcher:
    def __init__(self, store: ProjectReader, wanted: Sequence[Wanted], contents: Contents) -> None:
        self._wanted = wanted
        self._contents = contents
        self._ids = {store.image_file(image.id): image.id for image in store.images()}
        self._spelling = Spelling()
        self._name_of: dict[Match, str] = {}
        self.found: dict[int, Match] = {}

    @property
    def is_incomplete(self) -> bool:
        return len(self.found) < len(self._wanted)

    def known(self, file: Path) -> Match:
        """Return the image of the project that a file is, else the file."""
        file = absolute_path(file)
        image_id = self._ids.get(file)
        if image_id is None:
            alike = self._alike.get(folded(str(file)))
            image_id = self._ids[alike] if alike is not None and is_one_file(file, alike) else None
        return file if image_id is None else image_id

    def match_exactly(self, folders: Sequence[tuple[Path, ...]]) -> None:
        for number, image in enumerate(self._wanted):
            if number in self.found:
                continue
            file = self._file_in(folders[number], image.name)
            if file is not None:
                self._take(number, self.known(file))

    def match_renamed(self) -> None:
        for number, image in enumerate(self._wanted):
            if number not in self.found and image.renamed is not None:
                self._take(number, self.known(self._spelling.of(image.renamed.parent, image.renamed.name)))

    def match_by_name(self, candidates: Sequence[tuple[Match, PurePath]]) -> None:
        by_name: dict[str, _OfOneName] = {}
        for target, path in candidates:
            for other in (path, path.with_suffix(ANY_SUFFIX)):
                by_name.setdefault(folded(other.name), _OfOneName()).add(target, other)
        best: dict[Match, tuple[Likeness, list[int]]] = {}
        for number, image in enumerate(self._wanted):
            if number in self.found:
                continue
            path = PurePosixPath(image.name)
            of_name = by_name.get(folded(path.name))
            top, targets = of_name.most_like(path) if of_name is not None else (_UNLIKE, set())
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

    def recognise_copies(self) -> None:
        """Put images of the project that have no name yet in the place of files that are copies of them."""
        numbers: dict[Path, list[int]] = {}
        for number, target in self.found.items():
            if isinstance(target, Path):
                numbers.setdefault(target, []).append(number)
        likely: list[tuple[Path, ImageId]] = []
        others: list[tuple[Path, ImageId]] = []
        for file in numbers:
            for image_id in self._contents.images_like(file):
                is_called_so = file.as_posix().endswith(self._exported_as[image_id])
                (likely if is_called_so else others).append((file, image_id))
        for file, image_id in (*likely, *others):
            if file in self._name_of and image_id not in self._name_of:
                self._name_of[image_id] = self._name_of.pop(file)
                self.found |= dict.fromkeys(numbers[file], image_id)

    @cached_property
    def _alike(self) -> dict[str, Path]:
        """The files of the project by what is the same for paths that differ in case."""
        return {folded(str(file)): file for file in self._ids}

    @cached_property
    def _exported_as(self) -> dict[ImageId, tuple[str, ...]]:
        """The ends of paths that exports with other names than the project's give to its images."""
        files = list(self._ids)
        names = zip(*(naming(files) for naming in _NAMINGS), strict=True)
        return {
            image_id: tuple(f"/{name}" for name in each)
            for image_id, each in zip(self._ids.values(), names, strict=True)
        }

    def _take_unless_other(self, numbers: Sequence[int], target: Match) -> None:
        for number in numbers:
            if isinstance(target, Path) or not self._has_its_own_file(number, target):
                self._take(number, target)

    def _has_its_own_file(self, number: int, image_id: ImageId) -> bool:
        """Whether the labels have, in their folders, another image of the name than the one of the project."""
        file = self._file_in(self._wanted[number].folders, self._wanted[number].name)
        return file is not None and self.known(file) != image_id and self._contents.differs(file, image_id)

    def _file_in(self, folders: Sequence[Path], name: str) -> Path | None:
        names = [name]
        if name.endswith(ANY_SUFFIX):
            stem = name.removesuffix(ANY_SUFFIX)
            names = [stem + suffix for small in sorted(IMAGE_SUFFIXES) for suffix in (small, small.upper())]
        places = ((folder, name) for folder in folders for name in names if is_there(folder / name))
        found = next(places, None)
        return None if found is None else self._spelling.of(*found)

    def _take(self, number: int, target: Match) -> None:
        name = self._wanted[number].name
        if self._name_of.setdefault(target, name) == name:
            self.found[number] = target


class _OfOneName:
    """Images of one name, by the ends of their paths: thousands may be called alike in folders of their own."""

    def __init__(self) -> None:
        self._images: list[tuple[Match, PurePath]] = []
        self._by_end: dict[tuple[str, ...], list[tuple[Match, PurePath]]] = {}
        self._known: dict[tuple[tuple[str, ...], bool], tuple[Likeness, set[Match]]] = {}

    def add(self, target: Match, path: PurePath) -> None:
        self._images.append((target, path))

    def most_like(self, wanted: PurePath) -> tuple[Likeness, set[Match]]:
        """Return those whose path is most like the one wanted, and how much it is."""
        if len(self._images) == 1:
            target, path = self._images[0]
            return _likeness(wanted, path), {target}
        if not self._by_end:
            for image in self._images:
                for end in _ends(image[1]):
                    self._by_end.setdefault(end, []).append(image)
        end = next(end for end in _ends(wanted) if end in self._by_end)
        # What is compared of the path wanted is its end, and whether that is all of it.
        key = (wanted.parts[-len(end) :], len(end) == len(wanted.parts))
        if key not in self._known:
            scored = [(_likeness(wanted, path), target) for target, path in self._by_end[end]]
            top = max(likeness for likeness, _ in scored)
            self._known[key] = top, {target for likeness, target in scored if likeness == top}
        return self._known[key]


def _ends(path: PurePath) -> list[tuple[str, ...]]:
    """Return the ends of a path as they are compared, the longest first."""
    parts = tuple(map(folded, path.parts))
    return [parts[first:] for first in range(len(parts))]


def _as_exported(candidates: Sequence[tuple[Match, Path]]) -> list[tuple[Match, PurePath]]:
    """Give files by the names that exports give them, where these are others than their own.

    Files of equal stems have the name of the folder in front; names that not every system takes are made portable,
    and programs that run in a browser write `%20` for a space.
    Names with a number behind are left out: what they mean changes with the images there are.
    """
    stems = Counter(folded(file.stem) for _, file in candidates)
    exported: list[tuple[Match, PurePath]] = []
    for target, file in candidates:
        path = PurePosixPath(*file.parts[1:])  # without the root or the drive
        portable = portable_path(path)
        escaped = PurePosixPath(quote(path.as_posix(), safe=_NOT_ESCAPED, errors="surrogatepass"))
        exported.extend((target, other) for other in (portable, escaped) if other != path)
        if stems[folded(file.stem)] > 1:
            names = dict.fromkeys((f"{path.parent.name}_{path.name}", f"{portable.parent.name}_{portable.name}"))
            exported.extend((target, PurePosixPath(name)) for name in names)
    return exported


def _likeness(a: PurePath, b: PurePath) -> Likeness:
    """Compare two paths: parts in common at their ends, whether that is all of both, and upper case, of names first."""
    common = 0
    for part_a, part_b in zip(reversed(a.parts), reversed(b.parts), strict=False):
        if folded(part_a) != folded(part_b):
            break
        common += 1
    is_whole = common == len(a.parts) == len(b.parts)
    return common, is_whole, a.name == b.name, a.parts[-common:] == b.parts[-common:]
