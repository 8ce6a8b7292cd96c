"""Image files and states that do not fit are found."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.project import FindingKind, ImageFacts, ImageState, Split, read_facts


def test_missing_file_is_told_with_its_folder(sound: Any) -> None:
    sound.file(1).unlink()

    (finding,) = sound.findings()

    assert (finding.kind, finding.image_id) == (FindingKind.MISSING_FILE, sound.images[1])
    assert str(sound.file(1).parent) in finding.sentence


def test_missing_file_that_nobody_has_read_is_told_once(sound: Any) -> None:
    sound.file(1).unlink()
    sound.store._connection.execute("PRAGMA query_only = OFF")
    sound.store._connection.execute("DELETE FROM image_files")

    assert sound.kinds() == [FindingKind.MISSING_FILE]


def test_folder_in_the_place_of_a_file_is_told(sound: Any) -> None:
    sound.file(0).unlink()
    sound.file(0).mkdir()

    (finding,) = sound.findings()

    assert finding.kind is FindingKind.MISSING_FILE
    assert "is a folder" in finding.sentence


def test_file_that_cannot_be_read_is_told_why(sound: Any) -> None:
    sound.file(1).write_bytes(b"no image at all")

    (finding,) = sound.findings()

    assert (finding.kind, finding.image_id) == (FindingKind.UNREADABLE_FILE, sound.images[1])
    assert ": the file is no image of a kind that can be read" in finding.sentence


def test_photograph_whose_end_is_missing_is_told(sound: Any, make_image: Callable[..., Path]) -> None:
    photograph = make_image("whole.jpg", width=64, height=48, seed=3).read_bytes()
    sound.file(1).write_bytes(photograph[: len(photograph) // 2])

    (finding,) = sound.findings()

    assert (finding.kind, finding.image_id) == (FindingKind.UNREADABLE_FILE, sound.images[1])
    assert "damaged" in finding.sentence


def test_file_that_is_readable_again_is_no_trouble_any_more(sound: Any) -> None:
    known = sound.store.image(sound.images[1]).facts
    sound.store.set_image_facts({sound.images[1]: ImageFacts(problem="It was missing.")})
    assert sound.store.image(sound.images[1]).facts.byte_size == known.byte_size

    assert sound.findings() == []


def test_file_replaced_by_one_of_another_size_is_told(sound: Any, make_image: Callable[..., Path]) -> None:
    shutil.copyfile(make_image("other.png", width=90, height=70, seed=9), sound.file(0))

    (finding,) = sound.findings()

    assert (finding.kind, finding.image_id) == (FindingKind.REPLACED_FILE, sound.images[0])
    assert "90 x 70 pixels and was 80 x 60" in finding.sentence


def test_file_replaced_by_one_of_the_same_size_is_none_of_our_business(
    sound: Any, make_image: Callable[..., Path]
) -> None:
    shutil.copyfile(make_image("other.png", width=80, height=60, seed=9), sound.file(0))

    assert sound.findings() == []


def test_file_of_an_image_without_instances_may_be_replaced(sound: Any, make_image: Callable[..., Path]) -> None:
    shutil.copyfile(make_image("other.png", width=90, height=70, seed=9), sound.file(0))
    _clear(sound, 0)

    assert sound.findings() == []


@pytest.mark.parametrize("state", [ImageState.DONE, ImageState.REVIEWED])
def test_finished_image_without_instances_is_told(sound: Any, state: ImageState) -> None:
    _clear(sound, 3)
    sound.update(3, state=state)

    (finding,) = sound.findings()

    assert (finding.kind, finding.image_id) == (FindingKind.DONE_WITHOUT_INSTANCES, sound.images[3])
    assert f"the image is {state} but has no instances" in finding.sentence


@pytest.mark.parametrize("state", [ImageState.UNANNOTATED, ImageState.CONFIRMED_EMPTY])
def test_image_that_may_be_empty_is_left_in_peace(sound: Any, state: ImageState) -> None:
    _clear(sound, 3)
    sound.update(3, state=state)

    assert sound.findings() == []


def test_instances_on_an_image_that_is_confirmed_as_empty_are_told(sound: Any) -> None:
    sound.update(0, state=ImageState.CONFIRMED_EMPTY)

    (finding,) = sound.findings()

    assert (finding.kind, finding.image_id) == (FindingKind.EMPTY_WITH_INSTANCES, sound.images[0])
    assert "2 instances" in finding.sentence


def test_files_nobody_has_read_yet_are_read_for_the_check(sound: Any, make_image: Callable[..., Path]) -> None:
    path = make_image("photos/größe und Maß.png", seed=77)
    with sound.store.edit("Add") as edit:
        added = edit.add_image(path, split=Split.TRAIN)
        edit.add_instance(added, sound.cat, sound.store.instances(sound.images[0])[0].region.translated(200, 0))

    (finding,) = sound.findings()

    assert (finding.kind, finding.image_id) == (FindingKind.OUTSIDE_IMAGE, added)
    assert "größe und Maß.png" in finding.sentence
    assert sound.store.image(added).facts != read_facts(path)  # still as it was: nothing is written


def _clear(sound: Any, number: int) -> None:
    with sound.store.edit("Clear") as edit:
        for instance in sound.store.instances(sound.images[number]):
            edit.delete_instance(instance.id)
