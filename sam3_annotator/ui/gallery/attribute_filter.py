"""Which instances the gallery shows by their attributes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sam3_annotator.project import Attributes
from sam3_annotator.ui.attribute_words import told_value, value_words

# How a text without a character is shown.
EMPTY: Final = "(empty)"


@dataclass(frozen=True, slots=True)
class AttributeFilter:
    """Those that have an attribute, with a value in the words in which it is shown or, None, with any; or lack it.

    Without a name it is about none: all pass.
    """

    name: str = ""
    value: str | None = None
    is_without: bool = False

    @property
    def words(self) -> str:
        """What it is called."""
        if not self.name:
            return "Any attribute"
        if self.value is not None:
            return f"{self.name}: {told_value(self.value) or EMPTY}"
        return f"{'Without' if self.is_without else 'With'} {self.name}"

    def passes(self, attributes: Attributes) -> bool:
        """Say whether an instance with these attributes is shown."""
        if not self.name:
            return True
        if self.is_without or self.name not in attributes:
            return self.is_without and self.name not in attributes
        return self.value is None or value_words(attributes[self.name]) == self.value


ANY_ATTRIBUTE: Final = AttributeFilter()


def tally_attributes(found: Sequence[Attributes]) -> dict[str, Counter[str]]:
    """Count the values of each attribute, in the words in which they are shown; the most frequent attribute first."""
    described = [each for each in found if each]
    distinct = {id(each): each for each in described}  # many instances have the same
    tally: dict[str, Counter[str]] = {}
    for identity, count in Counter(map(id, described)).items():
        for name, value in distinct[identity].items():
            tally.setdefault(name, Counter())[value_words(value)] += count
    return dict(sorted(tally.items(), key=lambda one: -one[1].total()))
