"""The gallery is narrowed down by an attribute, as by a category."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from PySide6.QtWidgets import QMenu

from sam3_annotator.project import AttributeValue, ImageState
from sam3_annotator.ui.gallery import attribute_button
from sam3_annotator.ui.gallery.attribute_filter import ANY_ATTRIBUTE, AttributeFilter, tally_attributes
from sam3_annotator.ui.gallery.gallery_head import LEAST_SLIDER_WIDTH, SLIDER_WIDTH
from sam3_annotator.ui.gallery.gallery_window import MINIMUM_SIZE, GalleryWindow


@pytest.fixture
def described(labelled: Any) -> Any:
    """Describe the first cat and both dogs; two cats have no attributes."""
    first, _, dog, other_dog, _ = labelled.ids
    describe(labelled, first, occluded=True, colour="red & white")
    describe(labelled, dog, occluded=True)
    describe(labelled, other_dog, occluded=False, colour="")
    return labelled


def describe(labelled: Any, instance_id: int, **attributes: AttributeValue) -> None:
    with labelled.store.edit("Describe") as edit:
        edit.update_instance(instance_id, attributes=attributes)


def choose(window: GalleryWindow, *words: str) -> None:
    """Choose what stands in the menu, and in the one that it leads to, under these words."""
    menu = window.head.attribute.menu_of_filters()
    for word in words[:-1]:
        menu = submenu(menu, word)
    next(action for action in menu.actions() if action.text().split("\t")[0] == words[-1]).trigger()


def submenu(menu: QMenu, name: str) -> QMenu:
    return next(each for each in menu.findChildren(QMenu) if each.title() == name)


def entries(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


@pytest.mark.parametrize(
    ("attribute", "passing"),
    [
        (ANY_ATTRIBUTE, [{}, {"far": True}, {"far": "yes"}, {"far": 1}, {"id": 1}]),
        (AttributeFilter("far"), [{"far": True}, {"far": "yes"}, {"far": 1}]),
        (AttributeFilter("far", "yes"), [{"far": True}, {"far": "yes"}]),  # nobody sees a difference
        (AttributeFilter("far", is_without=True), [{}, {"id": 1}]),
    ],
)
def test_what_passes(attribute: AttributeFilter, passing: list[dict[str, AttributeValue]]) -> None:
    every = [{}, {"far": True}, {"far": "yes"}, {"far": 1}, {"id": 1}]

    assert [each for each in every if attribute.passes(each)] == passing


def test_the_most_frequent_attribute_is_counted_first() -> None:
    same = {"far": True, "id": 7}

    tally = tally_attributes([{"rare": "x"}, same, {}, same, {"far": False}])

    assert list(tally.items()) == [
        ("far", Counter({"yes": 2, "no": 1})),
        ("id", Counter({"7": 2})),
        ("rare", Counter({"x": 1})),
    ]


def test_a_value_is_chosen_in_the_menu(window: GalleryWindow, described: Any, shown_ids: Any) -> None:
    choose(window, "occluded", "yes")

    assert shown_ids(window.model) == [described.ids[0], described.ids[2]]
    assert window.summary == "2 instances"
    assert window.head.attribute.text() == "occluded: yes"
    assert [window.model.count(each) for each in (None, described.cat, described.dog)] == [2, 1, 1]
    assert window.focusWidget() is window.view

    choose(window, "Any attribute")
    assert window.summary == "5 instances"
    assert window.head.attribute.text() == "Any attribute"


def test_the_menu_says_how_many_each_would_show_beside_the_category(window: GalleryWindow, described: Any) -> None:
    window.show_category(described.dog)
    choose(window, "occluded", "Without it")
    assert window.empty_words == "No instance of “dog” passes “Without occluded”"

    menu = window.head.attribute.menu_of_filters()

    assert entries(menu) == ["Any attribute\t2", "occluded", "colour"]
    occluded = submenu(menu, "occluded")
    assert entries(occluded) == ["Any value\t2", "yes\t1", "no\t1", "Without it\t0"]
    assert [action.text() for action in occluded.actions() if action.isChecked()] == ["Without it\t0"]
    assert entries(submenu(menu, "colour")) == ["Any value\t1", "(empty)\t1", "Without it\t1"]


def test_category_and_attribute_go_together_until_all_are_shown(
    window: GalleryWindow, described: Any, shown_ids: Any
) -> None:
    choose(window, "colour", "red && white")
    assert window.head.attribute.text() == "colour: red && white"
    window._show_chosen_category(window.filter_model.index(2))
    assert shown_ids(window.model) == []

    window._empty.link_clicked.emit()

    assert window.summary == "5 instances"
    assert window.head.attribute.text() == "Any attribute"


def test_what_is_described_otherwise_comes_and_goes_at_once(
    window: GalleryWindow, described: Any, shown_ids: Any
) -> None:
    choose(window, "occluded", "yes")

    describe(described, described.ids[4], occluded=True)
    describe(described, described.ids[0], occluded=False)

    assert shown_ids(window.model) == [described.ids[2], described.ids[4]]
    described.store.undo()
    assert shown_ids(window.model) == [described.ids[0], described.ids[2], described.ids[4]]
    assert window.model.count(described.cat) == 2
    with described.store.edit("Leave out") as edit:
        edit.update_image(described.images[0], state=ImageState.LEFT_OUT)
    assert shown_ids(window.model) == [described.ids[4]]
    assert window.model.count(None) == 1


def test_a_project_without_attributes_says_so(window: GalleryWindow) -> None:
    menu = window.head.attribute.menu_of_filters()

    assert entries(menu) == ["Any attribute\t5", "No instance here has attributes"]
    assert not menu.actions()[-1].isEnabled()


def test_of_many_values_the_frequent_ones_are_offered(
    window: GalleryWindow, labelled: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attribute_button, "MOST_VALUES", 1)
    for number, instance_id in enumerate(labelled.ids):
        describe(labelled, instance_id, track=max(number, 2))

    menu = submenu(window.head.attribute.menu_of_filters(), "track")

    assert entries(menu) == ["Any value\t5", "2\t3", "and 2 rarer ones", "Without it\t0"]


def test_a_long_value_leaves_the_others_their_room(window: GalleryWindow, labelled: Any) -> None:
    describe(labelled, labelled.ids[0], note="a very long remark about how this cat was lying in the sun")
    window._show_attribute(AttributeFilter("note", "a very long remark about how this cat was lying in the sun"))
    window.resize(*MINIMUM_SIZE)
    window.grab()

    slider, button = window.head.slider, window.head.attribute
    assert slider.mapTo(window, slider.rect().topRight()).x() < MINIMUM_SIZE[0]
    assert button.geometry().right() < slider.geometry().left()


@pytest.mark.parametrize(("width", "has_room"), [(700, False), (1200, True)])
def test_the_slider_gives_way_before_words_do(window: GalleryWindow, qtbot: Any, width: int, has_room: bool) -> None:
    window.resize(width, 500)
    button, slider = window.head.attribute, window.head.slider

    qtbot.waitUntil(lambda: (slider.width() == SLIDER_WIDTH) == has_room)
    assert button.width() >= button.sizeHint().width()
    assert slider.width() >= LEAST_SLIDER_WIDTH
