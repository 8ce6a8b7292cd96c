"""The menu of Linux desktops.

https://specifications.freedesktop.org/desktop-entry-spec/latest/ and
https://specifications.freedesktop.org/shared-mime-info-spec/latest/
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from sam3_annotator.menu_entry.naming import DESCRIPTION, NAME
from sam3_annotator.paths import APP_NAME, PROJECT_SUFFIX, resources_dir, user_data_dir
from sam3_annotator.program import command

MIME_TYPE: Final = "application/vnd.sam3-annotator.project"
TIMEOUT_S: Final = 60

_MIME_PACKAGE: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="{MIME_TYPE}">
    <comment>{NAME} project</comment>
    <icon name="{APP_NAME}"/>
    <sub-class-of type="application/vnd.sqlite3"/>
    <glob pattern="*{PROJECT_SUFFIX}"/>
  </mime-type>
</mime-info>
"""


def add() -> Path:
    """Write the entry, another that opens projects and is not seen, the kind of file that these are, and the icon."""
    entry, opening, mime_package, icon = _files()
    for path in (entry, mime_package, icon):
        path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(resources_dir() / "app-icon.svg", icon)
    mime_package.write_text(_MIME_PACKAGE, encoding="utf-8")
    program = command(in_any_folder=True)
    opening.write_text(desktop_entry(program, " open %f", f"MimeType={MIME_TYPE};", "NoDisplay=true"), encoding="utf-8")
    entry.write_text(desktop_entry(program), encoding="utf-8")
    _tell_desktop()
    return entry


def remove() -> Path | None:
    """Delete the same files."""
    entry, *others = _files()
    was_there = entry.exists()
    for path in (entry, *others):
        path.unlink(missing_ok=True)
    if was_there:
        _tell_desktop()
    return entry if was_there else None


def desktop_entry(program: Sequence[str], words: str = "", *more: str) -> str:
    """Give the text of an entry that starts the program as `command` does, with these words, and with more lines."""
    file, *first_words = program
    lines = (
        "[Desktop Entry]",
        "Type=Application",
        f"Name={NAME}",
        f"Comment={DESCRIPTION}",
        f"TryExec={_escaped(file)}",
        f"Exec={' '.join((_escaped(_quoted(file)), *first_words))}{words}",
        f"Icon={APP_NAME}",
        f"StartupWMClass={APP_NAME}",
        "Terminal=false",
        "Categories=Graphics;",
        *more,
    )
    return "\n".join(lines) + "\n"


def _files() -> tuple[Path, Path, Path, Path]:
    data = user_data_dir().parent
    return (
        data / "applications" / f"{APP_NAME}.desktop",
        data / "applications" / f"{APP_NAME}-open.desktop",
        data / "mime" / "packages" / f"{APP_NAME}.xml",
        data / "icons" / "hicolor" / "scalable" / "apps" / f"{APP_NAME}.svg",
    )


def _quoted(word: str) -> str:
    """Quote a word of a command line, in which `%` begins what the desktop fills in."""
    for character in '\\"`$':
        word = word.replace(character, f"\\{character}")
    return '"' + word.replace("%", "%%") + '"'


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\")


def _tell_desktop() -> None:
    """Have the desktop read its folders again; one that comes without these programs does so by itself."""
    data = user_data_dir().parent
    for program, folder in (("update-mime-database", "mime"), ("update-desktop-database", "applications")):
        found = shutil.which(program)
        if found is None or not (data / folder).is_dir():
            continue
        with suppress(subprocess.TimeoutExpired):
            subprocess.run([found, os.fspath(data / folder)], check=False, capture_output=True, timeout=TIMEOUT_S)
