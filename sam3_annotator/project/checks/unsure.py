"""Instances that a model was not sure of, on images that nobody has called finished."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sam3_annotator.project.checks.findings import Finding, FindingKind
from sam3_annotator.project.entities import CategoryId, ImageState, InstanceId
from sam3_annotator.project.reading import ProjectReader

UNSURE_SHARE: Final = 0.25
"""Of the way from the threshold of a search to a score of 1: what was found with less is told."""


def find_unsure(store: ProjectReader, names: Mapping[CategoryId, str]) -> Iterator[Finding]:
    """Find the instances that a search has found hardly above its threshold, the lowest score first.

    What was changed since has been looked at, as has what is on an image that somebody has finished.
    """
    query = (
        "SELECT instances.id, path, category_id, score, "
        "json_extract(provenance, '$.threshold') AS threshold, json_extract(provenance, '$.phrase') "
        "FROM instances JOIN images ON images.id = image_id "
        "WHERE state IN (?, ?) AND json_extract(provenance, '$.edit_count') IS NULL "
        "AND score < threshold + ? * (1 - threshold) ORDER BY score, instances.id"
    )
    open_states = (ImageState.UNANNOTATED.value, ImageState.IN_PROGRESS.value)
    for instance_id, path, category_id, score, _threshold, phrase in store.select(query, *open_states, UNSURE_SHARE):
        instance = store.instance(InstanceId(instance_id))
        how = f"as “{phrase}”" if phrase else "by examples"
        sentence = (
            f"{path}: instance {instance_id} ({names[category_id]}) was found {how} with a score of {score:.2f}; "
            "delete it if it is none, and call the image done when all is right."
        )
        yield Finding(
            FindingKind.UNSURE,
            sentence,
            instance.image_id,
            instance_ids=(instance.id,),
            category_ids=(instance.category_id,),
            box_xyxy=instance.region.box_xyxy,
        )
