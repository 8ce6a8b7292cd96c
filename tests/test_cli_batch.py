"""`autolabel` and `embed` go through the images of a project; what is labelled or finished stays as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sam3_annotator import cli
from sam3_annotator.commands import model_options, pictures
from sam3_annotator.model import ConceptPrompt, DiskLevel, default_folder
from sam3_annotator.model.sam3.session import Sam3Session
from sam3_annotator.project import (
    Cancelled,
    ImageState,
    Origin,
    ProjectStore,
    Provenance,
    outline_mask,
    read_image,
    rectangle,
    region_iou,
)
from tests.counting_session import CountingSession


@pytest.fixture
def session(tiny_network: Any, monkeypatch: pytest.MonkeyPatch) -> CountingSession:
    """Let every command open a tiny SAM 3."""
    opened = CountingSession(tiny_network)
    monkeypatch.setattr(model_options, "open_session", lambda *_, **__: opened)
    return opened


@pytest.fixture
def project(store: ProjectStore) -> Path:
    """Give a closed project of four images."""
    store.close()
    return store.path


def best_scores(session: Sam3Session, project: Path, phrase: str) -> list[float]:
    """Give the best score of a phrase on each image, as the session says it."""
    with ProjectStore.open(project, read_only=True) as opened:
        files = [opened.image_file(image.id) for image in opened.images()]
    found = (session.detect(session.embed(read_image(file)), ConceptPrompt(phrase), threshold=0) for file in files)
    return [float(each.scores.max()) for each in found]


def test_finds_become_instances_of_the_phrase_with_their_provenance(
    project: Path, session: CountingSession, capsys: pytest.CaptureFixture[str]
) -> None:
    threshold = round(min(best_scores(session, project, "cat")) - 1e-4, 5)

    assert cli.run(["autolabel", str(project), "--phrase", " cat", "--threshold", str(threshold)]) == 0

    with ProjectStore.open(project, read_only=True) as opened:
        (category,) = opened.categories()
        instances = [instance for image in opened.images() for instance in opened.instances(image.id)]
        first = opened.images()[0]
        pixels = read_image(opened.image_file(first.id))
        assert all(opened.instances(image.id) for image in opened.images())
        assert all(image.state is ImageState.IN_PROGRESS for image in opened.images())
        found = session.detect(session.embed(pixels), ConceptPrompt("cat"), threshold=threshold)
        best = outline_mask(found.masks[np.argmax(found.scores)], 1.4).region
        assert region_iou(opened.instances(first.id)[0].region, best) == pytest.approx(1)
    assert category.name == "cat"
    told = instances[0].provenance
    assert (told.origin, told.phrase, told.threshold, told.model) == (Origin.MODEL, "cat", threshold, session.name)
    assert instances[0].score == pytest.approx(float(found.scores.max()))
    assert capsys.readouterr().out == f"{project}: {len(instances)} cat on 4 images\n"


def test_a_second_run_adds_nothing_and_encodes_nothing(
    project: Path, session: CountingSession, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["autolabel", str(project), "--phrase", "cat", "--threshold", "0.01"]
    assert cli.run(words) == 0
    before = session.encoded

    assert cli.run(words) == 0

    assert session.encoded == before == 4
    assert capsys.readouterr().out.splitlines()[1] == f"{project}: 0 cat on 4 images"


def test_finished_images_are_left_alone_unless_asked(project: Path, session: CountingSession) -> None:
    with ProjectStore.open(project) as opened, opened.edit("Finish") as edit:
        for image, state in zip(
            opened.images(), (ImageState.DONE, ImageState.REVIEWED, ImageState.CONFIRMED_EMPTY), strict=False
        ):
            edit.update_image(image.id, state=state)
    words = ["autolabel", str(project), "--phrase", "cat", "--threshold", "0.01"]

    assert cli.run(words) == 0

    with ProjectStore.open(project, read_only=True) as opened:
        assert [bool(opened.instances(image.id)) for image in opened.images()] == [False, False, False, True]
    assert cli.run([*words, "--all-images"]) == 0
    with ProjectStore.open(project, read_only=True) as opened:
        assert all(opened.instances(image.id) for image in opened.images())


def leave_out(project: Path, *positions: int) -> None:
    with ProjectStore.open(project) as opened, opened.edit("Leave out") as edit:
        for position in positions:
            edit.update_image(opened.images()[position].id, state=ImageState.LEFT_OUT)


def test_images_left_out_are_never_labelled(
    project: Path, session: CountingSession, capsys: pytest.CaptureFixture[str]
) -> None:
    leave_out(project, 0, 2)

    assert cli.run(["autolabel", str(project), "--phrase", "cat", "--threshold", "0.01", "--all-images"]) == 0

    assert capsys.readouterr().out.endswith(" cat on 2 images\n")
    with ProjectStore.open(project, read_only=True) as opened:
        assert [bool(opened.instances(image.id)) for image in opened.images()] == [False, True, False, True]
    assert session.encoded == 2


def test_embed_reads_no_image_that_is_left_out(
    project: Path, session: CountingSession, capsys: pytest.CaptureFixture[str]
) -> None:
    leave_out(project, 1)

    assert cli.run(["embed", str(project)]) == 0

    assert session.encoded == 3
    assert "3 read now" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["autolabel", "--phrase", "cat", "--all-images"], ["embed"]])
def test_project_with_all_images_left_out_is_told_so(
    project: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    leave_out(project, 0, 1, 2, 3)

    assert cli.run([words[0], str(project), *words[1:]]) == 1

    assert f"All images of {project} are left out." in capsys.readouterr().err


def test_several_phrases_go_to_categories_there_are_or_to_one(project: Path, session: CountingSession) -> None:
    with ProjectStore.open(project) as opened, opened.edit("Add category") as edit:
        edit.add_category("Cat")
    words = ["autolabel", str(project), "--phrase", "cat", "--phrase", "dog", "--threshold", "0.01"]

    assert cli.run(words) == 0

    with ProjectStore.open(project) as opened:
        assert opened.categories()[0].name == "Cat"
        assert all(category.name in ("Cat", "dog") for category in opened.categories())
        while opened.undo_label is not None and opened.undo_label != "Add category":
            opened.undo()
        assert not any(opened.instances(image.id) for image in opened.images())
    assert cli.run([*words, "--category", "animal"]) == 0
    with ProjectStore.open(project, read_only=True) as opened:
        used = {
            opened.category(one.category_id).name for image in opened.images() for one in opened.instances(image.id)
        }
    assert used == {"animal"}


def test_without_phrases_the_categories_are_looked_for_as_their_instances_were_found(
    project: Path, session: CountingSession, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with ProjectStore.open(project) as opened, opened.edit("Set up") as edit:
        cat, dog = edit.add_category("cat"), edit.add_category("dog")
        told = Provenance(Origin.MODEL, "SAM 3", phrase="tabby", threshold=0.5)
        edit.add_instance(opened.images()[0].id, cat, rectangle(1, 1, 3, 3), provenance=told)
    detect, asked = session.detect, list[str]()

    def noted(embedding: Any, concept: ConceptPrompt, **words: Any) -> Any:
        asked.append(concept.phrase)
        return detect(embedding, concept, **words)

    monkeypatch.setattr(session, "detect", noted)
    words = ["autolabel", str(project), "--threshold", "0.01"]

    assert cli.run([*words, "--category", "DOG"]) == 0
    assert cli.run(words) == 0

    assert asked == ["dog"] * 4 + ["tabby", "dog"] * 4
    with ProjectStore.open(project, read_only=True) as opened:
        found = {each.category_id for image in opened.images()[1:] for each in opened.instances(image.id)}
        assert [category.name for category in opened.categories()] == ["cat", "dog"]
    assert dog in found
    assert capsys.readouterr().out.splitlines()[0].endswith(" dog on 4 images")


def test_without_phrases_and_categories_there_is_nothing_to_look_for(
    project: Path, session: CountingSession, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["autolabel", str(project)]) == 1
    assert cli.run(["autolabel", str(project), "--category", "cat"]) == 1

    nothing, no_cat = capsys.readouterr().err.splitlines()
    assert "has no categories to look for; say with --phrase what to find." in nothing
    assert "has no category “cat” to look for" in no_cat
    assert session.encoded == 0


def test_images_that_cannot_be_read_are_told_and_passed_over(
    project: Path, session: CountingSession, capsys: pytest.CaptureFixture[str]
) -> None:
    with ProjectStore.open(project, read_only=True) as opened:
        opened.image_file(opened.images()[1].id).unlink()

    assert cli.run(["autolabel", str(project), "--phrase", "cat", "--threshold", "0.01"]) == 0

    assert "3 images; 1 image cannot be read: photos/2.png" in capsys.readouterr().out


def test_what_is_done_stays_when_the_run_is_stopped(
    project: Path, session: CountingSession, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    read = pictures.read_image

    def stop_at_the_third(file: Path) -> NDArray[np.uint8]:
        if file.name == "3.png":
            raise Cancelled("Stopped with Ctrl+C.")
        return read(file)

    monkeypatch.setattr(pictures, "read_image", stop_at_the_third)

    assert cli.run(["autolabel", str(project), "--phrase", "cat", "--threshold", "0.01"]) == 130

    assert "on 2 images" in capsys.readouterr().out
    with ProjectStore.open(project, read_only=True) as opened:
        assert [bool(opened.instances(image.id)) for image in opened.images()] == [True, True, False, False]


def test_a_model_without_phrases_is_refused_in_a_sentence(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["autolabel", str(project), "--phrase", "cat", "--model", "grabcut"]) == 1

    assert "takes no phrases" in capsys.readouterr().err


def test_embed_reads_each_image_once_for_later_commands(
    project: Path, session: CountingSession, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["embed", str(project)]) == 0
    assert cli.run(["embed", str(project)]) == 0

    first, second = capsys.readouterr().out.splitlines()
    assert first == f"{project}: 4 read now, 0 were read before; 4 images"
    assert second == f"{project}: 0 read now, 4 were read before; 4 images"
    assert session.encoded == 4
    assert DiskLevel(default_folder()).usage().count == 4


def test_embed_says_when_there_is_nothing_to_keep(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["embed", str(project), "--model", "grabcut"]) == 0

    assert "Nothing to do" in capsys.readouterr().out


def test_project_without_images_is_told_so(
    tmp_path: Path, session: CountingSession, capsys: pytest.CaptureFixture[str]
) -> None:
    ProjectStore.create(tmp_path / "empty.sam3proj").close()

    assert cli.run(["autolabel", str(tmp_path / "empty.sam3proj"), "--phrase", "cat"]) == 1

    assert capsys.readouterr().err == f"{tmp_path / 'empty.sam3proj'} has no images.\n"
