"""The application and its files are called what the program is called."""

from __future__ import annotations

import platform
import plistlib
import sys

import pytest

from bundle import contents, naming
from sam3_annotator import __version__


@pytest.mark.parametrize(
    ("system", "machine", "name"),
    [("linux", "x86_64", "linux-x86_64"), ("win32", "AMD64", "windows-x86_64"), ("darwin", "arm64", "macos-arm64")],
)
def test_folder_says_version_system_and_processor(
    system: str, machine: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: machine)

    assert naming.folder_name() == f"sam3-annotator-{__version__}-{name}"


def test_macos_opens_projects_with_its_window() -> None:
    told = plistlib.loads(plistlib.dumps(naming.info_plist()))

    (kind,) = told["UTExportedTypeDeclarations"]
    (opened,) = told["CFBundleDocumentTypes"]
    assert kind["UTTypeTagSpecification"] == {"public.filename-extension": ["sam3proj"]}
    assert opened["LSItemContentTypes"] == [kind["UTTypeIdentifier"]]
    assert (told["CFBundleExecutable"], told["LSBackgroundOnly"]) == ("SAM 3 Annotator", False)
    assert told["NSHighResolutionCapable"] is True


def test_macos_refuses_where_the_readme_says() -> None:
    told = naming.info_plist()

    oldest = told["LSMinimumSystemVersion"].removesuffix(".0")
    assert f"macOS {oldest}" in (contents.ROOT / "README.md").read_text(encoding="utf-8")


def test_windows_tells_the_two_programs_apart() -> None:
    window = naming.version_texts("SAM 3 Annotator", console=False)
    command_line = naming.version_texts("sam3-annotator", console=True)

    assert window["FileDescription"] == "SAM 3 Annotator"
    assert command_line["FileDescription"] == "SAM 3 Annotator, command line"
    assert (command_line["OriginalFilename"], command_line["ProductVersion"]) == ("sam3-annotator.exe", __version__)
    assert ".".join(map(str, naming.version_numbers())) == f"{__version__}.0"
