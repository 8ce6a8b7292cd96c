"""Edits as hypothesis makes them up: each does something to whatever is there."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from sam3_annotator.project import ImageState, Polygon, ProjectStore, Region

Verb = tuple[str, int, int]
_INSTANCE_VERBS = ("add", "add", "add", "move", "recategorise", "delete")
_OTHER_VERBS = ("category", "uncategory", "rename", "state", "note", "image", "unimage")
_DISMISSAL_VERBS = ("dismiss", "undismiss")
VERBS = st.lists(
    st.tuples(st.sampled_from(_INSTANCE_VERBS + _OTHER_VERBS + _DISMISSAL_VERBS), st.integers(0, 7), st.integers(0, 7)),
    max_size=5,
)


def triangle(size: int) -> Region:
    return Region((Polygon([(0, 0), (size + 1, 0), (size + 1, size + 1)]),))


def ids(store: ProjectStore, table: str) -> list[int]:
    return [row[0] for row in store.select(f"SELECT id FROM {table} ORDER BY id")]


def perform(store: ProjectStore, edit: Any, verb: Verb) -> None:
    """Do one thing to whatever the numbers pick, if there is something to do it to."""
    if verb[0] in _DISMISSAL_VERBS:
        _perform_on_dismissals(store, edit, *verb)
    else:
        (_perform_on_instances if verb[0] in _INSTANCE_VERBS else _perform_on_others)(store, edit, *verb)


def _perform_on_instances(store: ProjectStore, edit: Any, name: str, a: int, b: int) -> None:
    images, categories, instances = (ids(store, table) for table in ("images", "categories", "instances"))
    match name:
        case "add" if images and categories:
            edit.add_instance(images[a % len(images)], categories[b % len(categories)], triangle(a))
        case "move" if instances:
            edit.update_instance(instances[a % len(instances)], region=triangle(b))
        case "recategorise" if instances and categories:
            edit.update_instance(instances[a % len(instances)], category_id=categories[b % len(categories)])
        case "delete" if instances:
            edit.delete_instance(instances[a % len(instances)])


def _perform_on_others(store: ProjectStore, edit: Any, name: str, a: int, b: int) -> None:
    images, categories = (ids(store, table) for table in ("images", "categories"))
    match name:
        case "category":
            edit.add_category(f"category {a}")
        case "uncategory" if categories:
            edit.delete_category(categories[a % len(categories)])
        case "rename" if categories:
            edit.update_category(categories[a % len(categories)], name=f"category {b}")
        case "state" if images:
            edit.update_image(images[a % len(images)], state=list(ImageState)[b % len(ImageState)])
        case "note" if images:
            edit.update_image(images[a % len(images)], note=f"note {b}")
        case "image":
            edit.add_image(f"{a}.png")
        case "unimage" if images:
            edit.delete_image(images[a % len(images)])


def _perform_on_dismissals(store: ProjectStore, edit: Any, name: str, a: int, b: int) -> None:
    images, dismissals = (ids(store, table) for table in ("images", "dismissals"))
    match name:
        case "dismiss":
            image = images[a % len(images)] if images and a else None
            edit.add_dismissal("missed_object" if b else "no_splits", image, str(a), str(b), triangle(b) if b else None)
        case "undismiss" if dismissals:
            edit.delete_dismissal(dismissals[a % len(dismissals)])
