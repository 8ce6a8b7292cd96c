"""The folder of applications of macOS: a bundle that starts the program.

https://developer.apple.com/library/archive/documentation/CoreFoundation/Conceptual/CFBundles/
"""

from __future__ import annotations

import plistlib
import shlex
import shutil
import sys
from pathlib import Path

from sam3_annotator import __version__
from sam3_annotator.menu_entry.naming import NAME
from sam3_annotator.paths import APP_NAME


def add() -> Path:
    """Write the bundle; as it was made on this Mac, it needs no signature."""
    from sam3_annotator.menu_entry.icons import write_icon

    bundle = _bundle()
    remove()
    programs, resources = bundle / "Contents" / "MacOS", bundle / "Contents" / "Resources"
    for folder in (programs, resources):
        folder.mkdir(parents=True)
    write_icon(resources / f"{APP_NAME}.icns")
    program = programs / APP_NAME
    program.write_text(f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -m sam3_annotator\n", encoding="utf-8")
    program.chmod(0o755)
    (bundle / "Contents" / "Info.plist").write_bytes(
        plistlib.dumps(
            {
                "CFBundleName": NAME,
                "CFBundleIdentifier": f"org.{APP_NAME}.launcher",
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
    """Delete the bundle."""
    bundle = _bundle()
    if not bundle.exists():
        return None
    shutil.rmtree(bundle)
    return bundle


def _bundle() -> Path:
    return Path.home() / "Applications" / f"{NAME}.app"
