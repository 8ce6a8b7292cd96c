"""The program is put into the menu of the desktop, and taken out again without a trace."""

from __future__ import annotations

import base64
import configparser
import plistlib
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from sam3_annotator import cli, menu_entry, paths
from sam3_annotator.menu_entry import freedesktop, windows


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


class TestFreedesktop:
    @pytest.fixture
    def data(self, isolated_user: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Give the folder of the user's data, and nothing that would read it anew."""
        del isolated_user
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setattr(freedesktop.shutil, "which", lambda _: None)
        return paths.user_data_dir().parent

    def test_entry_starts_this_python_and_opens_projects(self, data: Path) -> None:
        path = menu_entry.add()

        entry = configparser.ConfigParser(interpolation=None)
        entry.read(path, encoding="utf-8")
        entry_of = entry["Desktop Entry"]
        (kind,) = ET.parse(data / "mime" / "packages" / "sam3-annotator.xml").getroot()
        assert path == data / "applications" / "sam3-annotator.desktop"
        assert entry_of["TryExec"] == sys.executable
        assert f"\nMimeType={kind.attrib['type']};\n" in path.with_name("sam3-annotator-open.desktop").read_text()
        assert kind.find("{*}glob").attrib["pattern"] == "*.sam3proj"  # type: ignore[union-attr]  # else the test fails
        assert (data / "icons/hicolor/scalable/apps" / f"{entry_of['Icon']}.svg").is_file()

    def test_words_open_a_window_with_and_without_a_project(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from sam3_annotator import __main__, crash_log
        from sam3_annotator.commands import windows as window_commands

        del data
        opened: list[Path | None] = []
        monkeypatch.setattr(crash_log, "install", lambda **_: None)
        monkeypatch.setattr(window_commands, "open_window", lambda path: opened.append(path) or 0)
        entry = menu_entry.add()

        for path in (entry, entry.with_name("sam3-annotator-open.desktop")):
            (line,) = [line for line in path.read_text().splitlines() if line.startswith("Exec=")]
            words = line.replace("%f", "/a/b.sam3proj").partition(" -m sam3_annotator")[2].split()
            monkeypatch.setattr(sys, "argv", ["sam3-annotator", *words])
            assert __main__.main() == 0

        assert opened == [None, Path("/a/b.sam3proj")]

    def test_entry_of_an_application_starts_it_by_itself(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        del data
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        monkeypatch.setattr(sys, "executable", "/opt/sam3-annotator/sam3-annotator")

        entry = menu_entry.add()

        opening = entry.with_name("sam3-annotator-open.desktop")
        assert 'Exec="/opt/sam3-annotator/sam3-annotator"' in entry.read_text().splitlines()
        assert 'Exec="/opt/sam3-annotator/sam3-annotator" open %f' in opening.read_text().splitlines()

    @pytest.mark.skipif(sys.platform == "win32", reason="asks a shell of Unix")
    def test_any_path_of_python_survives_quoting(self) -> None:
        python = '/opt/my $HOME/100%/`"quoted" \\ back/python'
        entry = freedesktop.desktop_entry((python, "-m", "sam3_annotator"), " open %f")
        (line,) = [line for line in entry.splitlines() if line.startswith("Exec=")]
        # As a desktop reads it: escapes of the value, then what stands for files, then quotes, which are a shell's.
        command = line.removeprefix("Exec=").replace("\\\\", "\\").replace("%f", "").replace("%%", "%")

        printed = subprocess.run(["sh", "-c", f"printf '%s\\n' {command}"], capture_output=True, text=True, check=True)

        assert printed.stdout.splitlines() == [python, "-m", "sam3_annotator", "open"]

    def test_removed_without_a_trace_other_files_stay(self, data: Path) -> None:
        other = data / "applications" / "other.desktop"
        other.parent.mkdir(parents=True)
        other.write_text("[Desktop Entry]")
        menu_entry.add()
        menu_entry.add()

        assert menu_entry.remove() == data / "applications" / "sam3-annotator.desktop"
        assert menu_entry.remove() is None

        assert files_of(data) == [other]

    def test_desktop_is_told_where_it_wants_to_be(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        told: list[list[str]] = []
        monkeypatch.setattr(freedesktop.shutil, "which", lambda program: f"/usr/bin/{program}")
        monkeypatch.setattr(freedesktop.subprocess, "run", lambda command, **_: told.append(command))

        menu_entry.add()

        assert told == [
            ["/usr/bin/update-mime-database", str(data / "mime")],
            ["/usr/bin/update-desktop-database", str(data / "applications")],
        ]

    def test_commands_say_what_they_did(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        statuses = [cli.run(["menu-entry", word]) for word in ("add", "remove", "remove")]

        entry = data / "applications" / "sam3-annotator.desktop"
        assert statuses == [0, 0, 0]
        assert capsys.readouterr().out.splitlines() == [
            f"SAM 3 Annotator is in your menu: {entry}",
            f"Removed: {entry}",
            "SAM 3 Annotator is not in your menu.",
        ]

    def test_refusal_is_a_sentence(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        data.mkdir(parents=True, exist_ok=True)
        (data / "applications").write_text("a file where the folder should be")

        assert cli.run(["menu-entry", "add"]) == 1

        assert str(data / "applications") in capsys.readouterr().err


class TestMacos:
    @pytest.fixture(autouse=True)
    def mac(self, isolated_user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "darwin")
        monkeypatch.setattr(Path, "home", lambda: isolated_user)

    @pytest.mark.skipif(sys.platform == "win32", reason="runs a script of Unix")
    def test_bundle_starts_this_python(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        python = tmp_path / "it's mine" / "python"
        python.parent.mkdir()
        python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
        python.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(python))

        bundle = menu_entry.add()

        told = plistlib.loads((bundle / "Contents" / "Info.plist").read_bytes())
        program = bundle / "Contents" / "MacOS" / told["CFBundleExecutable"]
        printed = subprocess.run([program], capture_output=True, text=True, check=True)
        assert bundle.name == "SAM 3 Annotator.app"
        assert printed.stdout.splitlines() == ["-m", "sam3_annotator"]
        with Image.open(bundle / "Contents" / "Resources" / f"{told['CFBundleIconFile']}.icns") as icon:
            assert icon.size == (1024, 1024)

    def test_earlier_bundle_is_replaced_and_removed(self, isolated_user: Path) -> None:
        bundle = menu_entry.add()
        (bundle / "Contents" / "old").touch()

        assert menu_entry.add() == bundle
        assert not (bundle / "Contents" / "old").exists()
        assert menu_entry.remove() == bundle
        assert menu_entry.remove() is None

        assert files_of(isolated_user / "Applications") == []

    def test_another_application_of_this_name_stays(self, capsys: pytest.CaptureFixture[str]) -> None:
        bundle = menu_entry.add()
        (bundle / "Contents" / "Info.plist").write_bytes(plistlib.dumps({"CFBundleIdentifier": "org.sam3-annotator"}))

        assert [cli.run(["menu-entry", word]) for word in ("add", "remove")] == [1, 1]

        assert str(bundle) in capsys.readouterr().err
        assert (bundle / "Contents" / "MacOS").is_dir()

    def test_an_application_needs_no_entry(
        self, isolated_user: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(sys, "frozen", True, raising=False)

        assert cli.run(["menu-entry", "add"]) == 1

        assert "move it to the folder Applications" in capsys.readouterr().err
        assert files_of(isolated_user) == []


class TestWindows:
    @pytest.fixture
    def scripts(self, isolated_user: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Give the scripts that PowerShell is given; it prints where a link would lie."""
        del isolated_user
        scripts: list[str] = []

        def run(command: list[str], **_: Any) -> SimpleNamespace:
            assert command[0] == "powershell"
            scripts.append(base64.b64decode(command[-1]).decode("utf-16-le"))
            return SimpleNamespace(returncode=0, stdout="C:\\Menü\\SAM 3 Annotator.lnk\r\n".encode(), stderr=b"")

        monkeypatch.setattr(sys, "platform", "win32")
        monkeypatch.setattr(sys, "executable", "C:\\Users\\O'Neil\\venv\\Scripts\\python.exe")
        monkeypatch.setattr(windows.subprocess, "run", run)
        return scripts

    def test_link_and_projects_start_the_python_without_a_console(self, scripts: list[str]) -> None:
        link = menu_entry.add()

        (script,) = scripts
        assert link == Path("C:\\Menü\\SAM 3 Annotator.lnk")
        assert "$link.TargetPath = 'C:\\Users\\O''Neil\\venv\\Scripts\\pythonw.exe'" in script.splitlines()
        opening = "'\"C:\\Users\\O''Neil\\venv\\Scripts\\pythonw.exe\" -m sam3_annotator open \"%1\"'"
        assert f"\\sam3-annotator.project\\shell\\open\\command' -Value {opening} -Force" in script
        assert "New-Item -Path 'HKCU:\\Software\\Classes\\.sam3proj' -Value 'sam3-annotator.project'" in script

    def test_link_and_projects_start_the_window_of_an_application(
        self, scripts: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        monkeypatch.setattr(sys, "executable", "D:\\sam3-annotator\\sam3-annotator.exe")

        menu_entry.add()

        lines = scripts[0].splitlines()
        assert "$link.TargetPath = 'D:\\sam3-annotator\\SAM 3 Annotator.exe'" in lines
        assert "$link.Arguments = ''" in lines
        assert '\'"D:\\sam3-annotator\\SAM 3 Annotator.exe" open "%1"\'' in scripts[0]

    def test_icon_has_the_sizes_of_windows(self, scripts: list[str]) -> None:
        menu_entry.add()

        icon = paths.user_data_dir() / "sam3-annotator.ico"
        assert f"$link.IconLocation = '{icon}'" in scripts[0]
        with Image.open(icon) as drawn:
            assert {(16, 16), (32, 32), (256, 256)} <= drawn.info["sizes"]

    def test_removed_with_what_projects_are_called(self, scripts: list[str]) -> None:
        menu_entry.add()

        assert menu_entry.remove() == Path("C:\\Menü\\SAM 3 Annotator.lnk")

        assert "'HKCU:\\Software\\Classes\\.sam3proj', 'HKCU:\\Software\\Classes\\sam3-annotator.project'" in scripts[1]
        assert not (paths.user_data_dir() / "sam3-annotator.ico").exists()

    def test_it_does_not_wait_for_ever(
        self, scripts: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        del scripts

        def hang(command: list[str], *, timeout: float, **_: Any) -> None:
            raise subprocess.TimeoutExpired(command, timeout)

        monkeypatch.setattr(windows.subprocess, "run", hang)

        assert cli.run(["menu-entry", "remove"]) == 1

        told = capsys.readouterr().err.strip()
        assert told == "The system refused (PowerShell did not change the start menu within 120 s)"

    def test_what_powershell_says_is_told(
        self, scripts: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        del scripts
        refused = SimpleNamespace(returncode=1, stdout=b"", stderr=b"Access denied")
        monkeypatch.setattr(windows.subprocess, "run", lambda *_, **__: refused)

        assert cli.run(["menu-entry", "add"]) == 1

        told = capsys.readouterr().err.strip()
        assert told == "The system refused (PowerShell could not change the start menu: Access denied)"
