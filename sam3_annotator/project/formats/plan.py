"""What an import would bring in, as values without a store, and what it has done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sam3_annotator.project.attributes import NO_ATTRIBUTES, Attributes
from sam3_annotator.project.entities import Split
from sam3_annotator.project.errors import FormatError
from sam3_annotator.project.formats.sentences import first_of
from sam3_annotator.project.regions import Region
from sam3_annotator.project.words import counted, first_names


@dataclass(frozen=True, slots=True)
class PlannedCategory:
    """A category by its name; `color` (`#rrggbb`) is for one that the project does not have yet."""

    name: str
    supercategory: str = ""
    color: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedInstance:
    """An instance, its category by name.

    Where others may hide a part of it, as in masks, `whole_box` is the box of all of it, x0, y0, x1, y1 in pixels. With
    `is_hidden` nothing of it is seen, and that box is the region.
    """

    category: str
    region: Region
    is_crowd: bool = False
    score: float | None = None
    attributes: Attributes = field(default_factory=lambda: NO_ATTRIBUTES)
    whole_box: tuple[float, float, float, float] | None = None
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class RelativeInstance:
    """An instance of labels in shares of the size of the image.

    `region_on` gives its region on an image of so many pixels in width and height. It raises FormatError, with a
    sentence that says where the instance is written, if it has no area there.
    """

    category: str
    region_on: Callable[[int, int], Region]
    score: float | None = None


@dataclass(frozen=True, slots=True)
class PlannedImage:
    """An image by the name that the labels give it (with `/`), its instances, and where to look for its file.

    `width` and `height` are what the labels say, 0 if they say nothing. The name may end in
    `images.matching.ANY_SUFFIX`. `is_known_empty` says that there are labels of this image, and nothing is in them.
    `renamed` is the file that is meant if there is no image of the name.
    """

    name: str
    width: int = 0
    height: int = 0
    split: Split | None = None
    folders: tuple[Path, ...] = ()
    instances: tuple[PlannedInstance, ...] = ()
    relative: tuple[RelativeInstance, ...] = ()
    is_known_empty: bool = False
    renamed: Path | None = None


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What a source holds: its format's title, categories in their order, images, and what had to be left out.

    `remedy` is what the user can do about images that are not found, as the end of a sentence.
    """

    title: str
    categories: tuple[PlannedCategory, ...]
    images: tuple[PlannedImage, ...]
    warnings: tuple[str, ...] = ()
    remedy: str = "choose the folder that they lie in"


def with_problems(plan: ImportPlan, problems: Sequence[str], source: Path) -> ImportPlan:
    """Return a plan that tells, before its own warnings, what could not be read of what the user chose.

    Raises FormatError if that has left no instance.
    """
    if problems and not any(image.instances or image.relative for image in plan.images):
        raise FormatError(f"Nothing in {source.name or source} can be imported. {problems[0]}")
    return replace(plan, warnings=(*first_of(problems), *plan.warnings))


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import has done; `str()` is a sentence.

    `images` were matched, `added_images` of them are new in the project; `instances` were added, `known_instances`
    were there already, to the pixel, and not added again, but `changed_instances` of these have got other attributes;
    `added_categories` names those that are new in the project, since one may be a known one in another spelling;
    `unmatched` names images without a file; `put_in_split` counts those that had no split and got that of the labels.
    """

    images: int
    added_images: int
    instances: int
    known_instances: int
    added_categories: tuple[str, ...]
    unmatched: tuple[str, ...]
    warnings: tuple[str, ...]
    changed_instances: int = 0
    put_in_split: Mapping[Split, int] = field(default_factory=dict)

    def __str__(self) -> str:
        """Say how much came in."""
        words = f"{counted(self.instances, 'instance')} imported on {counted(self.images, 'image')}"
        new = []
        if self.added_images:
            new.append(counted(self.added_images, "image"))
        if self.added_categories:
            new.append(counted(len(self.added_categories), "category"))
        names = f": {first_names(self.added_categories)}" if self.added_categories else ""
        words += f" ({' and '.join(new)} new in the project{names})" if new else ""
        if self.known_instances:
            words += f"; {self.known_instances:,} {'was' if self.known_instances == 1 else 'were'} there already"
        if self.changed_instances:
            words += f", of which {self.changed_instances:,} got attributes"
        splits = ", ".join(f"{counted(count, 'image')} into {split}" for split, count in self.put_in_split.items())
        return f"{words}. The labels put {splits}." if splits else f"{words}."
