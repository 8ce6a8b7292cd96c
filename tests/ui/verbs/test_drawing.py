"""A region drawn by hand becomes an instance."""

from __future__ import annotations

import pytest

from sam3_annotator.project import KnownError, Origin, Region, rectangle
from sam3_annotator.ui.verbs import operations
from sam3_annotator.ui.verbs.drawing import Drawing

SQUARE = rectangle(5, 5, 20, 20)
OTHER = rectangle(30, 5, 40, 20)


@pytest.fixture
def drawing(store, workspace) -> Drawing:
    made = Drawing(store, workspace)
    workspace.image_changed.connect(made.show)
    workspace.set_image(store.images()[0].id)
    return made


def test_a_drawing_becomes_an_instance_of_the_current_category_made_by_hand(drawing, store, workspace):
    workspace.set_category(operations.add_category(store, "cat"))

    drawing.add(SQUARE)

    (instance,) = store.instances(workspace.image_id)
    assert (instance.category_id, instance.region) == (workspace.category_id, SQUARE)
    assert instance.provenance.origin is Origin.HAND
    assert instance.provenance.created_at
    assert workspace.selection == frozenset()


def test_a_drawing_is_one_step_and_selected_if_asked(drawing, store, workspace):
    workspace.set_category(operations.add_category(store, "cat"))

    drawing.add(SQUARE, selects=True)

    (instance,) = store.instances(workspace.image_id)
    assert workspace.selection == {instance.id}
    store.undo()
    assert store.instances(workspace.image_id) == ()


def test_the_first_category_takes_the_drawing_that_waits_for_it(drawing, store, workspace, qtbot):
    with qtbot.waitSignal(drawing.category_wanted):
        drawing.add(SQUARE)
    assert store.instances(workspace.image_id) == ()

    with qtbot.waitSignal(drawing.category_found):
        workspace.set_category(operations.add_category(store, "cat"))

    assert [instance.region for instance in store.instances(workspace.image_id)] == [SQUARE]


@pytest.mark.parametrize("selects", [True, False])
def test_a_category_that_nobody_has_chosen_is_not_for_what_waits(drawing, store, workspace, selects, qtbot):
    drawing.add(SQUARE, selects)

    workspace.fall_back_on(operations.add_category(store, "cat"))
    assert store.instances(workspace.image_id) == ()

    with qtbot.waitSignal(drawing.category_found):
        workspace.set_category(store.categories()[0].id)  # the same, but now it is meant
    assert [instance.region for instance in store.instances(workspace.image_id)] == [SQUARE]


def test_once_all_categories_are_gone_the_next_is_the_first_again(drawing, store, workspace):
    workspace.set_category(operations.add_category(store, "cat"))
    operations.delete_category(store, store.categories()[0].id)
    workspace.fall_back_on(None)
    drawing.add(SQUARE, selects=True)

    workspace.set_category(operations.add_category(store, "dog"))

    assert len(store.instances(workspace.image_id)) == 1


@pytest.mark.parametrize("selects", [True, False])
def test_a_drawing_without_category_does_not_follow_to_another_image(drawing, store, workspace, selects):
    drawing.add(SQUARE, selects)

    workspace.set_image(store.images()[1].id)
    workspace.set_category(operations.add_category(store, "cat"))

    assert not any(store.instances(image.id) for image in store.images())


def test_strokes_wait_on_their_image_until_they_are_kept(drawing, store, workspace, qtbot):
    first, second = (image.id for image in store.images()[:2])
    drawing.add(SQUARE, selects=True)
    workspace.set_image(second)
    assert drawing.waiting is None
    drawing.add(OTHER, selects=True)
    workspace.set_category(operations.add_category(store, "cat"))
    assert [instance.region for instance in store.instances(second)] == [OTHER]

    with qtbot.waitSignal(drawing.waiting_changed) as waiting:
        workspace.set_image(first)
    assert waiting.args == [SQUARE]
    assert (drawing.waits_on(), store.instances(first)) == ((first,), ())

    assert drawing.keep_strokes()
    (instance,) = store.instances(first)
    assert (instance.region, workspace.selection) == (SQUARE, {instance.id})
    assert (drawing.waits_on(), drawing.waiting) == ((), None)


def test_strokes_come_back_to_do_not_take_a_category_before_they_are_kept(drawing, store, workspace):
    first, second = (image.id for image in store.images()[:2])
    drawing.add(SQUARE, selects=True)
    workspace.set_image(second)
    workspace.set_category(operations.add_category(store, "cat"))
    dog = operations.add_category(store, "dog")
    workspace.set_image(first)

    workspace.set_category(dog)
    assert store.instances(first) == ()

    drawing.add(OTHER, selects=True)
    (instance,) = store.instances(first)
    assert (instance.category_id, len(instance.region.polygons)) == (dog, 2)


def test_strokes_come_back_to_are_asked_about_only_when_they_are_to_be_kept(drawing, store, workspace, qtbot):
    drawing.add(SQUARE, selects=True)
    with qtbot.waitSignal(drawing.category_unwanted):
        workspace.set_image(store.images()[1].id)
    with qtbot.assertNotEmitted(drawing.category_wanted):
        workspace.set_image(store.images()[0].id)

    with qtbot.waitSignal(drawing.category_wanted):
        assert not drawing.keep_strokes()

    workspace.set_category(operations.add_category(store, "cat"))
    assert len(store.instances(workspace.image_id)) == 1


def test_the_last_stroke_is_taken_back_and_with_the_first_the_question(drawing, qtbot):
    drawing.add(SQUARE, selects=True)
    drawing.add(OTHER, selects=True)

    drawing.step_back()
    assert drawing.waiting == SQUARE

    with qtbot.waitSignal(drawing.category_unwanted):
        drawing.step_back()
    assert drawing.waiting is None
    drawing.step_back()


def test_strokes_the_store_refuses_wait(drawing, store, workspace, monkeypatch, qtbot):
    def refuse(*_args: object) -> None:
        raise KnownError("The disk is full.")

    workspace.set_category(operations.add_category(store, "cat"))
    monkeypatch.setattr(operations, "add_instance", refuse)

    with qtbot.waitSignal(drawing.problem), qtbot.assertNotEmitted(drawing.category_wanted):
        drawing.add(SQUARE, selects=True)

    assert drawing.waiting == SQUARE


def test_strokes_on_an_image_taken_out_of_the_project_do_not_count(drawing, store, workspace):
    first = workspace.image_id
    drawing.add(SQUARE, selects=True)

    workspace.set_image(store.images()[1].id)
    with store.edit("Remove image") as edit:
        edit.delete_image(first)

    assert drawing.waits_on() == ()


def test_what_waits_for_a_category_is_told_until_it_has_one(drawing, store, workspace, qtbot):
    with qtbot.waitSignal(drawing.waiting_changed) as waiting:
        drawing.add(SQUARE, selects=True)
    assert waiting.args == [SQUARE]

    with qtbot.waitSignal(drawing.waiting_changed) as waiting:
        workspace.set_category(operations.add_category(store, "cat"))

    assert waiting.args == [None]


def test_nothing_waits_on_another_image(drawing, store, workspace, qtbot):
    drawing.add(SQUARE, selects=True)

    with qtbot.waitSignal(drawing.waiting_changed) as waiting:
        workspace.set_image(store.images()[1].id)

    assert waiting.args == [None]


def test_what_is_painted_meanwhile_joins_what_waits_to_be_selected(drawing, store, workspace):
    drawing.add(SQUARE, selects=True)
    drawing.add(OTHER, selects=True)

    workspace.set_category(operations.add_category(store, "cat"))

    (instance,) = store.instances(workspace.image_id)
    assert len(instance.region.polygons) == 2


@pytest.mark.parametrize("painted_first", [True, False])
def test_a_polygon_and_strokes_wait_for_a_category_beside_each_other(drawing, store, workspace, painted_first):
    for selects in (painted_first, not painted_first):
        drawing.add(OTHER if selects else SQUARE, selects)

    workspace.set_category(operations.add_category(store, "cat"))

    painted, drawn = store.instances(workspace.image_id)
    assert (painted.region, drawn.region) == (OTHER, SQUARE)
    assert workspace.selection == {painted.id}


def test_a_polygon_withdrawn_leaves_the_strokes_waiting(drawing, store, workspace):
    drawing.add(OTHER, selects=True)
    drawing.add(SQUARE)

    drawing.withdraw()
    workspace.set_category(operations.add_category(store, "cat"))

    assert [instance.region for instance in store.instances(workspace.image_id)] == [OTHER]


def test_what_the_store_refuses_is_said(drawing, store, workspace, qtbot):
    workspace.set_category(operations.add_category(store, "cat"))

    with qtbot.waitSignal(drawing.problem):
        drawing.add(Region())

    assert store.instances(workspace.image_id) == ()


def test_what_is_stored_is_said_only_then(drawing, store, workspace, qtbot):
    stored: list[Region] = []
    drawing.stored.connect(stored.append)
    drawing.add(SQUARE)
    assert stored == []

    workspace.set_category(operations.add_category(store, "cat"))
    drawing.add(Region())

    assert stored == [SQUARE]


def test_a_drawing_is_of_the_image_on_the_canvas_though_the_next_one_is_chosen(store, workspace):
    shown, chosen = (image.id for image in store.images()[:2])
    drawing = Drawing(store, workspace)
    drawing.show(shown)
    workspace.set_category(operations.add_category(store, "cat"))
    workspace.set_image(chosen)

    drawing.add(SQUARE)

    assert (len(store.instances(shown)), store.instances(chosen)) == (1, ())


def test_a_drawing_forgotten_does_not_wait_any_more(drawing, store, workspace):
    drawing.add(SQUARE)

    drawing.withdraw()
    workspace.set_category(operations.add_category(store, "cat"))

    assert store.instances(workspace.image_id) == ()
