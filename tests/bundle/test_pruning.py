"""Libraries stay out that nothing in the application loads, and links to them; what is loaded stays."""

from __future__ import annotations

import sys
from pathlib import PurePath

import pytest

from bundle.pruning import Entry, pruned

PACKAGES = "/venv/lib/python3.11/site-packages"
LOADS = {
    "QtCore.abi3.so": ["libQt6Core.so.6", "libpyside6.abi3.so.6.11"],
    "libQt6Core.so.6": ["libicuuc.so.73", "libglib-2.0.so.0"],
    "libqxcb.so": ["libQt6XcbQpa.so.6"],
    "libQt6XcbQpa.so.6": ["libQt6DBus.so.6", "libxcb-cursor.so.0"],
    "libqeglfs.so": ["libQt6EglFSDeviceIntegration.so.6"],
    "libQt6EglFSDeviceIntegration.so.6": ["libQt6Core.so.6"],
}


def _imports(source: str) -> list[tuple[str, str | None]]:
    return [(name, None) for name in LOADS.get(PurePath(source).name, [])]


def _of_qt(place: str, kind: str = "BINARY") -> Entry:
    return (f"PySide6/{place}", f"{PACKAGES}/PySide6/{place}", kind)


CORE, XCB, DBUS, EGL = (f"Qt/lib/libQt6{name}.so.6" for name in ("Core", "XcbQpa", "DBus", "EglFSDeviceIntegration"))


@pytest.fixture(autouse=True)
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")


def test_what_a_kept_plugin_loads_stays_the_rest_goes() -> None:
    module, plugin = _of_qt("QtCore.abi3.so", "EXTENSION"), _of_qt("Qt/plugins/platforms/libqxcb.so")
    needed = [_of_qt(place) for place in (CORE, XCB, DBUS)]

    binaries, _ = pruned(
        [module, plugin, _of_qt("Qt/plugins/platforms/libqeglfs.so"), *needed, _of_qt(EGL)], [], _imports
    )

    assert binaries == [module, plugin, *needed]


def test_links_go_with_what_they_lead_to() -> None:
    module = _of_qt("QtCore.abi3.so", "EXTENSION")
    link, dead = (
        (PurePath(place).name, f"PySide6/{place}", "SYMLINK") for place in (CORE, EGL)
    )  # PyInstaller's, at the top of the folder

    _, others = pruned([module, _of_qt(CORE), _of_qt(EGL)], [link, dead], _imports)

    assert others == [link]


def test_libraries_of_the_system_go_those_of_packages_stay() -> None:
    cursor = ("libxcb-cursor.so.0", "/lib/x86_64-linux-gnu/libxcb-cursor.so.0", "BINARY")
    glib = ("libglib-2.0.so.0", "/lib/x86_64-linux-gnu/libglib-2.0.so.0", "BINARY")
    blas = ("numpy.libs/libopenblas.so", f"{PACKAGES}/numpy.libs/libopenblas.so", "BINARY")

    binaries, _ = pruned([cursor, glib, blas], [], _imports)

    assert binaries == [cursor, blas]


def test_names_of_windows_are_the_same_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    module, core = _of_qt("QtCore.pyd", "EXTENSION"), _of_qt("Qt6Core.dll")
    runtime, network = _of_qt("MSVCP140.dll"), _of_qt("Qt6Network.dll")

    binaries, _ = pruned([module, core, runtime, network], [], lambda _: [("qt6core.DLL", None)])

    assert binaries == [module, core, runtime]
