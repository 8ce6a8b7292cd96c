"""Tells whether a window can be shown here, before Qt finds out by aborting the process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from sam3_annotator.paths import resources_dir


def has_display() -> bool:
    """Say whether there is a screen to show a window on, or a Qt platform chosen that needs none."""
    if os.environ.get("QT_QPA_PLATFORM"):
        return True
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def is_seen() -> bool:
    """Say whether somebody sees the windows that are shown here: not on platforms of Qt that only draw in memory."""
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    return platform not in {"offscreen", "minimal"} and has_display()


def offscreen() -> dict[str, str]:
    """Give the variables of the environment that have Qt draw windows in memory only, in the letters of the system."""
    variables = {"QT_QPA_PLATFORM": "offscreen"}
    if sys.platform == "win32":  # there this platform looks for fonts beside Qt, which brings none, and draws boxes
        variables["QT_QPA_FONTDIR"] = str(Path(os.environ.get("SYSTEMROOT", "C:\\Windows"), "Fonts"))
    return variables


def missing_packages() -> tuple[str, ...]:
    """Name the Debian packages of the shared libraries that Qt needs and the loader does not find, on Linux."""
    if not sys.platform.startswith("linux"):
        return ()
    from ctypes import CDLL  # only here: every start passes through this module

    missing = []
    for library, package, _need in _libraries():
        if package in missing:
            continue
        try:
            CDLL(library)
        except OSError:
            missing.append(package)
    return tuple(missing)


def _libraries() -> Iterator[tuple[str, str, str]]:
    """Yield soname, Debian package and `always` or `display`, which setting up tells apart."""
    table = resources_dir() / "qt-libraries.txt"
    for line in table.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            library, package, need = line.split()
            yield library, package, need


def window_problem() -> str:
    """Say in one sentence why no window can be shown here, or nothing."""
    if not has_display():
        return (
            "There is no display to show a window on (neither DISPLAY nor WAYLAND_DISPLAY is set); "
            "'sam3-annotator demo --headless' and the commands that need no window still work."
        )
    if os.environ.get("QT_QPA_PLATFORM", "xcb") != "xcb":
        return ""  # the platform was chosen by hand, or by the desktop
    if os.environ.get("WAYLAND_DISPLAY"):
        return ""  # Qt draws there by itself
    packages = missing_packages()
    if packages:
        return f"Qt needs system libraries that are missing. On Debian or Ubuntu: sudo apt install {' '.join(packages)}"
    return ""
