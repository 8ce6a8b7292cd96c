"""ProjectStore: making, opening and reading projects, and what it tells its listeners."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.project import (
    Cancelled,
    ChangeKind,
    ChangeSet,
    EditError,
    ImageFacts,
    ImageId,
    ImageState,
    InstanceId,
    KnownError,
    Origin,
    ProjectStore,
    PromptRecord,
    Provenance,
    Region,
    Split,
)

Square = Callable[..., Region]


def test_created_project_lists_images_in_natural_order_with_their_facts(store: ProjectStore) -> None:
    images = store.images()

    assert [image.path for image in images] == ["photos/1.png", "photos/2.png", "photos/3.png", "photos/10.png"]
    assert (images[0].facts.width, images[0].facts.height) == (80, 60)
    assert all(len(image.facts.content_hash) == 128 and not image.facts.problem for image in images)
    assert all(image.state is ImageState.UNANNOTATED and image.split is None for image in images)


def test_creation_is_not_a_step_to_undo(store: ProjectStore) -> None:
    assert store.undo_label is None
    assert store.undo() is None
    assert store.redo() is None


def test_creation_takes_single_files_and_each_image_once(tmp_path: Path, image_folder: Path) -> None:
    roots = [image_folder / "10.png", image_folder, image_folder / "1.png"]

    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=roots) as store:
        assert [image.name for image in store.images()] == ["10.png", "1.png", "2.png", "3.png"]


@pytest.mark.parametrize("kind", [str, Path])
def test_creation_takes_one_folder_as_it_is(tmp_path: Path, image_folder: Path, kind: type) -> None:
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=kind(image_folder)) as store:
        assert len(store.images()) == 4


def test_creation_keeps_unreadable_images_and_says_what_is_wrong(tmp_path: Path, image_folder: Path) -> None:
    (image_folder / "4.png").write_bytes(b"no image")

    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[image_folder]) as store:
        problems = {image.name: bool(image.facts.problem) for image in store.images()}

    assert problems == {"1.png": False, "2.png": False, "3.png": False, "4.png": True, "10.png": False}


def test_creation_reports_its_progress(tmp_path: Path, image_folder: Path) -> None:
    reports: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        reports.append((done, total))

    ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[image_folder], progress=progress).close()

    assert reports == [(done, 4) for done in range(5)]


def test_cancelled_creation_leaves_nothing_behind(tmp_path: Path, image_folder: Path) -> None:
    def progress(done: int, total: int) -> None:
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[image_folder], progress=progress)

    assert os.listdir(tmp_path) == ["photos"]  # noqa: PTH208 - compared as it is


def test_creation_refuses_to_overwrite(tmp_path: Path) -> None:
    path = tmp_path / "notes.sam3proj"
    path.write_text("precious")

    with pytest.raises(KnownError, match="already"):
        ProjectStore.create(path)

    assert path.read_text() == "precious"
    assert [file.name for file in tmp_path.iterdir()] == ["notes.sam3proj"]


def test_creation_refuses_the_log_of_a_lost_project(tmp_path: Path) -> None:
    (tmp_path / "p.sam3proj-wal").write_bytes(b"changes")

    with pytest.raises(KnownError, match="earlier project"):
        ProjectStore.create(tmp_path / "p.sam3proj")

    assert (tmp_path / "p.sam3proj-wal").read_bytes() == b"changes"


def test_creation_in_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="no folder"):
        ProjectStore.create(tmp_path / "nowhere" / "p.sam3proj")


def test_creation_clears_away_what_a_killed_one_left(tmp_path: Path) -> None:
    (tmp_path / "p.sam3proj.part").write_bytes(b"half")

    ProjectStore.create(tmp_path / "p.sam3proj").close()

    assert [file.name for file in tmp_path.iterdir()] == ["p.sam3proj"]


def test_closed_project_is_one_file(small: Any) -> None:
    folder = small.store.path.parent
    assert (folder / "small.sam3proj.lock").exists()

    small.store.close()
    small.store.close()

    assert [file.name for file in folder.iterdir()] == ["small.sam3proj"]


def test_everything_is_there_after_reopening(small: Any, square: Square) -> None:
    region = square(3.25, 4)
    provenance = Provenance(
        Origin.MODEL, "Built-in", (PromptRecord("point", (1.5, 2.0)), PromptRecord("box", (0, 1, 2, 3.5), False)),
        0.75, None, "2026-01-02T03:04:05+00:00", 2,
    )  # fmt: skip
    facts = ImageFacts(640, 480, 12345, "ab" * 64, "")
    with small.store.edit("Everything") as edit:
        image = edit.add_image("d/ü é.png", facts, state=ImageState.DONE, split=Split.VAL)
        category = edit.add_category("bird", color="#ABCDEF", supercategory="animal")
        instance = edit.add_instance(image, category, region, score=0.5, is_crowd=True, provenance=provenance)
    before = (small.store.images(), small.store.categories(), small.store.instances(image))
    small.store.close()

    with ProjectStore.open(small.store.path) as store:
        assert (store.images(), store.categories(), store.instances(image)) == before
        assert store.image(image).facts == facts
        assert store.image(image).split is Split.VAL
        assert store.category(category).color == "#abcdef"
        assert store.instance(instance).region == region
        assert store.instance(instance).provenance == provenance
        assert (store.instance(instance).score, store.instance(instance).is_crowd) == (0.5, True)
        assert store.name == "small"


def test_unknown_ids_raise_key_error(small: Any) -> None:
    for read in (small.store.image, small.store.image_file, small.store.category, small.store.instance):
        with pytest.raises(KeyError):
            read(999)
    with pytest.raises(KeyError):
        small.store.instances(ImageId(999))


def test_reads_inside_an_edit_see_it_and_nothing_of_it_stays_after_a_failure(small: Any, square: Square) -> None:
    store, image = small.store, small.images[0]
    assert store.instances(image) == ()

    def fail() -> None:
        with store.edit("Fail") as edit:
            instance = edit.add_instance(image, small.cat, square())
            assert [found.id for found in store.instances(image)] == [instance]
            assert store.image(image).state is ImageState.IN_PROGRESS
            edit.add_category("bird")
            assert len(store.categories()) == 3
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert store.instances(image) == ()
    assert store.image(image).state is ImageState.UNANNOTATED
    assert len(store.categories()) == 2
    assert store.undo_label is None


def test_records_read_once_follow_every_change(small: Any, square: Square) -> None:
    store, image = small.store, small.images[1]
    with store.edit("Add") as edit:
        ids = [edit.add_instance(image, small.cat, square(x)) for x in range(3)]
    assert [instance.id for instance in store.instances(image)] == ids

    with store.edit("Delete") as edit:
        edit.delete_instance(ids[1])
    assert [instance.id for instance in store.instances(image)] == [ids[0], ids[2]]

    store.undo()
    assert [instance.id for instance in store.instances(image)] == ids

    with store.edit("Change") as edit:
        edit.update_instance(ids[0], region=square(50), category_id=small.dog)
        edit.update_image(image, state=ImageState.REVIEWED)
        edit.update_category(small.dog, name="hound")
    assert [instance.id for instance in store.instances(image)] == ids
    assert store.instances(image)[0].region == square(50)
    assert store.instance(ids[0]).category_id == small.dog
    assert store.images()[1].state is ImageState.REVIEWED
    assert store.categories()[1].name == "hound"


def test_records_follow_a_change_of_very_many_rows(small: Any, square: Square) -> None:
    store, image = small.store, small.images[0]
    assert (store.instances(image), len(store.images())) == ((), 3)

    with store.edit("Many") as edit:
        ids = [edit.add_instance(image, small.cat, square(x)) for x in range(1100)]
        for number in range(1100):
            edit.add_image(f"more/{number}.png")
    added = store.instances(image)
    assert [(each.id, each.region) for each in added] == [(id_, square(x)) for x, id_ in enumerate(ids)]
    assert len(store.images()) == 1103

    with store.edit("Change") as edit:
        for instance_id in ids:
            edit.update_instance(instance_id, category_id=small.dog)
        edit.update_instance(ids[7], region=square(500))
    changed = store.instances(image)
    assert {each.category_id for each in changed} == {small.dog}
    assert [now.region is before.region for now, before in zip(changed, added, strict=True)].index(False) == 7
    assert changed[7].region == square(500)

    with store.edit("Delete") as edit:
        for instance_id in ids[::2]:
            edit.delete_instance(instance_id)
    assert [each.id for each in store.instances(image)] == ids[1::2]
    store.undo()
    assert store.instances(image) == changed


def test_instances_are_found_among_those_of_an_image_only(small: Any, square: Square) -> None:
    store, (image, other, _) = small.store, small.images
    with store.edit("Add") as edit:
        here = [edit.add_instance(image, small.cat, square(x)) for x in range(3)]
        there = edit.add_instance(other, small.cat, square())

    found = store.instances_among(image, [here[2], there, InstanceId(999), here[0]])

    assert [instance.id for instance in found] == [here[2], here[0]]
    with pytest.raises(KeyError):
        store.instances_among(ImageId(999), here)


def test_listeners_hear_edit_undo_and_redo_alike(small: Any, square: Square) -> None:
    heard: list[ChangeSet] = []
    small.store.subscribe(heard.append)

    with small.store.edit("Add instance") as edit:
        instance = edit.add_instance(small.images[0], small.cat, square())
    undone, redone = small.store.undo(), small.store.redo()

    assert heard[1:] == [undone, redone]
    assert [changes.kind for changes in heard] == [ChangeKind.EDIT, ChangeKind.UNDO, ChangeKind.REDO]
    for changes in heard:
        assert changes.label == "Add instance"
        assert changes.touched("instances") == {instance}
        assert changes.touched("images") == {small.images[0]}
        assert changes.touched("categories") == frozenset()


def test_listener_hears_only_net_changes(small: Any, square: Square) -> None:
    heard: list[ChangeSet] = []
    small.store.subscribe(heard.append)

    with small.store.edit("Detour") as edit:
        passing = edit.add_instance(small.images[0], small.cat, square())
        edit.delete_instance(passing)
        edit.update_category(small.cat, name="x")
        edit.update_category(small.cat, name="lion")

    (changes,) = heard
    assert [(change.table, change.row_id) for change in changes.changes] == [("categories", small.cat)]
    assert changes.changes[0].before is not None
    assert changes.changes[0].before["name"] == "cat"


def test_unsubscribed_listener_hears_no_more(small: Any) -> None:
    heard: list[ChangeSet] = []
    unsubscribe = small.store.subscribe(heard.append)

    unsubscribe()
    unsubscribe()
    with small.store.edit("Rename") as edit:
        edit.update_category(small.cat, name="lion")

    assert heard == []


def test_failing_listener_breaks_neither_the_commit_nor_the_others(
    small: Any, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[ChangeSet] = []

    def fail(changes: ChangeSet) -> None:
        raise RuntimeError("view")

    small.store.subscribe(fail)
    small.store.subscribe(heard.append)

    with caplog.at_level(logging.ERROR), small.store.edit("Rename") as edit:
        edit.update_category(small.cat, name="lion")

    assert small.store.category(small.cat).name == "lion"
    assert len(heard) == 1
    assert "Rename" in caplog.text
    assert "view" in caplog.text


def test_change_made_by_a_listener_is_told_to_all_in_the_order_of_the_commits(small: Any) -> None:
    heard: list[str] = []

    def answer(changes: ChangeSet) -> None:
        if changes.label == "Question":
            with small.store.edit("Answer") as edit:
                edit.update_category(small.dog, name="wolf")

    small.store.subscribe(answer)
    small.store.subscribe(lambda changes: heard.append(changes.label))
    with small.store.edit("Question") as edit:
        edit.update_category(small.cat, name="lion")

    assert heard == ["Question", "Answer"]


def test_image_facts_are_written_outside_the_history(small: Any) -> None:
    heard: list[ChangeSet] = []
    image = small.images[0]
    small.store.subscribe(heard.append)
    facts = ImageFacts(10, 20, 30, "ff" * 64)

    small.store.set_image_facts({image: facts, ImageId(999): facts})
    small.store.set_image_facts({image: facts})

    assert small.store.image(image).facts == facts
    assert small.store.images()[0].facts == facts
    assert small.store.undo_label is None
    assert [(changes.kind, changes.touched("images")) for changes in heard] == [(ChangeKind.FACTS, {image})]


def test_image_that_became_unreadable_keeps_what_it_can_be_found_by(small: Any) -> None:
    image = small.images[0]
    known = ImageFacts(10, 20, 30, "ff" * 64)
    small.store.set_image_facts({image: known})

    small.store.set_image_facts({image: ImageFacts(problem="It is missing.")})

    assert small.store.image(image).facts == ImageFacts(10, 20, 30, "ff" * 64, "It is missing.")


def test_facts_come_back_with_an_image_whose_adding_was_undone(small: Any) -> None:
    facts = ImageFacts(1, 2, 3, "00" * 64)
    with small.store.edit("Add image") as edit:
        image = edit.add_image("d.png", facts)

    small.store.undo()
    assert len(small.store.images()) == 3
    small.store.redo()

    assert small.store.image(image).facts == facts


def test_writes_outside_an_edit_are_refused(small: Any) -> None:
    with pytest.raises(EditError, match="edit"):
        small.store.select("UPDATE categories SET name = 'x'")
    with small.store.edit("Rename") as edit:
        edit.update_category(small.cat, name="lion")
    with pytest.raises(EditError, match="ended"):
        edit.update_category(small.cat, name="tiger")
    with pytest.raises(EditError, match="ended"):
        edit.delete_instance(InstanceId(1))

    assert small.store.category(small.cat).name == "lion"


def test_edits_do_not_nest(small: Any) -> None:
    with small.store.edit("Outer") as edit:
        edit.update_category(small.cat, name="lion")
        for inner in (small.store.undo, small.store.redo, small.store.close):
            with pytest.raises(EditError):
                inner()
        with pytest.raises(EditError, match="nest"), small.store.edit("Inner"):
            pass
        with pytest.raises(EditError, match="nest"):
            small.store.set_image_facts({small.images[0]: ImageFacts(1, 1)})

    assert small.store.category(small.cat).name == "lion"
    assert small.store.undo_label == "Outer"
