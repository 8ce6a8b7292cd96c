"""The dialog that has phrases found in all images: what it offers, what it says, and the plan it hands over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from sam3_annotator.commands.batch_words import MOST_PARTS as MOST_PARTS_OF_THE_COMMAND
from sam3_annotator.project import ImageFacts, ImageState, Origin, Provenance, category_phrases, rectangle
from sam3_annotator.ui.dialogs.autolabel_dialog import AutolabelDialog, ImageChoice
from sam3_annotator.ui.item_models.image_filter import ImageFilter
from sam3_annotator.ui.item_models.image_model import ImageModel
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.autolabelling import AutolabelPlan, Sought


@pytest.fixture
def shown(bridge) -> Iterator[ImageFilter]:
    images = ImageModel(bridge)
    made = ImageFilter(images)
    yield made
    for each in (made, images):
        each.deleteLater()  # here and now, not by whatever thread collects the garbage


@pytest.fixture
def names() -> set[str]:
    """Say what the model takes."""
    return {"phrases"}


@pytest.fixture
def open_dialog(qtbot, bridge, shown, names):
    def make(threshold: float = 0.4) -> AutolabelDialog:
        made = AutolabelDialog(bridge, category_phrases(bridge.store), shown, threshold, lambda: "phrases" in names)
        qtbot.addWidget(made)
        with qtbot.waitExposed(made):
            made.show()
        made.plans = []
        made.planned.connect(made.plans.append)
        return made

    return make


@pytest.fixture
def categories(store) -> list:
    """Make a cat, found as kitten, and a dog."""
    made = [operations.add_category(store, "cat"), operations.add_category(store, "dog")]
    told = Provenance(Origin.MODEL, "SAM 3", phrase="kitten", threshold=0.5)
    operations.add_instance(store, store.images()[0].id, made[0], rectangle(1, 1, 9, 9), told)
    return made


def sought(dialog: AutolabelDialog) -> list[tuple[str, object]]:
    return [(each.phrase, each.category) for each in dialog.plan.sought]


def row(dialog: AutolabelDialog, name: str):
    return next(each for each in dialog.phrases.rows if each.name == name)


def test_categories_are_looked_for_by_the_phrases_that_found_them(open_dialog, categories, store):
    dialog = open_dialog()

    assert sought(dialog) == [("kitten", categories[0]), ("dog", categories[1])]
    assert dialog.note == "2 phrases on 4 images"
    QTest.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
    images = tuple(image.id for image in store.images())
    expected = (Sought("kitten", categories[0]), Sought("dog", categories[1]))
    assert dialog.plans == [AutolabelPlan(expected, images, 0.4, 1)]
    assert not dialog.isVisible()


def test_phrases_are_edited_and_what_is_not_checked_is_not_looked_for(open_dialog, categories):
    dialog = open_dialog()
    cat, dog = row(dialog, "cat"), row(dialog, "dog")

    dog.check.click()
    cat.field.setFocus()
    cat.field.selectAll()
    QTest.keyClicks(cat.field, " tabby   cat, kitten,, tabby cat ")

    assert sought(dialog) == [("tabby cat", categories[0]), ("kitten", categories[0])]
    dog.field.end(False)
    QTest.keyClicks(dog.field, "gy")  # who says how it is found wants it found
    assert sought(dialog)[-1] == ("doggy", categories[1])
    cat.field.clear()
    assert sought(dialog)[0] == ("cat", categories[0])


def test_a_name_with_a_comma_is_one_phrase_as_long_as_nobody_edits_it(open_dialog, store):
    category = operations.add_category(store, "car, red")
    dialog = open_dialog()

    assert sought(dialog) == [("car, red", category)]


def test_all_are_checked_and_unchecked_at_once(open_dialog, categories):
    dialog = open_dialog()
    head = dialog.phrases._all

    head.click()
    assert sought(dialog) == []
    assert dialog.note == "Check what to find, or type it"
    assert not dialog.primary.isEnabled()
    row(dialog, "dog").check.click()
    assert head.checkState() is Qt.CheckState.PartiallyChecked
    head.click()
    assert len(sought(dialog)) == 2


def test_something_else_is_typed_and_becomes_a_category_of_that_name(open_dialog, categories):
    dialog = open_dialog()
    field = dialog.phrases.field

    QTest.keyClicks(field, " school  bus")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClicks(field, "bird")
    assert dialog.isVisible()
    assert dialog.note == "4 phrases on 4 images"
    QTest.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)

    (plan,) = dialog.plans
    assert plan.sought[2:] == (Sought("school bus", "school bus"), Sought("bird", "bird"))


def test_the_name_of_a_category_typed_checks_that(open_dialog, categories):
    dialog = open_dialog()
    dialog.phrases._all.click()

    QTest.keyClicks(dialog.phrases.field, "DOG")
    QTest.keyClick(dialog.phrases.field, Qt.Key.Key_Return)

    assert sought(dialog) == [("dog", categories[1])]
    assert len(dialog.phrases.rows) == 2


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("Dog", [("dog", "dog")]),
        ("cat", [("cat", "cat"), ("kitten", "cat")]),
        ("kitten", [("kitten", "cat")]),
        ("bird", [("bird", "bird")]),
    ],
)
def test_a_phrase_that_is_open_is_what_is_looked_for(open_dialog, categories, store, phrase, expected):
    dialog = open_dialog()

    dialog.phrases.choose(phrase)

    names = {each.id: each.name for each in store.categories()}
    assert [(text, names.get(category, category)) for text, category in sought(dialog)] == expected


def test_categories_follow_the_project_and_what_was_typed_stays(open_dialog, categories, store):
    dialog = open_dialog()
    row(dialog, "dog").field.end(False)
    QTest.keyClicks(row(dialog, "dog").field, "gy")
    QTest.keyClicks(dialog.phrases.field, "bus")
    QTest.keyClick(dialog.phrases.field, Qt.Key.Key_Return)

    operations.rename_category(store, categories[1], "hound")
    bird = operations.add_category(store, "bird")

    assert sought(dialog) == [("kitten", categories[0]), ("doggy", categories[1]), ("bird", bird), ("bus", "bus")]
    assert row(dialog, "hound").check.text() == "hound"
    operations.delete_category(store, bird)
    assert [each.name for each in dialog.phrases.rows] == ["cat", "hound", "bus"]


def test_which_images_are_looked_at_is_counted_as_the_project_and_its_list_change(
    open_dialog, categories, store, shown, qtbot
):
    dialog = open_dialog()

    def expect(*counts: int) -> None:
        words = [f"({count})" for count in counts]
        qtbot.waitUntil(lambda: [dialog.images[choice].text()[-3:] for choice in ImageChoice] == words)

    expect(4, 3, 4)
    images = [image.id for image in store.images()]
    operations.set_image_state(store, [images[1]], ImageState.DONE)
    operations.set_image_state(store, [images[2]], ImageState.LEFT_OUT)
    expect(2, 1, 2)
    shown.set_text("10")
    expect(2, 1, 1)

    dialog.images[ImageChoice.SHOWN].click()
    assert dialog.plan.image_ids == (images[3],)
    assert dialog.note == "2 phrases on 1 image"
    shown.set_text("nowhere")
    expect(2, 1, 0)
    assert dialog.note == "There is no such image"
    assert not dialog.primary.isEnabled()


def test_parts_are_counted_where_the_size_of_images_is_known(open_dialog, categories, store):
    store.set_image_facts({image.id: ImageFacts(200, 100, 10, "x") for image in store.images()})
    dialog = open_dialog()

    dialog.parts.setValue(2)

    assert dialog.plan.parts == 2
    assert dialog.note == "2 phrases on 4 images, each whole and part by part: 8 parts in all"
    assert dialog.parts.maximum() == MOST_PARTS_OF_THE_COMMAND


def test_a_model_loaded_meanwhile_that_knows_no_names_is_told(open_dialog, categories, names):
    dialog = open_dialog()

    names.clear()
    dialog.refresh()

    assert "knows no names" in dialog.note
    assert not dialog.primary.isEnabled()


def test_in_an_empty_project_a_phrase_is_asked_for(open_dialog):
    dialog = open_dialog()

    assert dialog.note == "Type what to find"
    assert not dialog.phrases._scroll.isVisible()
    QTest.keyClicks(dialog.phrases.field, "bird")
    assert dialog.note == "1 phrase on 4 images"
    assert dialog.primary.isEnabled()
    QTest.keyClick(dialog.phrases.field, Qt.Key.Key_Return)
    assert dialog.note == "1 phrase on 4 images"
    assert dialog.phrases._scroll.isVisible()


def test_a_dialog_that_is_over_asks_the_project_nothing_any_more(open_dialog, store, qapp):
    dialog = open_dialog()
    operations.set_image_state(store, [store.images()[0].id], ImageState.DONE)

    dialog.reject()
    store.close()

    qapp.processEvents()
    assert "(4)" in dialog.images[ImageChoice.OPEN].text()


def test_many_categories_scroll_and_the_one_added_is_seen(open_dialog, store, qtbot):
    with store.edit("Add") as edit:
        for number in range(30):
            edit.add_category(f"category {number}")
    dialog = open_dialog()
    height = dialog.height()

    dialog.phrases.field.setText("bird")
    dialog.phrases.add()

    assert dialog.height() == height
    bird = row(dialog, "bird")
    qtbot.waitUntil(lambda: not bird.visibleRegion().isEmpty())


def test_hundreds_of_categories_are_offered_at_once_and_seen_soon(open_dialog, store, qtbot):
    with store.edit("Add categories") as edit:
        made = [edit.add_category(f"category {number}") for number in range(200)]
    dialog = open_dialog()
    rows = dialog.phrases.rows

    assert [phrase for phrase, _ in sought(dialog)] == [f"category {number}" for number in range(200)]
    assert not rows[-1].is_filled
    rows[-1].set_checked(False)
    dialog.phrases.choose("category 150")
    assert sought(dialog) == [("category 150", made[150])]

    qtbot.waitUntil(lambda: rows[-1].is_filled)
    assert [row.check.text() for row in rows if row.check.isChecked()] == ["category 150"]
    assert rows[-1].field.text() == "category 199"
    stop = rows[15].field
    for row in rows[16:]:
        assert stop.nextInFocusChain() is row.check
        stop = row.field
    assert stop.nextInFocusChain() is not dialog.primary
