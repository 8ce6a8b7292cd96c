"""`check` leaves out what was dismissed, says how much that is, and tells it when it is asked to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sam3_annotator import cli
from sam3_annotator.project import FindingKind, ProjectStore, check_project, dismiss_findings, rectangle


@pytest.fixture
def judged(store: ProjectStore) -> Path:
    """Make a project with a cat labelled three times, one of the findings dismissed, and no split."""
    with store.edit("Label") as edit:
        cat = edit.add_category("cat")
        for image in store.images():
            edit.add_instance(image.id, cat, rectangle(5, 5, 25, 25))
        for _ in range(2):
            edit.add_instance(store.images()[0].id, cat, rectangle(5, 5, 25, 25))
    twice = [each for each in check_project(store) if each.kind is FindingKind.LABELLED_TWICE]
    with store.edit("Dismiss") as edit:
        dismiss_findings(store, edit, twice[:1])
    store.close()
    return store.path


def test_what_is_dismissed_is_counted_and_not_told(judged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", str(judged)]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if not line.startswith("  ")] == [
        "warning: Objects labelled twice (1)",
        "note: No splits (1)",
        f"{judged}: 0 errors, 1 warning, 1 note, besides 1 dismissed (--dismissed tells it)",
    ]


def test_asked_to_it_tells_all_and_marks_what_is_dismissed(judged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", str(judged), "--dismissed"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "warning: Objects labelled twice (2)"
    assert [line.startswith("  (dismissed) photos/1.png") for line in lines[1:3]] == [True, False]
    assert lines[-1] == f"{judged}: 0 errors, 2 warnings, 1 note, 1 of them dismissed"


@pytest.mark.parametrize("asks", [False, True])
def test_json_says_of_each_finding_whether_it_is_dismissed(
    judged: Path, capsys: pytest.CaptureFixture[str], asks: bool
) -> None:
    assert cli.run(["check", str(judged), "--json", *(["--dismissed"] if asks else [])]) == 0

    document = json.loads(capsys.readouterr().out)
    assert [each["dismissed"] for each in document["findings"]] == ([True, False, False] if asks else [False, False])
    assert (document["counts"]["warning"], document["counts"]["dismissed"]) == (2 if asks else 1, 1)


def test_a_project_of_which_all_is_dismissed_says_so(judged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with ProjectStore.open(judged) as store, store.edit("Dismiss") as edit:
        dismiss_findings(store, edit, list(check_project(store)))

    assert cli.run(["check", str(judged)]) == 0

    told = capsys.readouterr().out
    assert told == f"{judged}: nothing found in 4 images, besides 3 dismissed (--dismissed tells them).\n"
