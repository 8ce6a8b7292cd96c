"""The columns of the tables: what each shows of a row, how it is sorted, and what it is when it is copied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import Any, Final

from sam3_annotator.project import Making
from sam3_annotator.ui.statistics.figures import CategoryFigures

Value = str | float | None

MAKINGS: Final = {
    Making.HAND: ("made_by_hand", "drawn by hand"),
    Making.POINTED: ("pointed_at", "outlined where pointed at"),
    Making.FOUND: ("found", "found or propagated"),
    Making.IMPORT: ("imported", "imported"),
}
"""The colour role and the words of each way to make an instance."""
NOTHING: Final = "\N{EN DASH}"
SPLIT_TITLES: Final = {"train": "Train", "val": "Val", "test": "Test", "none": "No split"}


class Look(Enum):
    """How a cell is painted."""

    NAME = auto()  # after the colour of its category
    WORDS = auto()
    NUMBER = auto()
    BAR = auto()  # a number, and a bar as long as it is large
    MAKINGS = auto()  # a bar of all ways to make an instance


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `value` sorts and is copied, `text` is shown; `tip` says what it is.

    `copied` are the columns it becomes when it is copied, if not one of its own values.
    """

    title: str
    tip: str
    value: Callable[[Any], Value]
    text: Callable[[Any], str]
    look: Look = Look.NUMBER
    copied: tuple[tuple[str, Callable[[Any], Value]], ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether it is words, which stand at the left and are sorted from A on."""
        return self.look in (Look.NAME, Look.WORDS)

    @property
    def exports(self) -> tuple[tuple[str, Callable[[Any], Value]], ...]:
        """Titles and values of what is copied."""
        return self.copied or ((self.title, self.value),)


def _number(
    title: str,
    tip: str,
    value: Callable[[Any], float | None],
    text: Callable[[float], str] = "{:,.0f}".format,
    *,
    look: Look = Look.NUMBER,
) -> Column:
    def shown(row: Any) -> str:  # noqa: ANN401 - of either table
        number = value(row)
        return NOTHING if number is None else text(number)

    return Column(title, tip, value, shown, look)


def percent_text(share: float) -> str:
    """Word a share, 0 to 1; a small one with a decimal."""
    percent = 100 * share
    return f"{percent:.1f} %" if 0 < percent < 9.95 else f"{percent:.0f} %"


def makings_text(row: CategoryFigures) -> str:
    """Say how the instances of a row were made."""
    made = row.effort.made
    return "\n".join(f"{made[making]:,} {words}" for making, (_, words) in MAKINGS.items() if made[making])


def _made(making: Making, row: CategoryFigures) -> int:
    return row.effort.made[making]


def _by_model(row: CategoryFigures) -> float | None:
    made = row.effort.made
    return (made[Making.POINTED] + made[Making.FOUND]) / row.effort.instances if row.effort.instances else None


def _split(name: str) -> Column:
    images = "without a split" if name == "none" else f"of the split {name}"
    return _number(SPLIT_TITLES[name], f"Instances on images {images}", lambda row: row.effort.splits[name])


CATEGORY_COLUMNS: Final = (
    Column("Category", "", lambda row: row.name, lambda row: row.name, Look.NAME),
    _number("Instances", "Instances on images that are not left out", lambda row: row.effort.instances, look=Look.BAR),
    _number("Share", "How many of all instances these are", lambda row: row.share, percent_text),
    _number("Images", "Images that have any", lambda row: row.effort.images),
    _number("Size px", "Side of a square as large as the median instance, in image pixels", lambda row: row.size),
    Column(
        "Made",
        "How they were made: by hand, outlined where pointed at, found, imported.\nSorted by how many a model made.",
        _by_model,
        lambda _row: "",
        Look.MAKINGS,
        tuple((words.capitalize(), partial(_made, making)) for making, (_, words) in MAKINGS.items()),
    ),
    _number(
        "Corrected",
        "How much of what a model outlined was changed afterwards.\n"
        "What was found counts only where it was changed or its image is finished: nobody may have seen the rest.",
        lambda row: row.effort.corrected_share,
        percent_text,
    ),
    _number("Clicks", "Mean number of clicks of what was clicked", lambda row: row.effort.clicks, "{:.1f}".format),
    _number(
        "Seconds",
        "Median time from one instance to the next, as far as a hand drew or pointed at both.\n"
        "More than two minutes are a pause, and what is made many at a time does not count.",
        lambda row: row.effort.seconds,
    ),
    *map(_split, SPLIT_TITLES),
)
SPLIT_COLUMNS: Final = tuple(
    number for number, column in enumerate(CATEGORY_COLUMNS) if column.title in SPLIT_TITLES.values()
)


PHRASE_COLUMNS: Final = (
    Column("Phrase", "", lambda row: row.name, lambda row: row.name, Look.NAME),
    Column("Category", "", lambda row: row.category.name, lambda row: row.category.name, Look.WORDS),
    _number("Found", "Instances that it has found", lambda row: row.effort.found, look=Look.BAR),
    _number("Kept", "Unchanged, on images that are finished", lambda row: row.effort.kept),
    _number("Corrected", "Changed afterwards, by hand or by clicks", lambda row: row.effort.corrected),
    _number("Not seen", "Unchanged, on images that nobody has finished", lambda row: row.unseen),
    _number(
        "Corrected %",
        "How much was corrected of what was corrected or kept: where that is much, another phrase may do better",
        lambda row: row.effort.corrected_share,
        percent_text,
    ),
)
