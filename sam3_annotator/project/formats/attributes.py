"""Attributes of instances in the words of formats: taken from labels with care, and written as far as they fit."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeGuard

from sam3_annotator.project.attributes import NO_ATTRIBUTES, Attributes, AttributeValue
from sam3_annotator.project.formats.foreign_values import storable, storable_text
from sam3_annotator.project.formats.sentences import listed
from sam3_annotator.project.words import counted

_LONGEST_NUMBER = 400  # digits; beyond is no number that anybody has written
_TRUTHS = {"true": True, "false": False}


@dataclass(slots=True)
class AttributesRead:
    """Takes the values of labels as attributes that can be stored, and counts, by name, those that cannot be."""

    _left_out: Counter[str] = field(default_factory=Counter)
    _contradicted: Counter[str] = field(default_factory=Counter)

    def take(self, values: object) -> Attributes:
        """Return what is a text, a number, or true or false and has a name, if this is a dict; of a name the first."""
        taken: dict[str, AttributeValue] = {}
        for name, value in values.items() if isinstance(values, dict) else ():
            key = storable_text(name)
            if isinstance(value, str):
                value = storable(value)
            if not key or not _is_attribute_value(value):
                self._left_out[key or "without a name"] += 1
            elif not are_alike(taken.setdefault(key, value), value):
                self._contradicted[key] += 1
        return taken or NO_ATTRIBUTES

    def join(self, parts: Iterable[Attributes]) -> Attributes:
        """Return the attributes of an instance written in parts: of a name that several have, the first one's."""
        joined: dict[str, AttributeValue] = {}
        for part in parts:
            for name, value in part.items():
                if not are_alike(joined.setdefault(name, value), value):
                    self._contradicted[name] += 1
        return joined or NO_ATTRIBUTES

    def sentences(self) -> Iterator[str]:
        """Tell what was left out."""
        if self._left_out:
            yield (
                f"{_values(self._left_out)} left out: an attribute has a name, and is a text, a number, true or false."
            )
        if self._contradicted:
            yield f"{_values(self._contradicted)} left out: the same instance says something else before."


@dataclass(slots=True)
class AttributesLost:
    """Counts attributes that an export leaves out."""

    _names: Counter[str] = field(default_factory=Counter)
    _instances: int = 0

    def note(self, names: Collection[str]) -> None:
        """Take down which of an instance are left out."""
        self._names.update([*names])  # of a mapping it would add up the values
        self._instances += bool(names)

    def sentences(self, why: str) -> Iterator[str]:
        """Tell how many there were, and why: the end of a sentence."""
        if self._names:
            yield f"{_values(self._names)} on {counted(self._instances, 'instance')} left out: {why}."


def spelled(value: AttributeValue) -> str:
    """Return a value as text: `true` and `false`, numbers with as many digits as it takes to tell them apart."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def number_of(text: str) -> int | float | None:
    """Return the number that a text is, None if it is none: whole ones are whole, others finite."""
    if len(text) > _LONGEST_NUMBER or "_" in text:  # which Python takes between digits
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def truth_of(text: str) -> bool | None:
    """Return the truth value that a text is, in whatever case; None if it is none."""
    return _TRUTHS.get(text.lower())


def value_of(text: str) -> AttributeValue:
    """Return what a text most likely stands for, where a format does not say: `spelled` gives it back.

    True and false may be in any case; numbers are what is written as `spelled` would write them, so `007` is a text.
    """
    truth, number = truth_of(text), number_of(text)
    if truth is not None:
        return truth
    return text if number is None or spelled(number) != text else number


def are_alike(one: AttributeValue, other: AttributeValue) -> bool:
    """Whether two values are the same or differ only in what a format without types cannot tell: `1` and the text 1."""
    return spelled(one) == spelled(other)


def coded(attributes: Attributes) -> dict[str, str]:
    """Return attributes by name in a form in which they are the same if value and type are."""
    return {name: json.dumps(value, ensure_ascii=False) for name, value in attributes.items()}


def with_attributes(attributes: Attributes, more: Attributes) -> Attributes:
    """Return attributes with others added, which take the place of those of their names unless they are alike."""
    kept = {name: value for name, value in attributes.items() if name in more and are_alike(value, more[name])}
    return {**attributes, **more, **kept}


def _is_attribute_value(value: object) -> TypeGuard[AttributeValue]:
    return isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))


def _values(names: Counter[str]) -> str:
    return f"{counted(names.total(), 'value')} of {listed([name for name, _ in names.most_common()], 'attribute')}"
