"""Says what the application and its files are called."""

from __future__ import annotations

import platform
import re
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


def version_texts(program: str, *, console: bool) -> dict[str, str]:
    """Give what Windows says of a program: its properties show it, the Task Manager and “Open with” its description."""
    return {
        "FileDescription": f"{NAME}, command line" if console else NAME,
        "FileVersion": __version__,
        "InternalName": program,
        "LegalCopyright": "Apache License 2.0",
        "OriginalFilename": f"{program}.exe",
        "ProductName": NAME,
        "ProductVersion": __version__,
    }


def version_numbers() -> tuple[int, int, int, int]:
    """Give the version as Windows compares it."""
    major, minor, patch = (int(number) for number in re.findall(r"\d+", __version__)[:3])
    return major, minor, patch, 0


def info_plist() -> dict[str, Any]:
    """Give what macOS is told of the application: that it opens projects, and draws on screens of high resolution.

    https://developer.apple.com/documentation/bundleresources/information-property-list
    """
    return {
        "CFBundleDisplayName": NAME,
        "CFBundleExecutable": WINDOW_PROGRAM,
        "CFBundleShortVersionString": __version__,
        "CFBundleVersion": __version__,
        "LSApplicationCategoryType": "public.app-category.graphics-design",
        # Of PyTorch and ONNX Runtime; an older one would start the application, which then ends without a word.
        "LSMinimumSystemVersion": "14.0",
        "LSBackgroundOnly": False,  # which PyInstaller takes it for, since one of its programs has a console
        "NSHighResolutionCapable": True,
        "NSPrincipalClass": "NSApplication",
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
