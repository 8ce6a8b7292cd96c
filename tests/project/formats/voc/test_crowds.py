"""Crowds in Pascal VOC, which has none of its own: an attribute tells of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sam3_annotator.project import mask_to_region
from sam3_annotator.project.formats.verification import export_verified
from sam3_annotator.project.formats.voc.reading import read

THING = "<object><name>cat</name><bndbox><xmin>3</xmin><ymin>4</ymin><xmax>10</xmax><ymax>12</ymax></bndbox>{}</object>"


@pytest.mark.parametrize("value", ["1", "True"])
def test_crowd_is_known_by_its_attribute_and_not_told_as_difficult(tmp_path: Path, value: str) -> None:
    attribute = f"<attributes><attribute><name>is_crowd</name><value>{value}</value></attribute></attributes>"

    objects = THING.format(f"<difficult>1</difficult>{attribute}") + THING.format("")
    (tmp_path / "a.xml").write_text(f"<annotation><filename>a.png</filename>{objects}</annotation>", encoding="utf-8")

    plan = read(tmp_path / "a.xml")

    assert [i.is_crowd for i in plan.images[0].instances] == [True, False]
    assert not plan.warnings


def test_crowds_come_back_with_masks_and_where_others_cover_them(dataset: Any, tmp_path: Path) -> None:
    store = dataset.store
    (crowd,) = (each for image in store.images() for each in store.instances(image.id) if each.is_crowd)
    with store.edit("Cover a crowd") as edit:
        edit.add_instance(crowd.image_id, crowd.category_id, mask_to_region(np.ones((3, 3), dtype=bool)), is_crowd=True)
        edit.add_instance(crowd.image_id, crowd.category_id, mask_to_region(np.ones((5, 5), dtype=bool)))

    assert export_verified(store, tmp_path / "out", "voc").verification.is_good
    plan = read(tmp_path / "out")

    assert sum(instance.is_crowd for image in plan.images for instance in image.instances) == 2
