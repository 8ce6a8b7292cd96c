"""Notes on images are read by scripts, too."""

from __future__ import annotations

import json

import pytest

from sam3_annotator import cli
from sam3_annotator.project import ImageState, ProjectStore


def test_stats_tell_the_notes_on_images(store: ProjectStore, capsys: pytest.CaptureFixture[str]) -> None:
    with store.edit("Send back") as edit:
        edit.update_image(store.images()[1].id, state=ImageState.IN_PROGRESS, note="The tail is missing.")
    store.close()

    assert cli.run(["stats", str(store.path)]) == 0
    assert "notes       on 1 image" in capsys.readouterr().out.splitlines()

    assert cli.run(["stats", str(store.path), "--json"]) == 0
    notes = json.loads(capsys.readouterr().out)["notes"]
    assert notes == [{"image": "photos/2.png", "state": "in_progress", "note": "The tail is missing."}]
