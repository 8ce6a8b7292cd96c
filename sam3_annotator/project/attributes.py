"""What is said of an instance beside its category: attributes, by name, and their code in the project file."""

from __future__ import annotations

import copyreg
import json
import math
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import numpy as np

from sam3_annotator.project.errors import KnownError

AttributeValue = str | int | float | bool

Attributes = Mapping[str, AttributeValue]
"""Name -> value, in the order in which they were given; nobody changes one that an instance has."""

NO_ATTRIBUTES: Final[Attributes] = MappingProxyType({})


def _freeze(values: dict[str, AttributeValue]) -> MappingProxyType[str, AttributeValue]:
    return MappingProxyType(values)


# Else no instance could be pickled, as by a loader of training data with several processes, or copied by `asdict`.
copyreg.pickle(MappingProxyType, lambda attributes: (_freeze, (dict(attributes),)))


def encode_attributes(attributes: Attributes) -> str:
    """Return attributes as JSON; NumPy's numbers become Python's.

    Raises KnownError on a name that is empty or has space around it, on what is neither text, number nor truth value,
    on numbers that are not finite, and on halves of characters, which cannot be stored.
    """
    said = {name: value.item() if isinstance(value, np.generic) else value for name, value in attributes.items()}
    for name, value in said.items():
        if not isinstance(name, str) or not name or name != name.strip():
            raise KnownError(f"An attribute needs a name without space around it; {name!r} is none.")
        if not isinstance(value, str | int | float):
            raise KnownError(f"The attribute {name} is neither text, number nor true or false: {value!r}.")
        if isinstance(value, float) and not math.isfinite(value):
            raise KnownError(f"The attribute {name} is no number: {value}. Write one, or a word.")
        for text in (name, value):
            if isinstance(text, str) and text != text.encode(errors="replace").decode():
                raise KnownError(f"The attribute {name!a} is no Unicode text. Write it in other characters.")
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=4096)  # many instances have the same
def decode_attributes(text: str) -> Attributes:
    """Return the attributes that `encode_attributes` was given."""
    values: dict[str, AttributeValue] = json.loads(text)
    return _freeze(values) if values else NO_ATTRIBUTES
