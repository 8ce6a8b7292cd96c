"""Which findings still hold after the project has been changed, as far as that can be told without a new check."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sam3_annotator.project.checks.boxes import is_box
from sam3_annotator.project.checks.findings import BY_PHRASES, Finding, FindingKind
from sam3_annotator.project.checks.leftovers import without_leftovers
from sam3_annotator.project.entities import ImageId, ImageState, Instance, InstanceId
from sam3_annotator.project.overlap import LABELLED_IOU, Placed
from sam3_annotator.project.reading import ProjectReader

_OF_ITS_CATEGORY = (FindingKind.ANOTHER_CATEGORY, FindingKind.NOT_SEEN)


def findings_that_hold(
    store: ProjectReader, findings: Iterable[Finding], changed: Collection[ImageId]
) -> tuple[Finding, ...]:
    """Give the findings whose images, instances and categories are still there and as they were found.

    Only those on images that were `changed`, themselves or in what is labelled on them, and those of categories that
    are gone can hold no more. Images gone or left out take all their findings along, those no more finished what they
    may miss, those finished by now what a search was not sure of; a deleted instance takes along what was found of it,
    one that has another category by now what a model said of that, one that has another outline what a search was not
    sure of, that it is a box, and specks and pinholes where it has none any more, and one that has been labelled what
    was missed there; an image that came into the split of another one what was wrong with both being in two.
    Other changes of instances leave findings as they are: only a check can tell.
    """
    changed = frozenset(changed)
    records = store.images() if changed else ()
    in_use = {image.id: image for image in records if image.state is not ImageState.LEFT_OUT}
    images = {image_id: image for image_id, image in in_use.items() if image_id in changed}
    categories = {category.id for category in store.categories()}
    by_image: dict[ImageId, dict[InstanceId, Instance]] = {}

    def instances(image_id: ImageId) -> dict[InstanceId, Instance]:
        if image_id not in by_image:
            by_image[image_id] = {each.id: each for each in store.instances(image_id)}
        return by_image[image_id]

    def holds(finding: Finding) -> bool:
        # There may be many, and this follows every edit: what is true of nearly all of them is asked first.
        if not categories.issuperset(finding.category_ids) and finding.kind in BY_PHRASES:
            return False
        if finding.other_image_id in changed and finding.other_image_id not in images:
            return False
        if finding.kind.is_of_two_splits and not changed.isdisjoint(finding.image_ids):
            both = [in_use[each] for each in finding.image_ids if each in in_use]
            return len(both) == 2 and len({image.split for image in both} - {None}) == 2
        image_id = finding.image_id
        if image_id is None or image_id not in changed:
            return True
        image = images.get(image_id)
        if image is None:
            return False
        if finding.kind is (FindingKind.UNSURE if image.state.is_finished else FindingKind.MISSED_OBJECT):
            return False
        return _holds_among(finding, instances(image_id))

    return tuple(finding for finding in findings if holds(finding))


def _holds_among(finding: Finding, instances: dict[InstanceId, Instance]) -> bool:
    if not instances.keys() >= set(finding.instance_ids):
        return False
    if finding.kind in _OF_ITS_CATEGORY:
        return all(instances[each].category_id == finding.category_ids[0] for each in finding.instance_ids)
    if finding.kind is FindingKind.UNSURE:
        return not any(instances[each].provenance.edit_count for each in finding.instance_ids)
    if finding.kind is FindingKind.BOX_AMONG_OUTLINES:
        return all(is_box(instances[each].region) for each in finding.instance_ids)
    if finding.kind in (FindingKind.SPECKS, FindingKind.PINHOLES):
        tidied = [without_leftovers(instances[each].region) for each in finding.instance_ids]
        return any(each.specks if finding.kind is FindingKind.SPECKS else each.pinholes for each in tidied)
    if finding.region is None:
        return True
    missed = Placed.of(finding.region)
    return not any(missed.overlaps(Placed.of(each.region), LABELLED_IOU) for each in instances.values())
