"""`check --model` with a model that takes phrases also tells what the labels miss, and names wrongly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator import cli
from sam3_annotator.commands import model_options
from sam3_annotator.model import ConceptPrompt
from sam3_annotator.project import ImageState, Origin, ProjectStore, Provenance, rectangle

SQUARE, FREE = (5, 5, 25, 25), (40, 5, 55, 20)


@pytest.fixture
def session(finding_session: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let every command open the fake session, which sees a cat in the square and one where nothing is labelled."""
    finding_session.seen = {"cat": [(SQUARE, 0.9), (FREE, 0.8)]}
    monkeypatch.setattr(model_options, "open_session", lambda *_, **__: finding_session)
    return finding_session


@pytest.fixture
def project(store: ProjectStore) -> Path:
    """Give a closed project of cats and dogs: a square on each of two images, nothing on two; the second is done."""
    with store.edit("Label") as edit:
        cat, dog = edit.add_category("cat"), edit.add_category("dog")
        first, second, *_ = (image.id for image in store.images())
        edit.add_instance(first, cat, rectangle(*SQUARE))
        edit.add_instance(
            second, dog, rectangle(*SQUARE), provenance=Provenance(origin=Origin.MODEL, phrase="small dog")
        )
        edit.update_image(second, state=ImageState.DONE)
    store.close()
    return store.path


def document_of(project: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert cli.run(["check", str(project), "--model", "builtin", "--json"]) == 0
    read: dict[str, Any] = json.loads(capsys.readouterr().out)
    return read


def told(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each for each in document["findings"] if each["kind"] == kind]


def test_categories_are_looked_for_by_their_phrases_on_one_embedding(
    project: Path, session: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    document = document_of(project, capsys)

    assert session.detected == [ConceptPrompt("cat"), ConceptPrompt("small dog")] * 2
    assert len(session.embedded) == 2
    assert document["audit"]["phrases"] == [
        {"category": "cat", "phrases": ["cat"]},
        {"category": "dog", "phrases": ["small dog"]},
    ]
    assert len(document["audit"]["instances"]) == 2


def test_what_is_missed_on_a_finished_image_and_named_wrongly_stands_among_the_findings(
    project: Path, session: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    document = document_of(project, capsys)

    (missed,), (other,) = told(document, "missed_object"), told(document, "another_category")
    assert (missed["image"], missed["box_xyxy"], missed["phrase"]) == ("photos/2.png", list(FREE), "cat")
    assert missed["score"] == pytest.approx(0.8)
    assert missed["severity"] == "note"
    assert (other["image"], other["instance_ids"], other["category_ids"]) == ("photos/2.png", [2], [2, 1])


def test_a_finished_image_without_instances_is_looked_at_too(
    project: Path, session: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with ProjectStore.open(project) as opened, opened.edit("Say that it is empty") as edit:
        edit.update_image(opened.images()[3].id, state=ImageState.CONFIRMED_EMPTY)

    document = document_of(project, capsys)

    assert len(session.embedded) == 3
    missed = [each["image"] for each in told(document, "missed_object")]
    assert sorted(missed) == ["photos/10.png", "photos/10.png", "photos/2.png"]


def test_the_last_line_says_what_came_of_it(project: Path, session: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", str(project), "--model", "builtin"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert "note: Objects that may be missed (1)" in lines
    assert lines[-1] == (
        f"{project}: 2 outlines compared with Fake; 2 categories looked for on 2 images: "
        "1 object may be missed, 1 instance may be of another category"
    )


def test_a_model_that_takes_phrases_alone_is_asked_for_these(
    project: Path, session: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    session.capabilities = frozenset({"phrases", "exemplars"})

    document = document_of(project, capsys)

    assert session.segmented == []
    assert document["audit"]["instances"] == []
    assert len(told(document, "missed_object")) == 1


def test_a_model_without_phrases_is_asked_for_none(
    project: Path, session: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    session.capabilities = frozenset({"boxes"})

    document = document_of(project, capsys)

    assert session.detected == []
    assert document["audit"]["phrases"] == []
    assert told(document, "missed_object") == []


def test_sam_3_is_asked_too(
    project: Path, tiny_session: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(model_options, "open_session", lambda *_, **__: tiny_session)

    document = document_of(project, capsys)

    assert [each["phrases"] for each in document["audit"]["phrases"]] == [["cat"], ["small dog"]]
    assert len(document["audit"]["instances"]) == 2
    assert "unreadable_file" not in document["counts"]["kinds"]
