"""Runs a verb that writes to the project and says in words why it could not."""

from __future__ import annotations

from collections.abc import Callable

from sam3_annotator.project import KnownError


def attempt(verb: Callable[[], object], tell: Callable[[str], object]) -> bool:
    """Run `verb`; True if it could. A `KnownError` becomes a sentence for `tell`, all else stays an error."""
    try:
        verb()
    except KnownError as error:
        tell(str(error))
        return False
    return True
