"""The program is put into the menu of the desktop, and taken out again without a trace."""

from __future__ import annotations

import configparser
import plistlib
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QSettings

from sam3_annotator import cli, menu_entry, paths
from sam3_annotator.menu_entry import freedesktop, windows


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.skipif(sys.platform == "win32", reason="quotes and compares paths of Unix")
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
        assert entry_of["Exec"].endswith(" -P -m sam3_annotator")
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
        assert printed.stdout.splitlines() == ["-P", "-m", "sam3_annotator"]
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
    PYTHONW = "C:\\Users\\O'Neil\\venv\\Scripts\\pythonw.exe"

    @pytest.fixture
    def classes(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[QSettings]:
        """Give what the registry knows of kinds of files: a part of it that is the tests' own, elsewhere a file."""
        place = str(tmp_path / "classes")
        if sys.platform == "win32":
            place = f"HKEY_CURRENT_USER\\Software\\{paths.APP_NAME}-tests\\{tmp_path.name}"
        monkeypatch.setattr(windows, "_CLASSES", place)
        classes = QSettings(place, QSettings.Format.NativeFormat)
        yield classes
        classes.clear()

    @pytest.fixture
    def link(self, classes: QSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Give where the link is made; only Windows can make a real one."""
        del classes
        link = tmp_path / "Menü" / "SAM 3 Annotator.lnk"
        monkeypatch.setattr(windows, "_link", lambda: link)
        if sys.platform != "win32":
            monkeypatch.setattr(windows, "write_link", lambda link, *words: link.write_text("\n".join(words)))
        monkeypatch.setattr(sys, "platform", "win32")
        monkeypatch.setattr(windows, "_tell_desktop", lambda: None)
        monkeypatch.setattr(sys, "executable", self.PYTHONW.replace("pythonw", "python"))
        return link

    def test_projects_start_the_python_without_a_console(self, classes: QSettings, link: Path) -> None:
        assert menu_entry.add() == link

        assert link.is_file()
        classes.sync()
        assert classes.value(".sam3proj/.") == "sam3-annotator.project"
        assert classes.value("sam3-annotator.project/.") == "SAM 3 Annotator project"
        opening = classes.value("sam3-annotator.project/shell/open/command/.")
        assert opening == f'"{self.PYTHONW}" -P -m sam3_annotator open "%1"'

    def test_link_and_projects_start_the_window_of_an_application(
        self, classes: QSettings, link: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        monkeypatch.setattr(sys, "executable", "D:\\sam3-annotator\\sam3-annotator.exe")
        linked: list[str] = []
        monkeypatch.setattr(windows, "write_link", lambda _, *words: linked.extend(words))

        assert menu_entry.add() == link

        assert linked[:2] == ["D:\\sam3-annotator\\SAM 3 Annotator.exe", ""]
        classes.sync()
        opening = classes.value("sam3-annotator.project/shell/open/command/.")
        assert opening == '"D:\\sam3-annotator\\SAM 3 Annotator.exe" open "%1"'

    @pytest.mark.usefixtures("link")
    def test_icon_has_the_sizes_of_windows(self, classes: QSettings) -> None:
        menu_entry.add()

        icon = paths.user_data_dir() / "sam3-annotator.ico"
        classes.sync()
        assert classes.value("sam3-annotator.project/DefaultIcon/.") == str(icon)
        with Image.open(icon) as drawn:
            assert {(16, 16), (32, 32), (256, 256)} <= drawn.info["sizes"]

    @pytest.mark.skipif(sys.platform != "win32", reason="only Windows makes such links")
    def test_link_starts_the_python_without_a_console(self, link: Path) -> None:
        from comtypes.client import CreateObject
        from comtypes.persist import IPersistFile
        from comtypes.shelllink import IShellLinkW, ShellLink

        menu_entry.add()

        shell_link = CreateObject(ShellLink, interface=IShellLinkW)
        shell_link.QueryInterface(IPersistFile).Load(str(link), 0)
        assert shell_link.GetPath() == self.PYTHONW
        assert shell_link.GetArguments() == "-P -m sam3_annotator"
        assert shell_link.GetIconLocation() == (str(paths.user_data_dir() / "sam3-annotator.ico"), 0)

    def test_removed_with_what_projects_are_called(self, classes: QSettings, link: Path) -> None:
        classes.setValue(".other/.", "somebody's")
        classes.sync()
        menu_entry.add()

        assert menu_entry.remove() == link
        assert menu_entry.remove() is None

        assert not link.exists()
        classes.sync()
        assert classes.allKeys() == [".other/."]
        assert not (paths.user_data_dir() / "sam3-annotator.ico").exists()

    def test_refusal_is_a_sentence(self, link: Path, capsys: pytest.CaptureFixture[str]) -> None:
        link.parent.write_text("a file where the folder should be")

        assert cli.run(["menu-entry", "add"]) == 1

        assert str(link.parent) in capsys.readouterr().err
