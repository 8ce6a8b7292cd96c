"""The start menu of Windows, and what a double click on a project does there.

https://learn.microsoft.com/windows/win32/shell/fa-file-types
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSettings, QStandardPaths

from sam3_annotator.menu_entry.naming import DESCRIPTION, NAME
from sam3_annotator.paths import APP_NAME, PROJECT_SUFFIX, user_data_dir
from sam3_annotator.program import command_without_console

_CLASSES: Final = "HKEY_CURRENT_USER\\Software\\Classes"
_KIND: Final = f"{APP_NAME}.project"
_ASSOCIATIONS_CHANGED: Final = 0x08000000  # SHCNE_ASSOCCHANGED


def add() -> Path:
    """Write the link, its icon, and the kind of file that projects are."""
    from sam3_annotator.menu_entry.icons import write_icon

    icon = user_data_dir() / f"{APP_NAME}.ico"
    icon.parent.mkdir(parents=True, exist_ok=True)
    write_icon(icon)
    file, *words = command_without_console()
    link = _link()
    link.parent.mkdir(parents=True, exist_ok=True)
    write_link(link, file, " ".join(words), str(icon))
    classes = _classes()
    _set_default(classes, PROJECT_SUFFIX, _KIND)
    _set_default(classes, _KIND, f"{NAME} project")
    _set_default(classes, f"{_KIND}/DefaultIcon", str(icon))
    _set_default(classes, f"{_KIND}/shell/open/command", " ".join((f'"{file}"', *words, 'open "%1"')))
    _settle(classes)
    return link


def remove() -> Path | None:
    """Delete them."""
    (user_data_dir() / f"{APP_NAME}.ico").unlink(missing_ok=True)
    classes = _classes()
    for key in (PROJECT_SUFFIX, _KIND):
        classes.remove(key)
    _settle(classes)
    link = _link()
    if not os.path.lexists(link):
        return None
    link.unlink()
    return link


def write_link(link: Path, file: str, words: str, icon: str) -> None:
    """Write the file that starts the program from the menu. Raises `OSError` where the system refuses."""
    from comtypes import COMError
    from comtypes.client import CreateObject
    from comtypes.persist import IPersistFile
    from comtypes.shelllink import IShellLinkW, ShellLink

    try:
        shell_link = CreateObject(ShellLink, interface=IShellLinkW)
        shell_link.SetPath(file)
        shell_link.SetArguments(words)
        shell_link.SetIconLocation(icon, 0)
        shell_link.SetDescription(DESCRIPTION)
        shell_link.QueryInterface(IPersistFile).Save(str(link), True)
    except COMError as error:
        raise OSError(errno.EIO, error.text or str(error), str(link)) from error


def _link() -> Path:
    menu = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.ApplicationsLocation)
    return Path(menu, f"{NAME}.lnk")


def _classes() -> QSettings:
    return QSettings(_CLASSES, QSettings.Format.NativeFormat)


def _set_default(classes: QSettings, key: str, value: str) -> None:
    classes.setValue(f"{key}/.", value)


def _settle(classes: QSettings) -> None:
    classes.sync()
    if classes.status() != QSettings.Status.NoError:
        raise OSError(errno.EACCES, "the registry cannot be written", _CLASSES)
    _tell_desktop()


def _tell_desktop() -> None:
    """Have icons drawn anew, and double clicks go where they are to go now."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.shell32.SHChangeNotify(_ASSOCIATIONS_CHANGED, 0, None, None)
