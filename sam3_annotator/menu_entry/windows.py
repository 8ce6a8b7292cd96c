"""The start menu of Windows, and what a double click on a project does there.

Both are written by PowerShell, which has the objects for it. https://learn.microsoft.com/windows/win32/shell/fa-file-types
"""

from __future__ import annotations

import base64
import errno
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from sam3_annotator.menu_entry.naming import DESCRIPTION, NAME
from sam3_annotator.paths import APP_NAME, PROJECT_SUFFIX, user_data_dir
from sam3_annotator.program import command_without_console

TIMEOUT_S: Final = 120
_KIND: Final = f"{APP_NAME}.project"
_CLASSES: Final = "HKCU:\\Software\\Classes"
_LINK: Final = f"Join-Path ([Environment]::GetFolderPath('Programs')) '{NAME}.lnk'"


def add() -> Path:
    """Write the link, its icon, and the kind of file that projects are."""
    from sam3_annotator.menu_entry.icons import write_icon

    icon = user_data_dir() / f"{APP_NAME}.ico"
    icon.parent.mkdir(parents=True, exist_ok=True)
    write_icon(icon)
    return Path(_run(adding_script(command_without_console(), str(icon))))


def remove() -> Path | None:
    """Delete them."""
    (user_data_dir() / f"{APP_NAME}.ico").unlink(missing_ok=True)
    link = _run(removing_script())
    return Path(link) if link else None


def adding_script(program: Sequence[str], icon: str) -> str:
    """Give the script that makes the entry, which starts the program; it prints where the link lies."""
    file, *words = program
    opening = " ".join((f'"{file}"', *words, 'open "%1"'))
    return _script(
        (
            f"$link = (New-Object -ComObject WScript.Shell).CreateShortcut(({_LINK}))",
            f"$link.TargetPath = {_quoted(file)}",
            f"$link.Arguments = {_quoted(' '.join(words))}",
            f"$link.IconLocation = {_quoted(icon)}",
            f"$link.Description = {_quoted(DESCRIPTION)}",
            "$link.Save()",
            _set_key(PROJECT_SUFFIX, _KIND),
            _set_key(_KIND, f"{NAME} project"),
            _set_key(f"{_KIND}\\DefaultIcon", icon),
            _set_key(f"{_KIND}\\shell\\open\\command", opening),
            "$link.FullName",
        )
    )


def removing_script() -> str:
    """Give the script that takes it away again; it prints where the link lay, if there was one."""
    keys = ", ".join(_quoted(_path_of(key)) for key in (PROJECT_SUFFIX, _KIND))
    return _script(
        (
            f"Remove-Item -Path {keys} -Recurse -ErrorAction SilentlyContinue",
            f"$path = {_LINK}",
            "if (Test-Path -LiteralPath $path) { Remove-Item -LiteralPath $path; $path }",
        )
    )


def _script(lines: Iterable[str]) -> str:
    beginning = (
        "$ErrorActionPreference = 'Stop'",
        "$ProgressPreference = 'SilentlyContinue'",
        "[Console]::OutputEncoding = [Text.Encoding]::UTF8",
    )
    return "\n".join((*beginning, *lines))


def _set_key(key: str, value: str) -> str:
    return f"New-Item -Path {_quoted(_path_of(key))} -Value {_quoted(value)} -Force | Out-Null"


def _path_of(key: str) -> str:
    return f"{_CLASSES}\\{key}"


def _quoted(text: str) -> str:
    """Quote a text for PowerShell, which takes typographic quotes for straight ones."""
    for quote in "'\u2018\u2019\u201a\u201b":
        text = text.replace(quote, quote * 2)
    return f"'{text}'"


def _run(script: str) -> str:
    """Have PowerShell do what a script says; gives what it prints. Raises `OSError` with what it complains of."""
    encoded = base64.b64encode(script.encode("utf-16-le")).decode("ascii")
    command = ["powershell", "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-EncodedCommand", encoded]
    try:
        done = subprocess.run(command, check=False, capture_output=True, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        raise OSError(errno.ETIMEDOUT, f"PowerShell did not change the start menu within {TIMEOUT_S} s") from error
    if done.returncode:
        told = done.stderr.decode("utf-8", "replace").strip()
        raise OSError(errno.EIO, f"PowerShell could not change the start menu: {told}")
    return done.stdout.decode("utf-8", "replace").strip()
