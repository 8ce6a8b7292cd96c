"""What is labelled on the images of a project, for tests that have them labelled one by one."""

from __future__ import annotations

from sam3_annotator.project import ImageId, InstanceId, ProjectStore, rectangle


def put(store: ProjectStore, image_id: ImageId, name: str, box: tuple[float, ...]) -> InstanceId:
    """Label a box."""
    category = next(each.id for each in store.categories() if each.name == name)
    with store.edit("Draw") as edit:
        return edit.add_instance(image_id, category, rectangle(*box))


def boxes(store: ProjectStore, image_id: ImageId, name: str = "") -> list[tuple[float, ...]]:
    """Give the boxes on an image, all or those of one category."""
    names = {each.id: each.name for each in store.categories()}
    return [each.region.box_xyxy for each in store.instances(image_id) if name in ("", names[each.category_id])]


def counts(store: ProjectStore) -> list[int]:
    """Count the instances of each image."""
    return [len(store.instances(image.id)) for image in store.images()]
