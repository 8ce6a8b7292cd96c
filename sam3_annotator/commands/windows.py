"""The commands that open the window."""

from __future__ import annotations

import gc
import os
from pathlib import Path

from sam3_annotator import display
from sam3_annotator.commands.failures import CommandFailed


def open_window(path: Path | None, cache_gigabytes: float | None = None) -> int:
    """Show the window with what lies at `path`, or the start page; returns the exit status when it is closed.

    `cache_gigabytes` is the room of embeddings on disk, if not as the settings say.
    """
    if path is not None and not path.exists():
        from sam3_annotator.commands.option_types import with_suffix  # which a start by the shortest way need not load

        named, path = path, with_suffix(path)
        if path is named:
            raise CommandFailed(f"There is nothing at {named}; give an image folder, an image file or a project file.")
    problem = display.window_problem()
    if problem:
        raise CommandFailed(problem)
    # A tenth of the start would go into searching what is being imported for garbage; there is none.
    gc.disable()
    from sam3_annotator import app  # the window takes its time to import; nobody else waits for it

    gc.freeze()
    gc.enable()
    return app.run(path, disk_gigabytes=cache_gigabytes)


def run_demo(out: Path | None, *, headless: bool) -> int:
    """Do the main job on the sample photographs, offscreen if `headless` or if nobody would see a window."""
    headless = headless or not display.is_seen()
    if headless:
        os.environ.update(display.offscreen())
    else:
        problem = display.window_problem()
        if problem:
            raise CommandFailed(problem)
    from sam3_annotator.demo import run

    return run.run_demo(out, headless)
