"""Commands refuse in one sentence what the half of SAM 3 that was named does not take, before they read an image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sam3_annotator import cli
from sam3_annotator.commands import model_options
from sam3_annotator.model.network.sam3_image import Sam3Image
from sam3_annotator.model.sam3.session import Sam3Session
from sam3_annotator.project import ProjectStore
from tests.half_network import cut_half


@pytest.fixture
def open_half(tiny_network: Sam3Image, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let every command open one half of a tiny SAM 3, which embeds nothing."""

    def open_half(**half: bool) -> None:
        session = Sam3Session(cut_half(tiny_network, **half))
        monkeypatch.setattr(session, "embed", lambda *_, **__: pytest.fail("An image was read."))
        monkeypatch.setattr(model_options, "open_session", lambda *_, **__: session)

    return open_half


def test_the_detector_alone_refuses_points_and_boxes(
    open_half: Any, make_image: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_half(has_concepts=True)
    mask = tmp_path / "mask.png"

    assert cli.run(["segment", str(make_image("photo.png")), "--out", str(mask), "--point", "20,20"]) == 1

    (sentence,) = capsys.readouterr().err.splitlines()
    assert "no points and boxes" in sentence
    assert not mask.exists()


def test_the_click_model_alone_refuses_phrases_and_exemplars(
    open_half: Any, make_image: Any, store: ProjectStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_half(has_clicks=True)
    store.close()
    photo, out = str(make_image("photo.png")), tmp_path / "found"

    for command, missing in (
        (["detect", photo, "--out", str(out), "--phrase", "cat"], "no phrases"),
        (["detect", photo, "--out", str(out), "--exemplar", "5,5,30,30"], "no exemplars"),
        (["autolabel", str(store.path), "--phrase", "cat"], "no phrases"),
    ):
        assert cli.run(command) == 1
        (sentence,) = capsys.readouterr().err.splitlines()
        assert missing in sentence
    assert not out.exists()
