"""Attributes in words: how their values are shown, and what is meant by what somebody types."""

from __future__ import annotations

import math
import re
from enum import StrEnum
from typing import Final

from sam3_annotator.project import Attributes, AttributeValue, KnownError

_WHOLE: Final = re.compile(r"[+-]?[0-9]+")
_DECIMAL: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_LONGEST_TOLD: Final = 60
_TRUTHS: Final = {
    "yes": True,
    "true": True,
    "on": True,
    "1": True,
    "no": False,
    "false": False,
    "off": False,
    "0": False,
}


class AttributeKind(StrEnum):
    """What the values of an attribute are."""

    TRUTH = "truth"
    NUMBER = "number"
    TEXT = "text"


def kind_of(value: AttributeValue) -> AttributeKind:
    """Say what a value is."""
    if isinstance(value, bool):
        return AttributeKind.TRUTH
    return AttributeKind.TEXT if isinstance(value, str) else AttributeKind.NUMBER


def value_words(value: AttributeValue) -> str:
    """Give a value as it is shown and typed: `yes` and `no` for truth values."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def told_value(value: AttributeValue) -> str:
    """Give a value to be read in passing: a long text is cut."""
    words = value_words(value)
    return words if len(words) <= _LONGEST_TOLD else f"{words[: _LONGEST_TOLD - 1]}…"


def summary(attributes: Attributes) -> str:
    """Say in one line what holds: `occluded · red · age 3`; what is false is no news."""
    told = []
    for name, value in attributes.items():
        match kind_of(value):
            case AttributeKind.TRUTH if value:
                told.append(name)
            case AttributeKind.NUMBER:
                told.append(f"{name} {value}")
            case AttributeKind.TEXT if value:
                told.append(str(value))
    return " · ".join(told)


def read_value(name: str, text: str, kind: AttributeKind | None) -> AttributeValue:
    """Give the value that somebody means who types `text` for the attribute `name`.

    `kind` is the kind of all its other values; None if there are none, or if they are of several kinds. With None, `no`
    is a truth value and `3` a number, but `007` stays text. Raises KnownError if the text is no value of that kind.
    """
    text = text.strip()
    match kind:
        case AttributeKind.TRUTH:
            if text.lower() not in _TRUTHS:
                raise KnownError(f"{name} is either yes or no, not “{text}”. Type one of them.")
            return _TRUTHS[text.lower()]
        case AttributeKind.NUMBER:
            number = _number(text)
            if number is None:
                raise KnownError(f"{name} is a number, which “{text}” is not. Type one such as 3 or 2.5.")
            return number
        case AttributeKind.TEXT:
            return text
    if text.lower() in ("yes", "no", "true", "false"):
        return _TRUTHS[text.lower()]
    number = _number(text)
    return text if number is None or str(number) != text else number


def _number(text: str) -> int | float | None:
    try:
        if _WHOLE.fullmatch(text):
            return int(text)
        number = float(text) if _DECIMAL.fullmatch(text) else math.nan
    except ValueError:  # more digits than anybody can mean
        return None
    return number if math.isfinite(number) else None
