"""The folder of applications of macOS: a bundle that starts the program.

https://developer.apple.com/library/archive/documentation/CoreFoundation/Conceptual/CFBundles/
"""

from __future__ import annotations

import errno
import plistlib
import shlex
import shutil
from pathlib import Path
from typing import Final

from sam3_annotator import __version__
from sam3_annotator.menu_entry.naming import NAME
from sam3_annotator.paths import APP_NAME
from sam3_annotator.program import command

_IDENTIFIER: Final = f"org.{APP_NAME}.launcher"


def add() -> Path:
    """Write the bundle; as it was made on this Mac, it needs no signature.

    Raises `FileExistsError` where another application has its place, as the whole program has that `make bundle` makes.
    """
    from sam3_annotator.menu_entry.icons import write_icon

    bundle = _bundle()
    remove()
    programs, resources = bundle / "Contents" / "MacOS", bundle / "Contents" / "Resources"
    for folder in (programs, resources):
        folder.mkdir(parents=True)
    write_icon(resources / f"{APP_NAME}.icns")
    program = programs / APP_NAME
    program.write_text(f"#!/bin/sh\nexec {shlex.join(command(in_any_folder=True))}\n", encoding="utf-8")
    program.chmod(0o755)
    (bundle / "Contents" / "Info.plist").write_bytes(
        plistlib.dumps(
            {
                "CFBundleName": NAME,
                "CFBundleIdentifier": _IDENTIFIER,
                "CFBundleVersion": __version__,
                "CFBundleShortVersionString": __version__,
                "CFBundlePackageType": "APPL",
                "CFBundleExecutable": APP_NAME,
                "CFBundleIconFile": APP_NAME,
                "NSHighResolutionCapable": True,
                # A script tells of no processor; a Mac without Rosetta would offer to install it.
                "LSArchitecturePriority": ["arm64"],
            }
        )
    )
    return bundle


def remove() -> Path | None:
    """Delete the bundle. Raises `FileExistsError` as `add` does."""
    bundle = _bundle()
    if not bundle.exists():
        return None
    if not _is_ours(bundle):
        raise FileExistsError(errno.EEXIST, "another application has this name", str(bundle))
    shutil.rmtree(bundle)
    return bundle


def _is_ours(bundle: Path) -> bool:
    try:
        told = plistlib.loads((bundle / "Contents" / "Info.plist").read_bytes())
    except FileNotFoundError:  # half of a bundle
        return True
    except plistlib.InvalidFileException:
        return False
    return isinstance(told, dict) and told.get("CFBundleIdentifier") == _IDENTIFIER


def _bundle() -> Path:
    return Path.home() / "Applications" / f"{NAME}.app"
