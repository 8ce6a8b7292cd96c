"""Commands keep what a slow model read of an image, `cache` tells how much that is and deletes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator import app, cli, display
from sam3_annotator.commands import embedding, model_options
from sam3_annotator.model import default_folder
from tests.counting_session import CountingSession


@pytest.fixture
def session(tiny_network: Any, monkeypatch: pytest.MonkeyPatch) -> CountingSession:
    """Let every command open a tiny SAM 3."""
    opened = CountingSession(tiny_network)
    monkeypatch.setattr(model_options, "open_session", lambda *_, **__: opened)
    return opened


@pytest.fixture
def photo(make_image: Any) -> Path:
    path: Path = make_image("photo.png", width=120, height=80)
    return path


def segment(photo: Path, *options: str) -> bytes:
    """Segment an object and give the mask's file."""
    out = photo.with_name("mask.png")
    assert cli.run(["segment", str(photo), "--out", str(out), "--point", "60,40", *options]) == 0
    return out.read_bytes()


def test_the_same_image_is_encoded_once_for_all_commands(photo: Path, session: CountingSession) -> None:
    first = segment(photo)
    photo = photo.rename(photo.with_name("renamed.png"))

    assert segment(photo) == first
    assert cli.run(["detect", str(photo), "--out", str(photo.with_name("found")), "--phrase", "cat"]) == 0

    assert session.encoded == 1


def test_without_room_nothing_is_kept(photo: Path, session: CountingSession) -> None:
    for _ in range(2):
        segment(photo, "--cache-gb", "0")

    assert session.encoded == 2
    assert not default_folder().exists()


def test_a_command_takes_no_room_from_what_a_window_kept(
    make_image: Any, session: CountingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    for more in range(3):
        segment(make_image(f"{more}.png", width=120, height=80 + more), "--cache-gb", "1")
    size = max(file.stat().st_size for file in default_folder().iterdir())
    monkeypatch.setattr(embedding, "USUAL_BYTES", size)

    segment(make_image("another.png", width=120, height=90))

    assert len(list(default_folder().iterdir())) == 3  # the oldest made room for it, as in a window


def test_info_counts_and_clear_deletes(
    photo: Path, session: CountingSession, capsys: pytest.CaptureFixture[str]
) -> None:
    segment(photo)
    (file,) = default_folder().iterdir()
    size = file.stat().st_size
    capsys.readouterr()

    assert cli.run(["cache", "info", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert cli.run(["cache", "info"]) == 0
    line = capsys.readouterr().out
    assert cli.run(["cache", "clear"]) == 0
    deleted = capsys.readouterr().out

    assert told == {"folder": str(default_folder()), "embeddings": 1, "size_bytes": size}
    assert line.startswith(f"{default_folder()}: embeddings of 1 image, ")
    assert deleted.startswith("Deleted embeddings of 1 image, ")
    assert not file.exists()


def test_clearing_nothing_is_fine(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["cache", "clear"]) == 0

    assert capsys.readouterr().out == "Deleted embeddings of 0 images, 0.0 MB.\n"


@pytest.mark.parametrize("words", ["--cache-gb 0.5", "open . --cache-gb 0.5"])
def test_the_window_takes_the_room_that_is_said(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[object] = []
    monkeypatch.setattr(display, "window_problem", lambda: "")
    monkeypatch.setattr(app, "run", lambda _path, disk_gigabytes: said.append(disk_gigabytes) or 0)

    assert cli.run(words.split()) == 0

    assert said == [0.5]
