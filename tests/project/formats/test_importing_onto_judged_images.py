"""Labels that come to images on which somebody has judged already have to be judged themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.project import ImageState, ProjectStore
from sam3_annotator.project.formats.plan import ImportReport
from sam3_annotator.project.formats.registry import import_project

FIRST, SECOND = [[2, 2, 10, 2, 10, 10, 2, 10]], [[30, 2, 40, 2, 40, 10, 30, 10]]


def bring_in(store: ProjectStore, folder: Path, *squares: Any, **said: Any) -> ImportReport:
    """Import a COCO file with these squares on the first two images."""
    images = [{"id": i, "file_name": name} for i, name in enumerate(["1.png", "2.png"])]
    labels = [
        {"image_id": image["id"], "category_id": 1, "segmentation": square, **said}
        for image in images
        for square in squares
    ]
    content = {
        "images": images,
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [{"id": number, **label} for number, label in enumerate(labels)],
    }
    file = folder / "labels.json"
    file.write_text(json.dumps(content))
    return import_project(store, file, "coco")


def judge(store: ProjectStore, state: ImageState) -> None:
    """Bring the first image into a state, and call the second done."""
    with store.edit("Judge") as edit:
        edit.update_image(store.images()[0].id, state=state)
        edit.update_image(store.images()[1].id, state=ImageState.DONE)


def states(store: ProjectStore) -> list[ImageState]:
    return [image.state for image in store.images()[:2]]


def test_a_reviewed_image_that_gets_an_instance_is_to_be_reviewed_again_and_undo_takes_that_back(
    store: ProjectStore, tmp_path: Path
) -> None:
    bring_in(store, tmp_path, FIRST)
    judge(store, ImageState.REVIEWED)

    report = bring_in(store, tmp_path, FIRST, SECOND)

    assert states(store) == [ImageState.DONE, ImageState.DONE]
    assert [warning for warning in report.warnings if "review" in warning] == [
        "1 image (photos/1.png) reviewed before this came in, and marked as done again: look at what is new there, and "
        "review them once more."
    ]
    store.undo()
    assert states(store) == [ImageState.REVIEWED, ImageState.DONE]


def test_a_reviewed_image_whose_instances_get_attributes_is_to_be_reviewed_again(
    store: ProjectStore, tmp_path: Path
) -> None:
    bring_in(store, tmp_path, FIRST)
    judge(store, ImageState.REVIEWED)

    report = bring_in(store, tmp_path, FIRST, attributes={"occluded": True})

    assert report.changed_instances == 2
    assert states(store) == [ImageState.DONE, ImageState.DONE]


def test_a_reviewed_image_that_has_all_of_it_already_stays_reviewed(store: ProjectStore, tmp_path: Path) -> None:
    bring_in(store, tmp_path, FIRST)
    judge(store, ImageState.REVIEWED)

    report = bring_in(store, tmp_path, FIRST)

    assert states(store) == [ImageState.REVIEWED, ImageState.DONE]
    assert report.warnings == ()


@pytest.mark.parametrize("comes_with_instances", [True, False])
def test_an_image_confirmed_as_empty_is_in_progress_once_something_is_on_it(
    store: ProjectStore, tmp_path: Path, comes_with_instances: bool
) -> None:
    judge(store, ImageState.CONFIRMED_EMPTY)

    report = bring_in(store, tmp_path, *([FIRST] if comes_with_instances else []))

    sentence = "1 image (photos/1.png) confirmed as empty before this came in, and marked as in progress again."
    assert (sentence in report.warnings) is comes_with_instances
    assert states(store)[0] is (ImageState.IN_PROGRESS if comes_with_instances else ImageState.CONFIRMED_EMPTY)
