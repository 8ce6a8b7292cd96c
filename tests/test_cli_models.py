"""`models` lists, explains, adds, fetches and removes models, and never touches the user's own files."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator import cli
from sam3_annotator.commands import models
from sam3_annotator.model import Catalog, KnownModel, Licence
from sam3_annotator.paths import user_data_dir


@pytest.fixture
def checkpoint(tmp_path: Path, tiny_weights: bytes) -> Path:
    """Write a checkpoint of the user's own."""
    path = tmp_path / "my tune.safetensors"
    path.write_bytes(tiny_weights)
    return path


@pytest.fixture
def tiny_catalog(fake_hub: Any, tiny_weights: bytes, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    """Let the commands know one model, `tiny`, that the hub of the tests publishes."""
    licence = Licence("Tiny License", "Nobody", "You do with it as you like.")
    tiny = KnownModel("tiny", "Tiny", "For tests", "meta/tiny", "tiny.safetensors", len(tiny_weights), licence)
    monkeypatch.setattr(models, "Catalog", lambda: Catalog(known=[tiny]))
    return Catalog(known=[tiny])


def _say(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_list_names_every_model_with_its_state(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["models", "list"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:2] == ["builtin", "ready"]
    assert "sam3              not downloaded  3.45 GB  Clicks, boxes, examples and phrases" in "\n".join(lines)


def test_list_as_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["models", "list", "--json"]) == 0

    listed = {each["name"]: each for each in json.loads(capsys.readouterr().out)["models"]}
    assert listed["builtin"]["state"] == "ready"
    assert listed["sam3"]["licence"]["name"] == "SAM License"
    assert listed["sam3"]["size_bytes"] == 3_450_062_241
    assert listed["sam3.1"]["state"] == "not downloaded"


def test_added_model_is_listed_and_explained(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["models", "add", str(checkpoint), "--name", "mine"]) == 0
    assert (
        capsys.readouterr().out
        == f"mine: a file of SAM 3 as Meta names things, 100,000 parameters in float32, {checkpoint}\n"
    )

    assert cli.run(["models", "info", "mine", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert (told["path"], told["origin"], told["state"]) == (str(checkpoint), "added", "ready")
    assert told["contents"]["parameters"] == 100_000
    assert len(told["sha256"]) == 64


def test_folder_with_a_model_in_parts_is_added_and_explained(
    tmp_path: Path, tiny_weights: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "model-00001-of-00001.safetensors").write_bytes(tiny_weights)
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"x": "model-00001-of-00001.safetensors"}}))

    assert cli.run(["models", "add", str(tmp_path), "--name", "mine"]) == 0
    assert cli.run(["models", "info", "mine"]) == 0

    told = capsys.readouterr().out
    assert f"where     {index}" in told
    assert f"sha-256   {hashlib.sha256(tiny_weights).hexdigest()}" in told


def test_info_says_it_in_lines(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["models", "add", str(checkpoint)])
    capsys.readouterr()

    assert cli.run(["models", "info", "my-tune"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "my-tune: my-tune, added, ready"
    assert lines[1] == "what      a file of SAM 3 as Meta names things, safetensors file"
    assert lines[2] == "size      0.4 MB, 100,000 parameters in float32"
    assert lines[4].startswith("sha-256   ")


def test_info_of_a_model_not_yet_there_tells_its_licence(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["models", "info", "sam3"]) == 0

    text = capsys.readouterr().out
    assert "sam3: SAM 3, published, not downloaded" in text
    assert "https://huggingface.co/facebook/sam3" in text
    assert "SAM License of Meta. Use is free of charge" in text


def test_removing_ones_own_model_keeps_the_file(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["models", "add", str(checkpoint), "--name", "mine"])
    capsys.readouterr()

    assert cli.run(["models", "remove", "mine"]) == 0

    assert capsys.readouterr().out == f"mine was taken off the list; {checkpoint} stays as it is.\n"
    assert checkpoint.is_file()


def test_download_says_the_licence_and_prints_the_path(
    tiny_catalog: Catalog, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["models", "download", "tiny"]) == 0

    printed = capsys.readouterr()
    path = user_data_dir() / "models" / "tiny" / "tiny.safetensors"
    assert printed.out == f"{path}\n"
    assert printed.err.startswith("Tiny is under the Tiny License of Nobody. You do with it as you like.")
    assert path.is_file()


def test_token_is_read_from_standard_input_on_request(
    tiny_catalog: Catalog, fake_hub: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake_hub.access = "gated"
    _say(monkeypatch, f"{fake_hub.GOOD}\n")

    assert cli.run(["models", "download", "tiny", "--ask-token"]) == 0

    printed = capsys.readouterr()
    assert fake_hub.GOOD not in printed.out + printed.err


def test_refusal_ends_with_1_and_says_where_to_ask(
    tiny_catalog: Catalog, fake_hub: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    fake_hub.access = "gated"

    assert cli.run(["models", "download", "tiny"]) == 1

    assert "Ask for access on https://huggingface.co/meta/tiny" in capsys.readouterr().err


def test_stopped_download_says_how_to_go_on(
    tiny_catalog: Catalog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from sam3_annotator.project import Cancelled

    def cancel(*_: Any, **__: Any) -> None:
        raise Cancelled("Stopped with Ctrl+C.")

    monkeypatch.setattr(Catalog, "download", cancel)

    assert cli.run(["models", "download", "tiny"]) == 130
    assert capsys.readouterr().err.endswith("is kept; the same command goes on from there.\nStopped.\n")


def test_without_standard_input_nobody_is_asked(
    tiny_catalog: Catalog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", None)

    assert cli.run(["models", "download", "tiny", "--ask-token"]) == 0
    assert cli.run(["models", "remove", "tiny"]) == 1
    assert "Say --yes to do it." in capsys.readouterr().err


def test_download_is_deleted_only_when_one_says_so(
    tiny_catalog: Catalog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tiny_catalog.download("tiny")
    _say(monkeypatch, "")

    assert cli.run(["models", "remove", "tiny"]) == 1
    assert capsys.readouterr().err == f"This deletes {path}, 0.4 MB that were downloaded. Say --yes to do it.\n"
    assert path.is_file()

    assert cli.run(["models", "remove", "tiny", "--yes"]) == 0
    assert capsys.readouterr().out == f"{path} was deleted.\n"
    assert not path.exists()


def test_hub_is_where_hf_endpoint_says(fake_hub: Any) -> None:
    fake_hub.files.clear()

    ended = subprocess.run(
        [sys.executable, "-m", "sam3_annotator", "models", "download", "sam3"],
        env={**os.environ, "HF_ENDPOINT": fake_hub.address},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (ended.returncode, ended.stdout) == (1, "")
    assert "facebook/sam3 on Hugging Face has no file sam3.pt any more" in ended.stderr
    assert ("HEAD", "/facebook/sam3/resolve/main/sam3.pt", "") in fake_hub.requests
