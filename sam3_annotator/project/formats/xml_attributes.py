"""Attributes of instances as far as XML, which has texts only, can hold them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from sam3_annotator.project.attributes import Attributes
from sam3_annotator.project.formats.attributes import AttributesLost, spelled
from sam3_annotator.project.formats.files.xml_files import without_controls
from sam3_annotator.project.formats.sentences import listed

CROWD: Final = "is_crowd"
"""The attribute that marks a crowd, by the name that Datumaro, which CVAT converts with, gives it."""


def is_crowd_mark(text: str) -> bool:
    """Whether the value of `CROWD` says that an instance is a crowd."""
    return text.strip().lower() in {"true", "1"}


def fitted(attributes: Attributes) -> dict[str, str]:
    """Return attributes as texts that XML can hold, without one that would be taken for the mark of a crowd.

    Signs stand for control characters; of names that become one by that, the first counts.
    """
    texts: dict[str, str] = {}
    for name, value in attributes.items():
        if name != CROWD:
            texts.setdefault(without_controls(name), without_controls(spelled(value)))
    return texts


@dataclass(slots=True)
class AttributesChanged:
    """Notes which attributes `fitted` changes or leaves out."""

    _crowd_marks: AttributesLost = field(default_factory=AttributesLost)
    _unfit: dict[str, None] = field(default_factory=dict)

    def note(self, attributes: Attributes) -> None:
        """Look through those of an instance."""
        self._crowd_marks.note({CROWD} & attributes.keys())
        for name, value in attributes.items():
            if without_controls(f"{name}{value}") != f"{name}{value}":
                self._unfit[ascii(name)] = None

    def sentences(self) -> Iterator[str]:
        """Tell of them."""
        yield from self._crowd_marks.sentences("this name marks crowds; give it another")
        if self._unfit:
            yield (
                f"{listed([*self._unfit], 'attribute')} with control characters, which XML cannot hold; "
                "signs stand for them."
            )
