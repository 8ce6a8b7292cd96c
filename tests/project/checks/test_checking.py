"""A whole project is checked: lazily, with progress, without a change, and silently where nothing is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sam3_annotator.project import (
    Cancelled,
    Finding,
    FindingKind,
    ImageState,
    NotAProject,
    ProjectStore,
    Severity,
    check_project,
    rectangle,
)
from sam3_annotator.project.words import counted


def test_nothing_is_found_where_nothing_is_wrong(sound: Any) -> None:
    assert sound.findings() == []


def test_nothing_is_found_in_an_empty_project(tmp_path: Any) -> None:
    with ProjectStore.create(tmp_path / "empty.sam3proj") as store:
        assert list(check_project(store)) == []


def test_checking_reads_only(sound: Any) -> None:
    sound.add(rectangle(2, 2, 12, 12))
    with ProjectStore.snapshot(sound.store.path) as reader:
        before = [reader.select(f"SELECT * FROM {table}") for table in ("images", "image_files", "instances")]

        assert [finding.kind for finding in check_project(reader)] == [FindingKind.LABELLED_TWICE]

        after = [reader.select(f"SELECT * FROM {table}") for table in ("images", "image_files", "instances")]
    assert before == after


def test_progress_counts_images_and_then_those_whose_pixels_are_read_once(sound: Any) -> None:
    told: list[tuple[int, int]] = []

    list(check_project(sound.store, lambda done, total: told.append((done, total))))
    images, read = [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)], [(0, 4), (4, 4)]
    assert told == images + read

    told.clear()
    list(check_project(sound.store, lambda done, total: told.append((done, total))))
    assert told == images


def test_nothing_is_found_of_images_left_out_whatever_is_wrong_with_them(sound: Any) -> None:
    sound.add(rectangle(2, 2, 12, 12), image=1)
    sound.add(rectangle(500, 500, 600, 600), image=1)
    sound.file(1).unlink()
    assert len(sound.findings()) > 2
    told: list[tuple[int, int]] = []

    sound.update(1, state=ImageState.LEFT_OUT)

    assert list(check_project(sound.store, lambda done, total: told.append((done, total)))) == []
    assert told[-1] == (3, 3)


def test_progress_that_raises_ends_the_check(sound: Any) -> None:
    def stop(done: int, total: int) -> None:
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        list(check_project(sound.store, stop))


def test_what_is_found_first_is_there_before_later_images_are_read(sound: Any) -> None:
    sound.add(rectangle(2, 2, 12, 12), image=0)
    done: list[int] = []

    first = next(check_project(sound.store, lambda number, _: done.append(number)))

    assert first.kind is FindingKind.LABELLED_TWICE
    assert done == [0]


def test_damaged_region_is_told_as_damage_of_the_project(sound: Any) -> None:
    connection = sound.store._connection
    connection.execute("PRAGMA query_only = OFF")
    connection.execute("UPDATE instances SET region = x'0100' WHERE id = 3")

    with pytest.raises(NotAProject, match="damaged"):
        sound.findings()


def test_kinds_stand_in_the_order_of_their_severity() -> None:
    ranks = [list(Severity).index(kind.severity) for kind in FindingKind]

    assert ranks == sorted(ranks)
    assert all(kind.heading for kind in FindingKind)


def test_finding_goes_into_json(sound: Any) -> None:
    twin = sound.add(rectangle(2, 2, 12, 12))
    (finding,) = sound.findings()

    told = json.loads(json.dumps(finding.as_dict()))

    assert told == {
        "kind": "labelled_twice",
        "severity": "warning",
        "sentence": "photos/1.png: instances 1 and 9 (cat) cover nearly the same (IoU 1.00); "
        "delete one of them if they are one object.",
        "image_id": sound.images[0],
        "other_image_id": None,
        "instance_ids": [1, twin],
        "category_ids": [sound.cat],
        "box_xyxy": [2.0, 2.0, 12.0, 12.0],
        "agreement": None,
        "score": None,
        "phrase": "",
    }


def test_findings_with_equal_values_are_equal() -> None:
    assert Finding(FindingKind.NO_SPLITS, "None.") == Finding(FindingKind.NO_SPLITS, "None.")


@pytest.mark.parametrize(("number", "words"), [(0, "0 images"), (1, "1 image"), (2, "2 images")])
def test_numbers_of_things_are_put_in_words(number: int, words: str) -> None:
    assert counted(number, "image") == words
