"""Which findings still hold after the project has been changed, as far as that can be told without a new check."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sam3_annotator.project.checks.findings import BY_PHRASES, Finding, FindingKind
from sam3_annotator.project.entities import ImageId, Instance, InstanceId
from sam3_annotator.project.overlap import LABELLED_IOU, Placed
from sam3_annotator.project.queries import images_in_use
from sam3_annotator.project.reading import ProjectReader

_OF_ITS_CATEGORY = (FindingKind.ANOTHER_CATEGORY, FindingKind.NOT_SEEN)


def findings_that_hold(
    store: ProjectReader, findings: Iterable[Finding], changed: Collection[ImageId]
) -> tuple[Finding, ...]:
    """Give the findings whose images, instances and categories are still there and as they were found.

    Images gone or left out take all their findings along, those no more finished what they may miss. What is on images
    is looked up on those that were `changed`: a deleted instance takes along what was found of it, one that has another
    category by now what a model said of that, and one that has been labelled what was missed there. Other changes of
    instances leave findings as they are: only a check can tell.
    """
    images = {image.id: image for image in images_in_use(store)}
    categories = {category.id for category in store.categories()}
    by_image: dict[ImageId, dict[InstanceId, Instance]] = {}

    def instances(image_id: ImageId) -> dict[InstanceId, Instance]:
        if image_id not in by_image:
            by_image[image_id] = {each.id: each for each in store.instances(image_id)}
        return by_image[image_id]

    def holds(finding: Finding) -> bool:
        image_id = finding.image_id
        if image_id is None:
            return True
        if not images.keys() >= {image_id, finding.other_image_id or image_id}:
            return False
        if finding.kind in BY_PHRASES and not categories.issuperset(finding.category_ids):
            return False
        if finding.kind is FindingKind.MISSED_OBJECT and not images[image_id].state.is_finished:
            return False
        return image_id not in changed or _holds_among(finding, instances(image_id))

    return tuple(finding for finding in findings if holds(finding))


def _holds_among(finding: Finding, instances: dict[InstanceId, Instance]) -> bool:
    if not instances.keys() >= set(finding.instance_ids):
        return False
    if finding.kind in _OF_ITS_CATEGORY:
        return all(instances[each].category_id == finding.category_ids[0] for each in finding.instance_ids)
    if finding.region is None:
        return True
    missed = Placed.of(finding.region)
    return not any(missed.overlaps(Placed.of(each.region), LABELLED_IOU) for each in instances.values())
