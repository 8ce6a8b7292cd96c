"""`check --model` tells which outlines the model draws otherwise, and writes nothing into the project."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sam3_annotator import cli
from sam3_annotator.commands import model_options, pictures
from sam3_annotator.model import BoxPrompt
from sam3_annotator.project import Cancelled, ImageState, Polygon, ProjectStore, Region, mask_to_region, rectangle

TRIANGLE = Region((Polygon([(30, 10), (50, 10), (30, 30)]),))  # half of its box


@pytest.fixture
def session(fake_session: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let every command open the fake session, which fills the box it is given."""
    monkeypatch.setattr(model_options, "open_session", lambda *_, **__: fake_session)
    return fake_session


@pytest.fixture
def project(store: ProjectStore) -> Path:
    """Give a closed project: a square on each of its four images, a triangle on the second, a crowd on the first."""
    with store.edit("Label") as edit:
        cat = edit.add_category("cat")
        for image in store.images():
            edit.add_instance(image.id, cat, rectangle(5, 5, 25, 25))
        edit.add_instance(store.images()[1].id, cat, TRIANGLE)
        edit.add_instance(store.images()[0].id, cat, TRIANGLE, is_crowd=True)
    store.close()
    return store.path


def test_low_agreement_is_a_finding_among_the_others(
    project: Path, session: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["check", str(project), "--model", "builtin"]) == 0

    lines = capsys.readouterr().out.splitlines()
    at = lines.index("note: Outlines the model disputes (1)")
    assert lines[at + 1].startswith("  photos/2.png: instance 5 (cat) agrees to 5")
    assert "where 100 % is usual" in lines[at + 1]
    assert "note: No splits (1)" in lines
    assert lines[-1] == f"{project}: 5 outlines compared with Fake"
    boxes = [prompts for _, prompts in session.segmented]
    assert boxes.count((BoxPrompt(5, 5, 25, 25),)) == 4
    assert boxes.count((BoxPrompt(30, 10, 50, 30),)) + boxes.count((BoxPrompt(30, 10, 49, 29),)) == 1


def test_json_holds_all_agreements_the_lowest_first(
    project: Path, session: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["check", str(project), "--model", "builtin", "--json"]) == 0

    document = json.loads(capsys.readouterr().out)
    (found,) = [each for each in document["findings"] if each["kind"] == "outline_disagrees"]
    low, *others = document["audit"]["instances"]
    assert document["audit"]["model"] == "Fake"
    assert (low["id"], low["image"]) == (5, "photos/2.png")
    assert found["instance_ids"] == [5]
    assert found["agreement"] == low["agreement"] == pytest.approx(0.5, abs=0.05)
    assert [each["agreement"] for each in others] == [1.0] * 4


def test_images_left_out_are_not_compared(project: Path, session: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with ProjectStore.open(project) as opened, opened.edit("Leave out") as edit:
        edit.update_image(opened.images()[1].id, state=ImageState.LEFT_OUT)

    assert cli.run(["check", str(project), "--model", "builtin", "--json"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert [each["image"] for each in document["audit"]["instances"]] == [
        "photos/1.png",
        "photos/3.png",
        "photos/10.png",
    ]
    assert "outline_disagrees" not in document["counts"]["kinds"]


def test_the_limit_can_be_chosen(project: Path, session: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", str(project), "--model", "builtin", "--agreement", "0.3"]) == 0

    assert "model disputes" not in capsys.readouterr().out


def test_images_that_cannot_be_read_are_findings_and_end_nothing(
    project: Path, session: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = project.parent / "photos"
    (photos / "1.png").unlink()
    pixels = (photos / "3.png").read_bytes()
    (photos / "3.png").write_bytes(pixels[: len(pixels) // 2])

    assert cli.run(["check", str(project), "--model", "builtin", "--json"]) == 0

    document = json.loads(capsys.readouterr().out)
    bad = [(each["kind"], each["image"]) for each in document["findings"] if each["severity"] == "error"]
    assert bad == [("missing_file", "photos/1.png"), ("unreadable_file", "photos/3.png")]
    assert len(document["audit"]["instances"]) == 3


def test_the_project_stays_as_it_is(project: Path, session: Any) -> None:
    before = {path: path.read_bytes() for path in project.parent.rglob("*") if path.is_file()}

    assert cli.run(["check", str(project), "--model", "builtin"]) == 0

    after = {path: path.read_bytes() for path in project.parent.rglob("*") if path.is_file()}
    assert {path: after[path] for path in before} == before


def test_a_stopped_audit_says_so_and_prints_nothing_else(
    project: Path, session: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(file: Path) -> NDArray[np.uint8]:
        raise Cancelled("Stopped with Ctrl+C.")

    monkeypatch.setattr(pictures, "read_image", stop)

    assert cli.run(["check", str(project), "--model", "builtin"]) == 130

    assert capsys.readouterr().out == ""


def test_a_model_without_boxes_and_phrases_is_refused_in_a_sentence(
    project: Path, session: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    session.capabilities = frozenset({"points"})

    assert cli.run(["check", str(project), "--model", "builtin"]) == 1

    assert "takes neither boxes nor phrases" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--agreement", "0.5"], ["--device", "cpu"], ["--cache-gb", "1"]])
def test_words_about_the_model_need_one(project: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", str(project), *words]) == 2

    assert "--model" in capsys.readouterr().err


def test_the_built_in_model_tells_a_shifted_outline_from_a_good_one(
    tmp_path: Path, clicks: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    source = Path(__file__).parent / "data" / "clicks" / "samples"
    shutil.copyfile(source / "coffee.jpg", photos / "coffee.jpg")
    masks = next(masks for path, masks in clicks.list_regions(source, 100, 0) if path.name == "coffee.jpg")
    region = mask_to_region(max(masks, key=np.count_nonzero))
    x0, y0, x1, y1 = region.box_xyxy
    with ProjectStore.create(tmp_path / "coffee.sam3proj", image_roots=[photos]) as store, store.edit("Label") as edit:
        cup = edit.add_category("cup")
        good = edit.add_instance(store.images()[0].id, cup, region)
        shifted = edit.add_instance(store.images()[0].id, cup, region.translated((x1 - x0) / 3, (y0 - y1) / 5))

    assert cli.run(["check", str(tmp_path / "coffee.sam3proj"), "--model", "builtin", "--json"]) == 0

    document = json.loads(capsys.readouterr().out)
    agreements = {each["id"]: each["agreement"] for each in document["audit"]["instances"]}
    assert agreements[good] > 0.9
    assert agreements[shifted] < 0.8 * agreements[good]
    told = [each["instance_ids"] for each in document["findings"] if each["kind"] == "outline_disagrees"]
    assert [good] not in told
