"""Which instances of labels count as those that are on an image already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.project import CategoryId, ImageFacts, Instance, InstanceId, Polygon, Region, rectangle
from sam3_annotator.project.formats.known_instances import KnownInstances
from sam3_annotator.project.formats.registry import export_project, import_project

SIZE = ImageFacts(width=40, height=30)
CAT, DOG = CategoryId(1), CategoryId(2)
RING = Region((Polygon([(5, 5), (35, 5), (35, 25), (5, 25)], [[(12, 10), (28, 10), (28, 20), (12, 20)]]),))
KEYHOLED = Region(
    (
        Polygon(
            [(5, 5), (35, 5), (35, 25), (5, 25), (5, 10), (12, 10), (12, 20), (28, 20), (28, 10), (12, 10), (5, 10)],
        ),
    )
)


def known(make_instance: Any, *regions: Region, facts: ImageFacts = SIZE) -> KnownInstances:
    return KnownInstances([make_instance(region) for region in regions], facts)


@pytest.fixture
def make_instance(store: Any) -> Any:
    """Make an instance, of the first image of a project, of the category `CAT`."""

    def make(region: Region) -> Instance:
        return Instance(InstanceId(1), store.images()[0].id, CAT, region)

    return make


def test_another_outline_of_the_same_pixels_is_the_same_instance(make_instance: Any) -> None:
    assert known(make_instance, RING).take(CAT, False, KEYHOLED)
    assert known(make_instance, rectangle(-9, 2, 50.2, 8)).take(CAT, False, rectangle(0, 2.1, 40, 8))


def test_an_instance_stands_for_one_of_the_labels_only(make_instance: Any) -> None:
    instances = known(make_instance, RING, RING)

    assert [instances.take(CAT, False, region) for region in (KEYHOLED, RING, KEYHOLED)] == [True, True, False]


def test_a_pixel_a_category_or_a_crowd_makes_another_instance(make_instance: Any) -> None:
    instances = known(make_instance, rectangle(2, 2, 9, 9))

    assert not instances.take(CAT, False, rectangle(2, 2, 9, 10))
    assert not instances.take(DOG, False, rectangle(2, 2, 9, 9))
    assert not instances.take(CAT, True, rectangle(2, 2, 9, 9))


def test_slivers_between_pixels_are_not_all_the_same(make_instance: Any) -> None:
    assert not known(make_instance, rectangle(2.6, 2, 2.8, 9)).take(CAT, False, rectangle(2.7, 2, 2.9, 9))


def test_on_an_image_of_unknown_size_only_the_same_vertices_are_the_same(make_instance: Any) -> None:
    instances = known(make_instance, RING, facts=ImageFacts())

    assert not instances.take(CAT, False, KEYHOLED)
    assert instances.take(CAT, False, RING)


@pytest.mark.parametrize("name", ["coco", "cvat", "labelme"])
def test_reimported_export_adds_nothing_twice(dataset: Any, tmp_path: Path, name: str) -> None:
    export_project(dataset.store, tmp_path / "out", name)

    report = import_project(dataset.store, tmp_path / "out", name)

    assert (report.instances, report.known_instances) == (0, len(dataset.instances()))
