"""Which model a command uses, and opening it with a progress bar."""

from __future__ import annotations

from dataclasses import dataclass

from sam3_annotator.commands.progress import progress_bar
from sam3_annotator.model import Session, open_session


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """What `--model`, `--device` and `--dtype` say, as `open_session` takes it, and `--cache-gb`."""

    name: str = "builtin"
    device: str = "auto"
    dtype: str = "auto"
    cache_gigabytes: float | None = None


def open_chosen(options: ModelOptions) -> Session:
    """Load the model; raises `ModelError` with a sentence if it cannot be, and `Cancelled` after Ctrl+C."""
    with progress_bar("Loading the model") as progress:
        session = open_session(options.name, options.device, options.dtype, progress=progress)
        progress(1, 1)  # while libraries load nobody looks for a Ctrl+C, which would then be forgotten
    return session
