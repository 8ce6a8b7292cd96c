"""`check` tells what is found, the worst first, in lines for people or one document for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sam3_annotator import cli
from sam3_annotator.commands import check
from sam3_annotator.project import Cancelled, ImageState, ProjectStore, Split, rectangle


@pytest.fixture
def faulty(store: ProjectStore) -> Path:
    """Make a project with a missing file, seven cats labelled twice and no split; returns its path."""
    with store.edit("Label") as edit:
        cat = edit.add_category("cat")
        for image in store.images():
            edit.add_instance(image.id, cat, rectangle(5, 5, 25, 25))
        for _ in range(7):
            edit.add_instance(store.images()[0].id, cat, rectangle(5, 5, 25, 25))
    store.image_file(store.images()[1].id).unlink()
    store.close()
    return store.path


def test_findings_stand_below_their_headings_the_worst_first(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", str(faulty)]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if not line.startswith("  ")] == [
        "error: Missing image files (1)",
        "warning: Objects labelled twice (7)",
        "note: No splits (1)",
        f"{faulty}: 1 error, 7 warnings, 1 note; --json lists them all",
    ]
    assert lines[1].startswith("  photos/2.png: the file is missing from")


def test_of_many_findings_of_a_kind_the_first_are_shown(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", str(faulty)]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert sum("cover nearly the same" in line for line in lines) == 5
    assert "  ... and 2 more" in lines


def test_json_lists_and_counts_all_findings(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", str(faulty), "--json"]) == 0

    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert printed.err == ""
    assert document["project"] == str(faulty)
    assert [each["kind"] for each in document["findings"]] == ["missing_file", *["labelled_twice"] * 7, "no_splits"]
    assert [each["image"] for each in document["findings"][:2]] == ["photos/2.png", "photos/1.png"]
    assert document["findings"][-1]["image"] is None
    assert document["counts"] == {
        "error": 1,
        "warning": 7,
        "note": 1,
        "dismissed": 0,
        "kinds": {"missing_file": 1, "labelled_twice": 7, "no_splits": 1},
    }


def test_project_without_findings_is_told_in_a_sentence(
    store: ProjectStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["check", str(store.path)]) == 0
    assert capsys.readouterr().out == f"{store.path}: nothing found in 4 images.\n"

    assert cli.run(["check", str(store.path), "--json"]) == 0
    counts = {"error": 0, "warning": 0, "note": 0, "dismissed": 0, "kinds": {}}
    assert json.loads(capsys.readouterr().out) == {"project": str(store.path), "findings": [], "counts": counts}


def test_images_left_out_are_not_checked_nor_counted(store: ProjectStore, capsys: pytest.CaptureFixture[str]) -> None:
    store.image_file(store.images()[1].id).unlink()
    with store.edit("Leave out") as edit:
        edit.update_image(store.images()[1].id, state=ImageState.LEFT_OUT)
    store.close()

    assert cli.run(["check", str(store.path)]) == 0

    assert capsys.readouterr().out == f"{store.path}: nothing found in 3 images.\n"


def test_few_findings_need_no_json_to_be_seen(store: ProjectStore, capsys: pytest.CaptureFixture[str]) -> None:
    with store.edit("Label") as edit:
        edit.add_instance(store.images()[0].id, edit.add_category("cat"), rectangle(5, 5, 25, 25))
        edit.update_image(store.images()[0].id, split=Split.TRAIN)

    assert cli.run(["check", str(store.path)]) == 0

    assert capsys.readouterr().out.splitlines()[-1] == f"{store.path}: 0 errors, 1 warning, 0 notes"


def test_check_changes_no_file(faulty: Path) -> None:
    before = {path: path.read_bytes() for path in faulty.parent.rglob("*") if path.is_file()}

    assert cli.run(["check", str(faulty)]) == 0

    assert {path: path.read_bytes() for path in faulty.parent.rglob("*") if path.is_file()} == before


def test_stopped_check_says_so_and_prints_nothing_else(
    faulty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object) -> None:
        raise Cancelled

    monkeypatch.setattr(check, "check_project", stop)

    assert cli.run(["check", str(faulty), "--json"]) == 130
    assert capsys.readouterr().out == ""
