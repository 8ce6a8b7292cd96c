"""Which instances of labels count as those that are on an image already."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from sam3_annotator.project import (
    AttributeValue,
    CategoryId,
    ImageFacts,
    Instance,
    InstanceId,
    Polygon,
    ProjectStore,
    Region,
    rectangle,
)
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


def test_a_spike_between_the_pixels_makes_no_other_instance(make_instance: Any) -> None:
    spiked = Region((Polygon([(5, 5), (15, 5), (15, 9.6), (25, 9.7), (15, 9.8), (15, 15), (5, 15)]),))

    assert known(make_instance, spiked).take(CAT, False, rectangle(5, 5, 15, 15))


def test_decimals_of_an_outline_through_the_centres_of_pixels_make_no_other_instance(make_instance: Any) -> None:
    through_centres = Region((Polygon([(4.5, 4.5), (20.5, 4.5), (20.5, 16.5), (4.5, 12.5)]),))
    written = Region((Polygon([(4.499999, 4.500001), (20.500001, 4.500001), (20.500001, 16.5), (4.499999, 12.5)]),))
    a_pixel_less = rectangle(5, 5, 20, 12)

    assert known(make_instance, through_centres).take(CAT, False, written)
    assert not known(make_instance, through_centres).take(CAT, False, a_pixel_less)


def test_thousands_of_instances_of_other_vertices_are_known_at_once(make_instance: Any) -> None:
    corners = [(x, y) for x in range(0, 4000, 40) for y in range(0, 4000, 40)]
    instances = known(
        make_instance, *(rectangle(x, y, x + 9, y + 9) for x, y in corners), facts=ImageFacts(width=4000, height=4000)
    )

    started = time.monotonic()

    assert all(instances.take(CAT, False, rectangle(x, y, x + 9, y + 9.2)) for x, y in corners)
    assert time.monotonic() - started < 60  # comparing each with all would take many minutes


def test_an_instance_stands_for_one_of_the_labels_only(make_instance: Any) -> None:
    instances = known(make_instance, RING, RING)

    taken = [instances.take(CAT, False, region) for region in (KEYHOLED, RING, KEYHOLED)]
    assert [instance is not None for instance in taken] == [True, True, False]


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


@pytest.mark.parametrize(("name", "hidden"), [("voc", 0), ("masks", 1)])
def test_what_others_hide_in_masks_is_known_by_its_box(tmp_path: Path, make_image: Any, name: str, hidden: int) -> None:
    """An instance of which nothing is seen is in no mask; VOC has its box."""
    make_image("photos/1.png", width=60, height=40)
    with ProjectStore.create(tmp_path / "p.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        with store.edit("Add") as edit:
            image, cat, dog = store.images()[0].id, edit.add_category("cat"), edit.add_category("dog")
            for category, box in ((cat, (2, 2, 30, 30)), (cat, (12, 12, 18, 18)), (dog, (10, 10, 40, 38))):
                edit.add_instance(image, category, rectangle(*box))
        export_project(store, tmp_path / "out", name)

        again = import_project(store, tmp_path / "out", name)
        assert (again.instances, again.known_instances) == (0, 3 - hidden)

        with store.edit("Move") as edit:
            edit.update_instance(store.instances(image)[0].id, region=rectangle(3, 2, 31, 30))
        assert import_project(store, tmp_path / "out", name).instances == 1


def say(store: Any, *said: dict[str, AttributeValue]) -> None:
    """Say so of the instances of the first image."""
    instances = store.instances(store.images()[0].id)
    with store.edit("Say", undoable=False) as edit:
        for instance, attributes in zip(instances, said, strict=True):
            edit.update_instance(instance.id, attributes=attributes)


@pytest.mark.parametrize("name", ["coco", "cvat", "labelme", "masks", "voc"])
def test_known_instances_get_the_attributes_of_the_labels_and_lose_none(
    crowded: Any, tmp_path: Path, name: str
) -> None:
    store = crowded(1, 3)
    say(store, {"colour": "red", "age": 1}, {"wet": True}, {})
    export_project(store, tmp_path / "out", name)
    say(store, {"colour": "blue", "note": "mine"}, {"wet": True}, {})
    before = [instance.id for instance in store.instances(store.images()[0].id)]

    report = import_project(store, tmp_path / "out", name)

    instances = store.instances(store.images()[0].id)
    assert [instance.id for instance in instances] == before
    assert [instance.attributes for instance in instances] == [
        {"colour": "red", "note": "mine", "age": 1},
        {"wet": True},
        {},
    ]
    assert (report.instances, report.known_instances, report.changed_instances) == (0, 3, 1)
    assert str(report).endswith("; 3 were there already, of which 1 got attributes.")


def test_a_format_without_types_does_not_change_those_of_known_instances(crowded: Any, tmp_path: Path) -> None:
    store = crowded(1, 1)
    say(store, {"code": "1", "sure": "true"})
    export_project(store, tmp_path / "out", "voc")

    report = import_project(store, tmp_path / "out", "voc")

    (instance,) = store.instances(store.images()[0].id)
    assert instance.attributes == {"code": "1", "sure": "true"}
    assert report.changed_instances == 0


def test_new_instances_have_the_attributes_of_the_labels(crowded: Any, tmp_path: Path) -> None:
    store = crowded(1, 1)
    say(store, {"colour": "red", "age": 1})
    export_project(store, tmp_path / "out", "coco")
    (instance,) = store.instances(store.images()[0].id)
    with store.edit("Delete") as edit:
        edit.delete_instance(instance.id)

    import_project(store, tmp_path / "out", "coco")

    (instance,) = store.instances(store.images()[0].id)
    assert instance.attributes == {"colour": "red", "age": 1}
