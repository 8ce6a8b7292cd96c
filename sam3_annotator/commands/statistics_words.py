"""The numbers of a project in words, as `stats` prints them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from sam3_annotator.project import CategoryStatistics, Effort, Making, ProjectStatistics, counted

_MADE_WORDS: Final[Mapping[str, str]] = {
    Making.HAND: "drawn by hand",
    Making.POINTED: "pointed at",
    Making.FOUND: "found",
    Making.IMPORT: "imported",
}


def statistics_text(project: Path, numbers: ProjectStatistics) -> str:
    """Put the numbers of a project into lines: the whole first, then its categories, then the phrases."""
    lines = [
        f"{project}: {counted(numbers.images, 'image')}, {counted(numbers.instances, 'instance')}, "
        f"{counted(len(numbers.categories), 'category')}",
        f"images      {_words(numbers.states)}",
        f"splits      {_words(numbers.splits)}",
        f"instances   {_words(numbers.origins)}, {numbers.crowds} crowd",
        f"per image   {numbers.mean_per_image:.1f} mean, {numbers.median_per_image:g} median, "
        f"{numbers.most_per_image} most, over {counted(numbers.annotated_images, 'annotated image')}",
    ]
    if numbers.attributes:
        names = (f"{name} on {counted(count, 'instance')}" for name, count in numbers.attributes.items())
        lines.append(f"attributes  {', '.join(names)}")
    if numbers.unreadable_images:
        lines.append(f"unreadable  {counted(numbers.unreadable_images, 'image')}")
    if numbers.notes:
        lines.append(f"notes       on {counted(len(numbers.notes), 'image')}")
    total = numbers.effort.total
    if total.instances:
        made = (f"{total.made[making]:,} {words}" for making, words in _MADE_WORDS.items())
        lines.append(f"made        {', '.join(made)}")
    if effort := ", ".join(_effort(total)):
        lines.append(f"effort      {effort}")
    return "\n".join([*lines, *_category_lines(numbers), *_phrase_lines(numbers)])


def _category_lines(numbers: ProjectStatistics) -> Iterator[str]:
    width = max((len(category.name) for category in numbers.categories), default=0)
    for category, effort in zip(numbers.categories, numbers.effort.categories, strict=True):
        yield ", ".join((f"  {category.name:<{width}}  {_counts(category)}", *_effort(effort)))


def _phrase_lines(numbers: ProjectStatistics) -> Iterator[str]:
    if numbers.effort.phrases:
        yield "phrases"
    for each in numbers.effort.phrases:
        words = f"“{each.phrase}”" if each.phrase else "without a phrase"
        unseen = each.found - each.kept - each.corrected
        kept = f"{each.kept:,} kept, {each.corrected:,} corrected, {unseen:,} not looked at"
        yield f"  {words} for {each.category}: {each.found:,} found, {kept}"


def _counts(category: CategoryStatistics) -> str:
    return f"{counted(category.instances, 'instance')} on {counted(category.images, 'image')}"


def _effort(effort: Effort) -> Iterator[str]:
    """Say what is known of the effort."""
    if effort.corrected_share is not None:
        yield f"{100 * effort.corrected_share:.0f} % of the model's corrected"
    if effort.clicks is not None:
        yield f"{effort.clicks:.1f} clicks each"
    if effort.seconds is not None:
        yield f"{effort.seconds:g} s each"


def _words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {word.replace('_', ' ')}" for word, number in counts.items())
