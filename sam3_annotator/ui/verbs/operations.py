"""One function per user verb that writes to the project; each is one edit, hence one undo step."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from sam3_annotator.project import (
    CategoryId,
    Finding,
    ImageId,
    ImageState,
    InstanceId,
    KnownError,
    ProjectStore,
    Provenance,
    Region,
    Split,
    counted,
    folded,
    instances_of_category,
    is_one_file,
)

STATE_LABELS = {
    ImageState.UNANNOTATED: "Mark as not annotated",
    ImageState.IN_PROGRESS: "Mark as in progress",
    ImageState.DONE: "Mark as done",
    ImageState.REVIEWED: "Mark as reviewed",
    ImageState.CONFIRMED_EMPTY: "Confirm as empty",
    ImageState.LEFT_OUT: "Leave out",
}
"""What menus and steps call bringing an image into a state."""


def add_category(store: ProjectStore, name: str, color: str | None = None) -> CategoryId:
    """Add a category at the end, in the next palette colour unless one is given; raises `KnownError` on a bad name."""
    name = _clean_name(name)
    with store.edit("Add category") as edit:
        return edit.add_category(name, color=color)


def rename_category(store: ProjectStore, category_id: CategoryId, name: str) -> None:
    """Give a category another name; raises `KnownError` if it is empty or taken."""
    name = _clean_name(name)
    if name != store.category(category_id).name:
        with store.edit("Rename category") as edit:
            edit.update_category(category_id, name=name)


def recolor_category(store: ProjectStore, category_id: CategoryId, color: str) -> None:
    """Give a category another colour, `#rrggbb`."""
    if color != store.category(category_id).color:
        with store.edit("Change colour") as edit:
            edit.update_category(category_id, color=color)


def move_category(store: ProjectStore, category_id: CategoryId, position: int) -> None:
    """Put a category at a position (from 0) among the others, which close up; the digit keys follow."""
    order = [category.id for category in store.categories() if category.id != category_id]
    order.insert(max(0, min(position, len(order))), category_id)
    moved = [(id_, place) for place, id_ in enumerate(order) if store.category(id_).position != place]
    if moved:
        with store.edit("Move category") as edit:
            for id_, place in moved:
                edit.update_category(id_, position=place)


def delete_category(store: ProjectStore, category_id: CategoryId) -> None:
    """Delete a category that no instance uses, else raise `KnownError`; later ones move up."""
    with store.edit("Delete category") as edit:
        edit.delete_category(category_id)


def merge_category(store: ProjectStore, category_id: CategoryId, into: CategoryId) -> None:
    """Give all instances of a category another one and delete it, in one step; later ones move up."""
    with store.edit("Merge categories") as edit:
        for instance_id in instances_of_category(store, category_id):
            edit.update_instance(instance_id, category_id=into)
        edit.delete_category(category_id)


def delete_instances(store: ProjectStore, instance_ids: Collection[InstanceId], verb: str = "Delete") -> None:
    """Delete instances, all in one step, which `verb` names."""
    if instance_ids:
        with store.edit(step_on(verb, len(instance_ids))) as edit:
            for instance_id in sorted(instance_ids):
                edit.delete_instance(instance_id)


def erase_instance(store: ProjectStore, instance_id: InstanceId) -> None:
    """Delete an instance by the stroke that has left nothing of it."""
    with store.edit("Erase") as edit:
        edit.delete_instance(instance_id)


def set_instances_category(store: ProjectStore, instance_ids: Collection[InstanceId], category_id: CategoryId) -> None:
    """Give instances another category, all in one step; those that have it already are left alone."""
    if instance_ids:
        with store.edit("Change category") as edit:
            for instance_id in sorted(instance_ids):
                edit.update_instance(instance_id, category_id=category_id)


def set_instances_crowd(store: ProjectStore, instance_ids: Collection[InstanceId], *, is_crowd: bool) -> None:
    """Say of instances whether each is a crowd or one object, all in one step."""
    if instance_ids:
        with store.edit("Mark as crowd" if is_crowd else "Mark as objects") as edit:
            for instance_id in sorted(instance_ids):
                edit.update_instance(instance_id, is_crowd=is_crowd)


def set_image_state(store: ProjectStore, image_ids: Collection[ImageId], state: ImageState) -> None:
    """Set how far images have come; raises `KnownError` when an image with instances is to be confirmed as empty."""
    images = map(store.image, sorted(image_ids))
    # One that is reviewed anew loses the note that somebody has written since.
    changing = [each.id for each in images if each.state is not state or (state.is_settled and each.note)]
    if state is ImageState.CONFIRMED_EMPTY:
        for image_id in changing:
            _require_empty(store, image_id)
    if changing:
        with store.edit(STATE_LABELS[state]) as edit:
            for image_id in changing:
                edit.update_image(image_id, state=state)


def set_image_note(store: ProjectStore, image_id: ImageId, note: str) -> None:
    """Write a note on an image, for whoever looks at it next; "" takes the one it has away."""
    if note != store.image(image_id).note:
        with store.edit("Write note" if note else "Take note away") as edit:
            edit.update_image(image_id, note=note)


def set_image_split(store: ProjectStore, image_ids: Collection[ImageId], split: Split | None) -> None:
    """Put images into a split, or with None into none, all in one step; those that are there already are left alone."""
    changing = [i for i in sorted(image_ids) if store.image(i).split is not split]
    if changing:
        with store.edit("Take out of splits" if split is None else f"Put into {split}") as edit:
            for image_id in changing:
                edit.update_image(image_id, split=split)


def join_splits(store: ProjectStore, findings: Collection[Finding]) -> None:
    """Put the image of each finding about two into the split of the other, all in one step, in their order."""
    splits: dict[ImageId, Split | None] = {}
    for finding in findings:
        if finding.image_id is not None and (other := finding.other_image_id) is not None:
            splits[finding.image_id] = splits[other] if other in splits else store.image(other).split
    with store.edit(f"Put {counted(len(splits), 'image')} beside others") as edit:
        for image_id, split in splits.items():
            edit.update_image(image_id, split=split)


def add_images(store: ProjectStore, paths: Sequence[Path], *, undoable: bool = True) -> int:
    """Add image files that the project does not have yet, and say how many; their facts are read later."""
    known = {store.image_file(image.id) for image in store.images()}
    unknown = _unknown([path for path in paths if path not in known], known)
    if not unknown:
        return 0
    added = 0
    with store.edit(f"Add {counted(len(unknown), 'image')}", undoable=undoable) as edit:
        for path in unknown:
            if edit.find_image(path) is None:  # it is not known by another path, over a link
                edit.add_image(path)
                added += 1
    return added


def add_pages(store: ProjectStore, stack_id: ImageId, paths: Sequence[Path]) -> ImageId | None:
    """Add the pages of a stack as images, and leave the stack out unless something is on it; gives the first page."""
    has_instances = bool(store.instances(stack_id))
    with store.edit(f"Add {counted(len(paths), 'page')}") as edit:
        pages = [edit.find_image(path) or edit.add_image(path) for path in paths]
        if not has_instances:
            edit.update_image(stack_id, state=ImageState.LEFT_OUT)
    return pages[0] if pages else None


def _unknown(paths: Sequence[Path], known: Collection[Path]) -> list[Path]:
    """Leave out what is known by a name with other case or accents put together in another way."""
    by_name = {folded(str(path)): path for path in known} if paths else {}
    alike = [by_name.get(folded(str(path))) for path in paths]
    return [path for path, other in zip(paths, alike, strict=True) if other is None or not is_one_file(path, other)]


def add_instance(
    store: ProjectStore, image_id: ImageId, category_id: CategoryId, region: Region, provenance: Provenance
) -> InstanceId:
    """Make an instance of a region, as a draft or a drawing by hand is one."""
    with store.edit("Add instance") as edit:
        return edit.add_instance(image_id, category_id, region, provenance=provenance)


def accept_proposals(
    store: ProjectStore,
    image_id: ImageId,
    category: CategoryId | str,
    found: Sequence[tuple[Region, float, Provenance]],
    since: int | None = None,
) -> tuple[InstanceId, ...]:
    """Make instances of regions with their scores, all in one step; a category given by name is added with them.

    `since` as in `store.edit`.
    """
    with store.edit(step_on("Add", len(found)), since=since) as edit:
        category_id = edit.add_category(_clean_name(category)) if isinstance(category, str) else category
        return tuple(
            edit.add_instance(image_id, category_id, region, score=score, provenance=provenance)
            for region, score, provenance in found
        )


def correct_instance(
    store: ProjectStore, instance_id: InstanceId, category_id: CategoryId, region: Region, provenance: Provenance
) -> None:
    """Give an instance the region that a model made of its own, and a category.

    `provenance` tells of the correction. Who made the instance first, and when, stays; the prompts follow those before.
    """
    told = _corrected(store.instance(instance_id).provenance, provenance)
    with store.edit("Correct instance") as edit:
        edit.update_instance(instance_id, category_id=category_id, region=region, provenance=told)


def outline_instances(store: ProjectStore, outlined: Sequence[tuple[InstanceId, Region, Provenance]]) -> None:
    """Give instances the regions that a model made of their boxes, all in one step; `provenance` as above."""
    if outlined:
        with store.edit(step_on("Outline", len(outlined))) as edit:
            for instance_id, region, provenance in outlined:
                told = _corrected(store.instance(instance_id).provenance, provenance)
                edit.update_instance(instance_id, region=region, provenance=told)


def replace_region(store: ProjectStore, instance_id: InstanceId, region: Region, label: str) -> None:
    """Give an instance a region changed by hand, and count the change in its provenance.

    `label` names the step ("Move vertex").
    """
    provenance = store.instance(instance_id).provenance
    with store.edit(label) as edit:
        edit.update_instance(
            instance_id, region=region, provenance=replace(provenance, edit_count=provenance.edit_count + 1)
        )


def _corrected(before: Provenance, correction: Provenance) -> Provenance:
    """Say where a region comes from that a model made of another one's instance."""
    return replace(
        correction,
        origin=before.origin,
        phrase=before.phrase,
        threshold=before.threshold,
        prompts=(*before.prompts, *correction.prompts),
        created_at=before.created_at,
        edit_count=before.edit_count + 1,
    )


def _require_empty(store: ProjectStore, image_id: ImageId) -> None:
    count = len(store.instances(image_id))
    if count:
        name = store.image(image_id).name
        raise KnownError(f"{name} has {counted(count, 'instance')}. Delete them first, then confirm it as empty.")


def _clean_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise KnownError("A category needs a name. Type one and press Enter.")
    return cleaned


def step_on(verb: str, count: int) -> str:
    """Name a step on so many instances."""
    return f"{verb} instance" if count == 1 else f"{verb} {counted(count, 'instance')}"
