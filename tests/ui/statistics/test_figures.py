"""What is read for the window, and measured after that."""

from __future__ import annotations

from typing import Any

import pytest

from sam3_annotator.project import ImageState, InstanceId
from sam3_annotator.ui.statistics import figures as figures_module
from sam3_annotator.ui.statistics.figures import Figures, measure, read_figures


def test_all_together_come_first_then_each_category(figures: Figures) -> None:
    rows = list(figures.category_rows({None: 20.0}))

    assert [(row.name, row.effort.instances, row.share) for row in rows] == [
        ("All categories", 5, 1.0),
        ("cat", 4, 0.8),
        ("dog", 1, 0.2),
        ("Bird", 0, 0.0),
    ]
    assert [row.size for row in rows] == [20.0, None, None, None]


def test_images_left_out_are_no_images_to_be_done(labelled: Any) -> None:
    with labelled.store.edit("Leave out") as edit:
        edit.update_image(labelled.images[3], state=ImageState.LEFT_OUT)

    figures = read_figures(labelled.store.path)

    assert (figures.finished_images, figures.images) == (1, 3)


def test_phrases_tell_what_nobody_has_seen(labelled: Any) -> None:
    with labelled.store.edit("Open again") as edit:
        edit.update_image(labelled.images[0], state=ImageState.IN_PROGRESS)

    (row,) = read_figures(labelled.store.path).phrase_rows()

    assert (row.name, row.category.name, row.effort.found, row.effort.corrected, row.unseen) == (
        "kitten",
        "cat",
        2,
        1,
        1,
    )


def test_sizes_are_sides_of_squares_as_large_as_the_median_instance(labelled: Any) -> None:
    areas, sizes = measure(labelled.store.path, {}, lambda _done, _total: None)

    assert sorted(areas.values()) == [100, 400, 400, 900, 1600]
    assert sizes == {labelled.cat: 20.0, labelled.dog: 30.0, None: 20.0}


def test_what_is_known_is_not_measured_again(labelled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    known, _ = measure(labelled.store.path, {}, lambda _done, _total: None)
    new = labelled.add_dog(10)
    asked: list[set[InstanceId]] = []
    measured = figures_module.instance_areas

    def note(*arguments: Any, **more: Any) -> Any:
        areas = measured(*arguments, **more)
        asked.append(set(areas))
        return areas

    monkeypatch.setattr(figures_module, "instance_areas", note)
    areas, sizes = measure(labelled.store.path, known, lambda _done, _total: None)

    assert asked == [{new}]
    assert areas == {new: 100}
    assert sizes[labelled.dog] == 500**0.5
