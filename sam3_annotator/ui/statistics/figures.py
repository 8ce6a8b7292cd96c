"""What the window of the statistics shows, as read from a project at one moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sam3_annotator.project import (
    Category,
    CategoryId,
    Effort,
    ImageState,
    InstanceId,
    PhraseEffort,
    Progress,
    ProjectStatistics,
    ProjectStore,
    instance_areas,
    measured_instances,
    measures_as_csv,
    median_areas,
    statistics,
)

Sizes = Mapping[CategoryId | None, float]
"""The side of a square as large as the median instance, in image pixels; of each category and, as of None, of all."""


@dataclass(frozen=True, slots=True)
class CategoryFigures:
    """A row of the table of categories; `category` None stands for all together.

    `share` is that of all instances, 0 to 1. `size` is None while it is measured, or where nothing has one.
    """

    category: Category | None
    effort: Effort
    share: float
    size: float | None

    @property
    def name(self) -> str:
        """What the row is called."""
        return "All categories" if self.category is None else self.category.name

    @property
    def subject(self) -> object:
        """What the row is about, whatever its figures and names are."""
        return None if self.category is None else self.category.id


@dataclass(frozen=True, slots=True)
class PhraseFigures:
    """A row of the table of phrases."""

    category: Category
    effort: PhraseEffort

    @property
    def name(self) -> str:
        """What the row is called."""
        return self.effort.phrase or "without a phrase"

    @property
    def subject(self) -> object:
        """What the row is about, whatever its figures and names are."""
        return self.category.id, self.effort.phrase

    @property
    def unseen(self) -> int:
        """How many nobody may have looked at yet."""
        return self.effort.found - self.effort.kept - self.effort.corrected


@dataclass(frozen=True, slots=True)
class Figures:
    """A project at one moment; images that are left out are told of only as a state."""

    numbers: ProjectStatistics
    colors: Mapping[CategoryId, Category]

    @property
    def images(self) -> int:
        """How many images are not left out."""
        return self.numbers.images - self.numbers.states[ImageState.LEFT_OUT]

    @property
    def finished_images(self) -> int:
        """How many images somebody has looked at to the end."""
        return sum(self.numbers.states[state] for state in ImageState if state.is_finished)

    def category_rows(self, sizes: Sizes) -> Iterator[CategoryFigures]:
        """Give all together, then each category by position."""
        effort = self.numbers.effort
        for each in (effort.total, *effort.categories):
            category = None if each.category_id is None else self.colors[each.category_id]
            share = each.instances / effort.total.instances if effort.total.instances else 0.0
            yield CategoryFigures(category, each, share, sizes.get(each.category_id))

    def phrase_rows(self) -> Iterator[PhraseFigures]:
        """Give each category and phrase, the most found first."""
        for each in self.numbers.effort.phrases:
            yield PhraseFigures(self.colors[each.category_id], each)


def read_figures(project: Path) -> Figures:
    """Read the figures over a store of its own."""
    with ProjectStore.snapshot(project) as store:
        return Figures(statistics(store), {category.id: category for category in store.categories()})


def measure(
    project: Path, known: Mapping[InstanceId, float], progress: Progress
) -> tuple[dict[InstanceId, float], Sizes]:
    """Measure the instances whose areas are not `known`, over a store of its own; gives their areas and all sizes."""
    with ProjectStore.snapshot(project) as store:
        areas = instance_areas(store, progress, but=known)
        medians = median_areas(store, {**known, **areas})
    return areas, {category_id: area**0.5 for category_id, area in medians.items()}


def read_measures(project: Path, progress: Progress) -> str:
    """Measure every instance over a store of its own; gives the table as CSV."""
    with ProjectStore.snapshot(project) as store:
        return measures_as_csv(measured_instances(store, progress))
