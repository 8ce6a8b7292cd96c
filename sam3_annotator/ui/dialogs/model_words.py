"""Words about models and amounts of bytes, as the dialog of the models says them."""

from __future__ import annotations

from typing import Final

from sam3_annotator.model import Contents, ModelEntry, ModelOrigin, ModelState

ASKING: Final = "Asking Hugging Face…"


def state_words(entry: ModelEntry) -> str:
    """Say in a few words where a model is and how large."""
    size = amount(entry.size)
    match entry.state:
        case ModelState.ABSENT:
            return f"Not downloaded, {size}"
        case ModelState.PARTIAL:
            return f"{amount(entry.fetched)} of {size} downloaded"
        case ModelState.MISSING:
            return "The file is missing"
        case ModelState.READY if entry.origin is ModelOrigin.BUILTIN:
            return "Ships with the program"
        case ModelState.READY if entry.origin is ModelOrigin.PUBLISHED:
            return f"Downloaded, {size}"
        case ModelState.READY:
            return f"Your file, {size}"


def content_words(contents: Contents) -> str:
    """Say what a checkpoint holds."""
    parameters = contents.parameters
    counted = f"{parameters / 1e6:,.1f} million" if parameters >= 1e6 else f"{parameters:,}"
    kind = f"{contents.kind[0].upper()}{contents.kind[1:]}"
    return f"{kind}, {counted} parameters in {contents.dtype}"


def amount(count: int) -> str:
    """Word a number of bytes, with three digits that count."""
    if count >= 1e9:
        return f"{count / 1e9:.2f} GB"
    if count >= 1e6:
        return f"{count / 1e6:.0f} MB" if count >= 1e8 else f"{count / 1e6:.1f} MB"
    return f"{count / 1e3:.0f} kB"


def download_words(done: int, total: int, seconds_left: float | None) -> str:
    """Say how far a download is and, if anybody knows, how long it will take."""
    words = f"{amount(done)} of {amount(total)}"
    if seconds_left is None:
        return words
    minutes = round(seconds_left / 60)
    if minutes >= 90:
        return f"{words}, about {round(minutes / 60)} hours left"
    if minutes >= 2:
        return f"{words}, about {minutes} minutes left"
    return f"{words}, about a minute left" if seconds_left > 30 else f"{words}, less than a minute left"
