"""The command line keeps its contract: words, exit status, one sentence where something is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from sam3_annotator import __main__, __version__, cli, crash_log, doctor
from sam3_annotator.commands import dataset_words, windows as window_commands
from sam3_annotator.project.formats import registry

COMMANDS = [
    "open",
    "demo",
    "new",
    "segment",
    "detect",
    "import",
    "export",
    "split",
    "stats",
    "check",
    "models",
    "cache",
    "doctor",
    "autolabel",
    "propagate",
    "embed",
]


def _program(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sam3_annotator", *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out == f"sam3-annotator {__version__}\n"


def test_a_whole_path_by_itself_is_opened_as_desktops_say_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path | None] = []
    monkeypatch.setattr(crash_log, "install", lambda **_: None)
    monkeypatch.setattr(window_commands, "open_window", lambda path: opened.append(path) or 0)
    project = tmp_path / "cats.sam3proj"

    monkeypatch.setattr(sys, "argv", ["sam3-annotator", str(project)])
    status = __main__.main()

    assert (status, opened) == (0, [project])


@pytest.mark.parametrize("words", [[], ["models"], ["cache"], ["menu-entry"]])
def test_help_says_each_command_whole(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    cli.run([*words, "--help"])

    lines = capsys.readouterr().out.partition("Commands:")[2].splitlines()
    assert lines
    assert [line for line in lines if line.endswith("...")] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_names_what_to_give_in_words_of_the_user(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run([command, "--help"])

    shown = capsys.readouterr().out
    assert not [line for line in shown.splitlines() if "list[" in line or "{project}" in line or "<str>" in line]


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--help"]) == 0

    text = capsys.readouterr().out
    assert [command for command in COMMANDS if f"  {command} " not in text] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([command, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: sam3-annotator {command}")


@pytest.mark.parametrize(
    "words",
    [
        "fly",
        "--fly",
        "open",
        "new a.sam3proj",
        "new a.sam3proj --images . --category cat --category cat",
        "segment photo.jpg",
        "segment photo.jpg --out mask.png",
        "segment photo.jpg --out mask.png --negative 1,2",
        "segment photo.jpg --out mask.jpg --point 1,2",
        "segment photo.jpg --out mask.png --point 1",
        "segment photo.jpg --out mask.png --box 1,2,3",
        "segment photo.jpg --out mask.png --point 1,2 --device gpu",
        "segment photo.jpg --out mask.png --point 1,2 --dtype half",
        "detect photo.jpg --phrase cat",
        "detect photo.jpg --out found",
        "detect photo.jpg --out found --negative-exemplar 1,2,3,4",
        "detect photo.jpg --out found --exemplar 1,2,3",
        "detect photo.jpg --out found --phrase cat --threshold 1.1",
        "import a.sam3proj labels.json",
        "import a.sam3proj labels.json --format stone",
        "export a.sam3proj out --format stone",
        "export a.sam3proj out --format coco --split train=0.9",
        "split a.sam3proj train=0.9",
        "export a.sam3proj out --format coco --segmentation circle",
        "export a.sam3proj out --format coco --seed x",
        "export a.sam3proj out --format coco --copy-images --no-images",
        "segment photo.jpg --out mask.png --point 1,2 --cache-gb -1",
        "open photos --cache-gb inf",
        "--cache-gb 5 stats a.sam3proj",
        "cache fly",
        "models fly",
        "models info",
        "models add",
        "models download",
        "models remove",
        "stats",
        "stats a.sam3proj b.sam3proj",
        "check",
    ],
)
def test_words_that_are_off_end_with_2_and_say_why(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(words.split()) == 2

    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Error: " in printed.err
    assert "Traceback" not in printed.err


@pytest.mark.parametrize(
    "words",
    [
        ["open", ""],
        ["new", "", "--images", "."],
        ["new", "a.sam3proj", "--images", ""],
        ["segment", "", "--out", "mask.png", "--point", "1,2"],
        ["detect", "photo.jpg", "--out", "", "--phrase", "cat"],
        ["import", "", "labels", "--format", "voc"],
        ["import", "a.sam3proj", "", "--format", "voc"],
        ["import", "a.sam3proj", "labels", "--format", "voc", "--images", ""],
        ["export", "a.sam3proj", "", "--format", "coco"],
        ["demo", "--out", ""],
        ["models", "add", ""],
        ["stats", ""],
    ],
)
def test_an_empty_path_is_not_the_current_folder(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(words) == 2

    assert "The path is empty, as from a variable that is not set" in capsys.readouterr().err


def test_the_shortest_way_to_the_window_takes_no_empty_path_either() -> None:
    ended = _program("open", "")

    assert ended.returncode == 2
    assert "The path is empty" in ended.stderr


@pytest.mark.parametrize(
    "words",
    [
        "open nowhere",
        "new a.sam3proj --images nowhere",
        "segment nowhere.jpg --out mask.png --point 1,2",
        "import nowhere.sam3proj nowhere.json --format coco",
        "export nowhere.sam3proj out --format coco",
        "stats nowhere.sam3proj",
        "stats nowhere.sam3proj --json",
        "check nowhere.sam3proj",
        "check nowhere.sam3proj --json",
        "models info nowhere",
        "models info nowhere --json",
        "models add nowhere.pt",
        "models download nowhere",
        "models remove nowhere",
    ],
)
def test_what_is_not_there_ends_with_1_and_one_sentence(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert cli.run(words.split()) == 1

    printed = capsys.readouterr()
    assert printed.out == ""
    (sentence,) = printed.err.splitlines()
    assert "nowhere" in sentence
    assert list(tmp_path.iterdir()) == []


def test_formats_are_those_of_the_registry() -> None:
    assert {each.value for each in dataset_words.ImportFormat} == {
        each.name for each in registry.FORMATS.values() if each.read
    }
    assert {each.value for each in dataset_words.ExportFormat} == {
        each.name for each in registry.FORMATS.values() if each.write
    }


def test_doctor_prints_one_json_document(capfd: pytest.CaptureFixture[str]) -> None:
    import json

    assert cli.run(["doctor", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["program"]["version"] == __version__


def test_doctor_without_standard_output_is_content(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)

    assert cli.run(["doctor"]) == 0


def test_program_ends_with_the_status_of_its_command(tmp_path: Path) -> None:
    ended = _program("stats", str(tmp_path / "nowhere.sam3proj"))

    assert (ended.returncode, ended.stdout) == (1, "")
    assert "Traceback" not in ended.stderr


def test_debug_shows_the_traceback_wherever_it_is_said(tmp_path: Path) -> None:
    for words in (["--debug", "stats", str(tmp_path / "nowhere")], ["stats", str(tmp_path / "nowhere"), "--debug"]):
        ended = _program(*words)

        assert ended.returncode == 1
        assert "Traceback" in ended.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a machine that can be without a display")
def test_window_without_display_is_refused_with_a_sentence() -> None:
    ended = _program(DISPLAY="", WAYLAND_DISPLAY="", QT_QPA_PLATFORM="")

    assert ended.returncode == 1
    assert ended.stderr.startswith("There is no display to show a window on")
    assert len(ended.stderr.splitlines()) == 1


def test_interrupted_command_says_so_and_ends_with_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(doctor, "examine", interrupt)

    assert cli.run(["doctor"]) == 130
    assert capsys.readouterr() == ("", "Stopped.\n")


def test_log_folder_that_cannot_be_written_stops_no_command(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    ended = _program("--version", XDG_STATE_HOME=str(tmp_path / "file"), HOME=str(tmp_path / "file"))

    assert ended.returncode == 0


def test_without_a_home_what_needs_one_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_path", Mock(side_effect=RuntimeError))

    assert cli.run(["cache", "info"]) == 1
    assert capsys.readouterr().err == "The system refused (no home folder is known; set HOME to a folder of yours)\n"
