"""Whether a window can be shown is known before Qt aborts."""

from __future__ import annotations

import sys
from pathlib import Path, PureWindowsPath

import pytest

from sam3_annotator import display

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the X11 or Wayland of Linux")


@pytest.fixture
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every screen away."""
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(variable, raising=False)


@linux_only
@pytest.mark.usefixtures("no_display")
def test_machine_without_screen_has_no_display() -> None:
    assert not display.has_display()
    assert "demo --headless" in display.window_problem()


@linux_only
@pytest.mark.usefixtures("no_display")
@pytest.mark.parametrize("variable", ["DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"])
def test_screen_or_chosen_platform_is_a_display(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "offscreen")

    assert display.has_display()


@linux_only
@pytest.mark.usefixtures("no_display")
@pytest.mark.parametrize(("platform", "seen"), [("offscreen", False), ("minimal:enable_fonts", False), ("xcb", True)])
def test_windows_that_are_drawn_in_memory_are_not_seen(
    platform: str, seen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)

    assert display.is_seen() == seen
    assert display.has_display()


def test_in_memory_letters_are_drawn_on_windows_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("SYSTEMROOT", "D:\\WINDOWS")

    variables = display.offscreen()

    assert variables["QT_QPA_PLATFORM"] == "offscreen"
    assert PureWindowsPath(variables["QT_QPA_FONTDIR"]) == PureWindowsPath("D:/WINDOWS/Fonts")


@linux_only
@pytest.mark.usefixtures("no_display")
def test_without_a_screen_nothing_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not display.is_seen()

    monkeypatch.setenv("DISPLAY", ":0")

    assert display.is_seen()


@linux_only
def test_missing_library_is_named_by_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "qt-libraries.txt").write_text(
        "# heading\nlibc.so.6 libc6 always\nlibabsent.so.9 libabsent9 always\nlibnoscreen.so.1 libnoscreen1 display\n"
    )
    monkeypatch.setattr(display, "resources_dir", lambda: tmp_path)

    assert display.missing_packages() == ("libabsent9", "libnoscreen1")


@linux_only
@pytest.mark.usefixtures("no_display")
def test_missing_library_for_the_screen_is_told_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "qt-libraries.txt").write_text("libnoscreen.so.1 libnoscreen1 display\n")
    monkeypatch.setattr(display, "resources_dir", lambda: tmp_path)
    monkeypatch.setenv("DISPLAY", ":0")

    assert display.window_problem().endswith("sudo apt install libnoscreen1")


def test_table_of_libraries_can_be_read_whole() -> None:
    rows = list(display._libraries())

    assert {need for _, _, need in rows} == {"always", "display"}
    assert len({library for library, _, _ in rows}) == len(rows)
