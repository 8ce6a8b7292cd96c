"""The attributes that the project knows: names, kinds and values in use, counted once and kept from then on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import Final

from PySide6.QtCore import QObject, Signal

from sam3_annotator.project import (
    AttributeValue,
    CategoryId,
    ChangeSet,
    attribute_values,
    decode_attributes,
)
from sam3_annotator.ui.actions.action_table import ATTRIBUTE_KEYS
from sam3_annotator.ui.attribute_words import AttributeKind, kind_of, value_words
from sam3_annotator.ui.store_bridge import StoreBridge

MAX_VALUES: Final = 200
"""More are no help: what is typed narrows them down among these."""


class KnownAttributes(QObject):
    """Names keep their order while the project is open, so that eyes and fingers find them where they were.

    It is that of how often they were in use when first asked for; names that come later follow. The project is
    asked then, and never again.
    """

    changed = Signal()  # a name has come into use or gone out of it, with some category, or has another kind

    def __init__(self, bridge: StoreBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = bridge.store
        self._is_counted = False
        self._ranks: defaultdict[CategoryId, dict[str, None]] = defaultdict(dict)
        self._rank: dict[str, None] = {}
        self._uses: defaultdict[CategoryId, Counter[str]] = defaultdict(Counter)
        self._kinds: defaultdict[str, Counter[AttributeKind]] = defaultdict(Counter)
        self._values: defaultdict[str, Counter[tuple[AttributeKind, AttributeValue]]] = defaultdict(Counter)
        bridge.changed.connect(self._follow)

    @property
    def is_counted(self) -> bool:
        """Whether the project has been asked."""
        return self._is_counted

    def names(self, categories: Collection[CategoryId]) -> tuple[list[str], list[str]]:
        """Give the names in use with any of the categories, and all others in use in the project."""
        self._count_once()
        own = dict.fromkeys(
            name for category in sorted(categories) for name in self._ranks[category] if self._uses[category][name]
        )
        return list(own), [name for name in self._rank if name not in own and self._kinds[name]]

    def kind(self, name: str) -> AttributeKind | None:
        """Give the kind of all values of an attribute; None if they are of several, or there are none."""
        self._count_once()
        kinds = self._kinds[name]
        return next(iter(kinds)) if len(kinds) == 1 else None

    def values(self, name: str) -> list[str]:
        """Give the values in use of an attribute as they are typed, the most frequent first."""
        self._count_once()
        frequent = self._values[name].most_common(MAX_VALUES)
        return list(dict.fromkeys(value_words(value) for (_, value), _ in frequent if value_words(value)))

    def count(self, name: str) -> int:
        """Say how many instances of the project have an attribute."""
        self._count_once()
        return self._kinds[name].total()

    def switches(self, categories: Collection[CategoryId]) -> list[str]:
        """Give the truth attributes that have a key where instances of these categories are selected, in its order."""
        own, others = self.names(categories)
        return [name for name in (*own, *others) if self.kind(name) is AttributeKind.TRUTH][: len(ATTRIBUTE_KEYS)]

    def _count_once(self) -> None:
        if self._is_counted:
            return
        self._is_counted = True
        totals: dict[CategoryId, Counter[str]] = {}
        for category_id, names in attribute_values(self._store).items():
            for name, values in names.items():
                totals.setdefault(category_id, Counter())[name] += sum(count for _, count in values)
                for value, count in values:
                    self._add(category_id, name, value, count)
        # The most frequent first: what was added above stands in the order of single values.
        self._ranks.update((category, dict.fromkeys(_by_count(counts))) for category, counts in totals.items())
        self._rank = dict.fromkeys(_by_count(sum(totals.values(), Counter[str]())))

    def _follow(self, changes: ChangeSet) -> None:
        if not self._is_counted:
            return
        steps: Counter[tuple[int, str]] = Counter()  # many instances have the same attributes
        for change in changes.changes:
            if change.table == "instances":
                for row, step in ((change.before, -1), (change.after, 1)):
                    if row is not None:
                        steps[row["category_id"], row["attributes"]] += step
        concerned = [(CategoryId(key[0]), decode_attributes(key[1]), step) for key, step in steps.items() if step]
        touched = {name for _, attributes, _ in concerned for name in attributes}
        before = self._situation(touched)
        for category_id, attributes, step in concerned:
            for name, value in attributes.items():
                self._add(category_id, name, value, step)
        if self._situation(touched) != before:
            self.changed.emit()

    def _situation(self, names: Iterable[str]) -> dict[str, object]:
        return {
            name: (self.kind(name), {category for category, uses in self._uses.items() if uses[name]}) for name in names
        }

    def _add(self, category_id: CategoryId, name: str, value: AttributeValue, count: int) -> None:
        kind = kind_of(value)
        self._ranks[category_id].setdefault(name)
        self._rank.setdefault(name)
        self._uses[category_id][name] += count
        kinds, values = self._kinds[name], self._values[name]
        kinds[kind] += count
        values[kind, value] += count
        if not kinds[kind]:
            del kinds[kind]
        if not values[kind, value]:
            del values[kind, value]


def _by_count(counts: Counter[str]) -> list[str]:
    return [name for name, _ in counts.most_common()]
