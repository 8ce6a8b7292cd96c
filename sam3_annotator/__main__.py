"""Starts the program: the window by the shortest way, every other command through the command line."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    """Run the program with the words it was started with; returns its exit status."""
    try:
        return _run(sys.argv[1:])
    except KeyboardInterrupt:  # while the program is still being imported; later it is told
        return 130


def _run(words: list[str]) -> int:
    from sam3_annotator import crash_log  # from here on Ctrl+C is told

    debug = "--debug" in words
    crash_log.install(to_stderr=debug)
    words = [word for word in words if word != "--debug"]
    if _opens_window(words):
        from sam3_annotator.commands.failures import exit_status
        from sam3_annotator.commands.windows import open_window

        path = Path(words[-1]) if words else None
        return exit_status(lambda: open_window(path), debug=debug)
    from sam3_annotator.commands.failures import keep_talking

    keep_talking()
    from sam3_annotator import cli  # typer takes a tenth of a second that the window's start has no room for

    return cli.run(words, debug=debug)


def _opens_window(words: list[str]) -> bool:
    if len(words) == 1:  # desktops give a file that is dropped on the program, or opened with it, by its whole path
        return Path(words[0]).is_absolute()
    # An empty path would be the current folder: the command line says what is wrong with it.
    return not words or (len(words) == 2 and words[0] == "open" and words[1][:1] not in ("", "-"))


if __name__ == "__main__":
    sys.exit(main())
