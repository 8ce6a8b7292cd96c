"""Attributes of instances, out and in again: whatever they are called and whatever they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from sam3_annotator.project import AttributeValue, InstanceId, ProjectStore, rectangle
from sam3_annotator.project.formats.attributes import coded, spelled, value_of
from sam3_annotator.project.formats.options import ExportOptions
from sam3_annotator.project.formats.plan import PlannedInstance
from sam3_annotator.project.formats.registry import FORMATS, export_project
from sam3_annotator.project.formats.verification import verify_export
from sam3_annotator.project.formats.xml_attributes import fitted

Said = dict[str, AttributeValue]

LABELS_ONLY = ExportOptions(images="none")
MARKS = ("is_crowd", "__crowd__", "__hole__")
ODD_NAMES = (
    *MARKS,
    "occluded",
    "difficult",
    "truncated",
    "pose",
    "description",
    "rotation",
    "attributes",
    "note",
    "🙂",
)
ODD_TEXTS = (
    "",
    " ",
    "1",
    "true",
    "0.5",
    "007",
    "__undefined__",
    "Unspecified",
    "a\r\nb",
    "]]>",
    "<a&b>",
    "x\x07y",
    "猫",
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
names = st.sampled_from(ODD_NAMES) | texts.map(str.strip).filter(bool)
values = st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
attributes = st.dictionaries(names, values | texts | st.sampled_from(ODD_TEXTS), max_size=4)


@pytest.fixture(scope="module")
def annotated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ProjectStore, list[InstanceId]]]:
    """Make a project of one image with three instances, each of its own category, the second a crowd."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("attributes")
    (folder / "photos").mkdir()
    Image.new("RGB", (40, 20)).save(folder / "photos" / "a.png")
    with ProjectStore.create(folder / "p.sam3proj", image_roots=[folder / "photos"]) as store:
        (image,) = store.images()
        with store.edit("Annotate") as edit:
            ids = [
                edit.add_instance(
                    image.id, edit.add_category(f"category {n}"), rectangle(10 * n, 2, 10 * n + 8, 15), is_crowd=n == 1
                )
                for n in range(3)
            ]
        yield store, ids


def read_back(annotated: Any, format_name: str, said: list[Said]) -> list[PlannedInstance]:
    """Say so of the instances, export them, see that the verification finds all well, and read what was written."""
    store, ids = annotated
    with store.edit("Say", undoable=False) as edit:
        for instance_id, attributes in zip(ids, said, strict=True):
            edit.update_instance(instance_id, attributes=attributes)
    read = FORMATS[format_name].read
    assert read is not None
    with TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        export_project(store, out, format_name, LABELS_ONLY)
        assert verify_export(store, out, format_name, LABELS_ONLY).warnings == ()
        (image,) = read(out).images
    assert [instance.is_crowd for instance in image.instances] == [False, True, False]
    return list(image.instances)


def without(said: Said, *names: str) -> Said:
    return {name: value for name, value in said.items() if name not in names}


three = st.lists(attributes, min_size=3, max_size=3)
few = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])


@few
@given(said=three)
@pytest.mark.parametrize("name", ["coco", "masks"])
def test_json_holds_every_attribute(annotated: Any, name: str, said: list[Said]) -> None:
    assert [coded(each.attributes) for each in read_back(annotated, name, said)] == [coded(each) for each in said]


@few
@given(said=three)
def test_labelme_holds_every_attribute_but_those_called_as_its_marks(annotated: Any, said: list[Said]) -> None:
    held = [without(each, "__crowd__", "__hole__") for each in said]

    assert [coded(each.attributes) for each in read_back(annotated, "labelme", said)] == [coded(each) for each in held]


@few
@given(said=three)
def test_cvat_holds_attributes_with_their_types_where_a_category_has_one_for_each(
    annotated: Any, said: list[Said]
) -> None:
    for ours, theirs in zip(said, read_back(annotated, "cvat", said), strict=True):
        assert fitted(theirs.attributes) == fitted(ours)
        kept = {name: value for name, value in ours.items() if fitted({name: value}) == {name: spelled(value)}}
        assert coded({name: theirs.attributes[name] for name in kept}) == coded(kept)


@few
@example(said=[{"seen": "TRUE"}, {"seen": "False"}, {"pose": "tRue"}])
@given(said=three)
def test_voc_holds_attributes_and_takes_texts_for_what_they_look_like(annotated: Any, said: list[Said]) -> None:
    for ours, theirs in zip(said, read_back(annotated, "voc", said), strict=True):
        assert looks(theirs.attributes) == looks(ours)
        looked_at = without({name: value_of(text) for name, text in fitted(ours).items()}, "pose")
        assert coded(without(dict(theirs.attributes), "pose")) == coded(looked_at)


def looks(said: Mapping[str, AttributeValue]) -> dict[str, str]:
    """Give what is said as it looks once it was written: truth in any case is truth."""
    return {name: spelled(value_of(text)) for name, text in fitted(said).items()}


def change(out: Path, name: str, before: str, after: str) -> None:
    content = (out / name).read_text(encoding="utf-8")
    assert before in content
    (out / name).write_text(content.replace(before, after), encoding="utf-8")


SPOILT = [
    ("coco", "annotations/instances.json", '"colour":"red"', '"colour":"blue"', '"blue" instead of "red"'),
    ("coco", "annotations/instances.json", '"age":1', '"age":true', "true instead of 1"),
    ("masks", "masks.json", '"colour": "red"', '"colour": "blue"', '"blue" instead of "red"'),
    ("labelme", "a.json", '"colour":"red"', '"colour":"blue"', '"blue" instead of "red"'),
    ("cvat", "annotations.xml", ">red<", ">blue<", "blue instead of red"),
    ("voc", "Annotations/a.xml", ">red<", ">blue<", "blue instead of red"),
]


@pytest.mark.parametrize(("name", "file", "before", "after", "words"), SPOILT)
def test_attribute_that_is_another_in_the_export_is_told(
    annotated: Any, tmp_path: Path, name: str, file: str, before: str, after: str, words: str
) -> None:
    store, ids = annotated
    with store.edit("Say", undoable=False) as edit:
        for instance_id, said in zip(ids, ({"colour": "red", "age": 1}, {}, {}), strict=True):
            edit.update_instance(instance_id, attributes=said)
    export_project(store, tmp_path / "out", name, LABELS_ONLY)

    change(tmp_path / "out", file, before, after)
    verification = verify_export(store, tmp_path / "out", name, LABELS_ONLY)

    attribute = "age" if "age" in before else "colour"
    assert verification.warnings == (
        f"photos/a.png: the attribute {attribute} of an instance of category 0 is {words}.",
    )
    assert (verification.found, verification.exact) == (3, 2)


def test_attributes_that_are_gone_and_that_are_new_are_told(annotated: Any, tmp_path: Path) -> None:
    store, ids = annotated
    with store.edit("Say", undoable=False) as edit:
        for instance_id in ids:
            edit.update_instance(instance_id, attributes={"colour": "red"} if instance_id == ids[0] else {})
    export_project(store, tmp_path / "out", "coco", LABELS_ONLY)

    change(tmp_path / "out", "annotations/instances.json", '"colour"', '"color"')
    verification = verify_export(store, tmp_path / "out", "coco", LABELS_ONLY)

    assert verification.warnings == (
        "photos/a.png: an instance of category 0 has lost the attribute colour.",
        "photos/a.png: an instance of category 0 has the attribute color, which the project does not have.",
    )
