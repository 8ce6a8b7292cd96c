"""Says what the application and its files are called."""

from __future__ import annotations

import platform
import sys
from typing import Any, Final

from sam3_annotator import __version__
from sam3_annotator.menu_entry.naming import NAME
from sam3_annotator.paths import APP_NAME, PROJECT_SUFFIX
from sam3_annotator.program import WINDOW_PROGRAM

IDENTIFIER: Final = f"org.{APP_NAME}"
_PROJECT: Final = f"{IDENTIFIER}.project"
_SYSTEMS: Final = {"linux": "linux", "win32": "windows", "darwin": "macos"}


def folder_name() -> str:
    """Give the name of the application's folder: version, system and processor."""
    processor = platform.machine().lower().replace("amd64", "x86_64")
    return f"{APP_NAME}-{__version__}-{_SYSTEMS.get(sys.platform, sys.platform)}-{processor}"


def info_plist() -> dict[str, Any]:
    """Give what macOS is told of the application: that it opens projects, and draws on screens of high resolution."""
    return {
        "CFBundleDisplayName": NAME,
        "CFBundleExecutable": WINDOW_PROGRAM,
        "CFBundleShortVersionString": __version__,
        "CFBundleVersion": __version__,
        "LSApplicationCategoryType": "public.app-category.graphics-design",
        "LSBackgroundOnly": False,  # which PyInstaller takes it for, since one of its programs has a console
        "NSHighResolutionCapable": True,
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": f"{NAME} project",
                "CFBundleTypeRole": "Editor",
                "LSHandlerRank": "Owner",
                "LSItemContentTypes": [_PROJECT],
            }
        ],
        "UTExportedTypeDeclarations": [
            {
                "UTTypeIdentifier": _PROJECT,
                "UTTypeDescription": f"{NAME} project",
                "UTTypeConformsTo": ["public.data"],
                "UTTypeTagSpecification": {"public.filename-extension": [PROJECT_SUFFIX.removeprefix(".")]},
            }
        ],
    }
