"""Labels kept in a JSON file per image: these files in a folder, and where the image of each may lie."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from sam3_annotator.project.entities import Split
from sam3_annotator.project.errors import FormatError
from sam3_annotator.project.file_access import is_there
from sam3_annotator.project.formats.files.export_folder import added_files
from sam3_annotator.project.formats.files.sources import is_single_file, name_in
from sam3_annotator.project.formats.foreign_values import storable, storable_text
from sam3_annotator.project.formats.images.folders import bases_beside, image_folders
from sam3_annotator.project.formats.plan import ImportPlan, PlannedCategory, PlannedImage, with_problems
from sam3_annotator.project.formats.sentences import first_of
from sam3_annotator.project.formats.splits import split_of_folders
from sam3_annotator.project.image_files import EXPORT_MARKER, IMAGE_SUFFIXES, natural_key
from sam3_annotator.project.image_paths import absolute_path


@dataclass(frozen=True, slots=True)
class LabelFile:
    """A file of labels and the folder that the user chose to import, or that the chosen file lies in.

    `is_ours` says that the folder is an export of this program, `has_splits` that its folders may be splits.
    """

    path: Path
    root: Path
    is_ours: bool = False
    has_splits: bool = True

    @property
    def name(self) -> str:
        """The path from the chosen folder on, with `/`."""
        return name_in(self.path, self.root)

    @property
    def split(self) -> Split | None:
        """The split that the nearest folder named after one, below the chosen folder, says; in our exports the first.

        These have the folders of the project, whatever they are called, below those of the splits.
        """
        if not self.has_splits:
            return None
        folders = self.path.relative_to(self.root).parent.parts
        return split_of_folders(folders if self.is_ours else tuple(reversed(folders)))


@dataclass(frozen=True, slots=True)
class ImagePlace:
    """The name by which an image is to be looked for, the folders to look in, and whether a file has been found.

    `renamed` is the file that is meant if there is nothing of that name anywhere.
    """

    name: str
    folders: tuple[Path, ...] = ()
    is_found: bool = False
    renamed: Path | None = None


def read_label_files(
    source: Path, title: str, read: Callable[[LabelFile], PlannedImage], problems: Callable[[], Sequence[str]]
) -> ImportPlan:
    """Return the plan of a file, or of those in a folder and the folders inside it, each of which `read` reads.

    Files that `read` refuses with a FormatError are told, as is what `problems` tells afterwards. Categories come in
    the order in which they are met. Raises FormatError if nothing is left, or there is no such file.
    """
    images: list[PlannedImage] = []
    others: list[str] = []
    for file in list_label_files(source, title):
        try:
            images.append(read(file))
        except FormatError as error:
            others.append(str(error))
    if not images:
        raise FormatError(others[0])
    names = dict.fromkeys(instance.category for image in images for instance in image.instances)
    plan = ImportPlan(title, tuple(PlannedCategory(name) for name in names), tuple(images), first_of(others))
    return with_problems(plan, problems(), source)


def list_label_files(source: Path, title: str) -> list[LabelFile]:
    """Return the JSON files of a folder and the folders in it, in natural order, or the one file that `source` is.

    Hidden ones (a leading dot) are left out. Raises FormatError, with the `title` of the format, if there are none.
    """
    source = absolute_path(source)
    if is_single_file(source, f"a {title} file (.json) or a folder of them"):
        return [LabelFile(source, source.parent)]
    found: list[Path] = []
    for folder, folders, names in os.walk(source):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found.extend(
            Path(folder, name) for name in names if name.lower().endswith(".json") and not name.startswith(".")
        )
    if not found:
        raise FormatError(f"The folder {source} has no {title} file (.json) in it, nor in the folders inside.")
    found.sort(key=lambda file: natural_key(file.relative_to(source)))
    is_ours = is_there(source / EXPORT_MARKER)
    has_splits = not is_ours or _is_export_with_splits(found, source)
    return [LabelFile(file, source, is_ours, has_splits) for file in found]


def _is_export_with_splits(files: Sequence[Path], out: Path) -> bool:
    """Tell whether all that we wrote lies in splits; else a folder `val` is one of the project, and no split."""
    added = added_files(out)
    paths = [file.relative_to(out) for file in files]
    return all(split_of_folders(path.parts[:-1][:1]) for path in paths if path.as_posix() not in added)


def find_image(label: LabelFile, written: object, written_folder: str = "") -> ImagePlace:
    """Return where the image of a file of labels lies, which is `written` there, with either slash.

    It is looked for at that path, which is relative to the file, then by its name beside the file and in the folders
    that are usual for images. If it is in none of them, the name tells as much of its folders as is known, and
    `renamed` is the image of the stem of the file beside it: those who rename images and labels together leave the old
    name inside.
    Raises FormatError if it is no name of a file.
    """
    # The paths of Windows take both slashes, and know drives.
    path = PureWindowsPath(storable(written) if isinstance(written, str) else "")
    if path.name.strip() in ("", ".."):
        raise FormatError(f"{label.name} does not name its image; save it again in the program that made it.")
    path = PureWindowsPath(storable_text(written_folder)) / path
    folder = label.path.parent
    places = [folder / path.as_posix(), folder / path.name]
    places.extend(place / path.name for place in image_folders(bases_beside(label.path), label.split))
    file = next((place for place in places if is_there(place)), None)
    if file is None:
        parts = path.parts[1:] if path.anchor else (*folder.relative_to(label.root).parts, *path.parts)
        renamed = _image_of_stem(absolute_path(label.path))
        return ImagePlace("/".join(_without_dots(parts)), is_found=renamed is not None, renamed=renamed)
    file = absolute_path(file)
    try:
        base = Path(os.path.commonpath([label.root, file.parent]))
    except ValueError:  # another drive of Windows
        base = file.parent
    return ImagePlace(storable(file.relative_to(base).as_posix()), (base,), is_found=True)


def _image_of_stem(label: Path) -> Path | None:
    """Return the image of the same stem beside a file of labels, None if there is none, or more than one."""
    suffixes = (suffix for small in sorted(IMAGE_SUFFIXES) for suffix in (small, small.upper()))
    found = [image for image in map(label.with_suffix, suffixes) if is_there(image)]
    # Where the system takes `a.jpg` and `a.JPG` for one file, it is found twice.
    return found[0] if len({image.suffix.lower() for image in found}) == 1 else None


def _without_dots(parts: tuple[str, ...]) -> list[str]:
    kept: list[str] = []
    for part in parts:
        if part == "..":
            del kept[-1:]
        else:
            kept.append(part)
    return kept
