"""Just what the check calls leftovers goes, and all else of a region stays as it is."""

from __future__ import annotations

import numpy as np
import pytest

from sam3_annotator.project import FindingKind, Region, findings_that_hold, mask_to_region, without_leftovers

BODY = (slice(50, 150), slice(50, 150))


def _mask(*, pinhole: bool = False, speck: bool = False, hole: bool = False, part: bool = False) -> Region:
    mask = np.zeros((300, 400), dtype=bool)
    mask[BODY] = True
    mask[49, 49] = True  # touches the rest at a corner
    mask[60:62, 60] = not pinhole
    mask[200:203, 300:302] = speck
    mask[100:120, 100:120] = not hole
    mask[200:220, 100:120] = part
    return mask_to_region(mask)


@pytest.mark.parametrize("stays", [{}, {"hole": True}, {"part": True}])
def test_only_leftovers_go(stays: dict[str, bool]) -> None:
    tidied = without_leftovers(_mask(pinhole=True, speck=True, **stays))

    assert (tidied.specks, tidied.pinholes) == (1, 1)
    assert set(tidied.region.polygons) == set(_mask(**stays).polygons)


def test_a_region_without_leftovers_is_the_same_object() -> None:
    region = _mask(hole=True, part=True)

    assert without_leftovers(region).region is region


def test_one_of_nothing_but_small_parts_stays() -> None:
    mask = np.zeros((300, 400), dtype=bool)
    for y, x in np.ndindex(20, 20):
        mask[50 + 10 * y : 54 + 10 * y, 50 + 10 * x : 54 + 10 * x] = True

    assert without_leftovers(mask_to_region(mask)).specks == 0


def test_findings_of_leftovers_go_with_them(sound) -> None:
    instance = sound.add(_mask(pinhole=True, speck=True), image=1)
    image = sound.images[1]
    found = [each for each in sound.findings() if each.kind in (FindingKind.SPECKS, FindingKind.PINHOLES)]
    assert len(found) == 2
    assert list(findings_that_hold(sound.store, found, [image])) == found

    with sound.store.edit("Fill") as edit:
        edit.update_instance(instance, region=_mask(speck=True))
    assert [each.kind for each in findings_that_hold(sound.store, found, [image])] == [FindingKind.SPECKS]

    with sound.store.edit("Tidy") as edit:
        edit.update_instance(instance, region=_mask())
    assert list(findings_that_hold(sound.store, found, [image])) == []
