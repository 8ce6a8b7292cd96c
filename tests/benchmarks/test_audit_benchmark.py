"""The benchmark of the audit: how it spoils regions, and its counting."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType, SimpleNamespace

import cv2
import numpy as np
import pytest


@pytest.fixture
def mask() -> np.ndarray:
    """Make a disc of radius 12 in a picture of 80 x 60 pixels."""
    rows, columns = np.ogrid[:60, :80]
    return (columns - 30) ** 2 + (rows - 30) ** 2 < 144


def iou(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.count_nonzero(a & b) / np.count_nonzero(a | b))


def test_regions_are_spoilt_in_the_ways_it_says(audit: ModuleType, mask: np.ndarray) -> None:
    other = np.roll(mask, 35, axis=1)

    spoilt = audit.spoilt(mask, other, np.random.default_rng(0))

    assert list(spoilt) == list(audit.KINDS)
    assert np.count_nonzero(spoilt["half"]) == pytest.approx(np.count_nonzero(mask) / 2, rel=0.1)
    assert not (spoilt["half"] & ~mask).any()
    assert np.count_nonzero(spoilt["box"]) == 23 * 23
    assert 0.3 < iou(spoilt["shifted"], mask) < 0.6
    assert not (mask & ~spoilt["dilated"]).any()
    assert 0.45 < iou(spoilt["dilated"], mask) < 0.65
    assert iou(spoilt["other"], mask) > 0.9  # moved to its place: of the same shape here
    assert "other" not in audit.spoilt(mask, None, np.random.default_rng(0))


def test_the_bad_are_counted_in_the_lowest_tenth(audit: ModuleType) -> None:
    good = np.linspace(0.5, 1, 10)

    assert audit.share_in_lowest(good, np.full(10, 0.1), 0.1) == pytest.approx(1)
    assert audit.share_in_lowest(good, np.full(10, 0.97), 0.1) == pytest.approx(0)
    assert audit.share_in_lowest(good, np.repeat([0.1, 0.97], 5), 0.1) == pytest.approx(0.5)


def test_recall_and_precision_are_those_of_a_project_with_a_tenth_spoilt(audit: ModuleType) -> None:
    values = {kind: [] for kind in (audit.GOOD, *audit.KINDS)}
    values |= {audit.GOOD: [0.9] * 9 + [0.1], "half": [0.2, 0.95], "box": [0.9, 0.9]}

    half, box = audit.report({"things": values}, 0.5)

    assert (half["recall"], half["told"]) == (50.0, 10.0)
    assert half["precision"] == pytest.approx(100 * 0.05 / (0.05 + 0.09), abs=0.1)
    assert half["auc"] == pytest.approx(100 * (9 + 0 + 0 + 0) / 20, abs=0.1)
    assert (box["recall"], box["auc"]) == (0.0, 45.0)
    (adaptive,) = (row for row in audit.report({"things": values}, None) if row["name"] == "audit half")
    assert (adaptive["recall"], adaptive["told"]) == (50.0, 10.0)


def test_the_document_has_a_row_for_each_mistake_and_all_agreements(
    audit: ModuleType,
    mask: np.ndarray,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = SimpleNamespace(masks=mask[None])  # the disc, whatever is asked
    knowing = SimpleNamespace(embed=lambda _image: None, segment=lambda *_asked, **_how: found)
    (tmp_path / "discs").mkdir()
    cv2.imwrite(str(tmp_path / "discs" / "one.jpg"), np.zeros((60, 80, 3), np.uint8))
    cv2.imwrite(str(tmp_path / "discs" / "one.png"), mask.astype(np.uint16))
    monkeypatch.setattr(audit, "open_session", lambda _: knowing)

    assert audit.main(["--data", str(tmp_path), "--json"]) == 0

    document = json.loads(capsys.readouterr().out)
    rows = {row["name"]: row for row in document["results"]}
    assert list(rows) == ["audit shifted", "audit half", "audit box", "audit dilated"]
    assert rows["audit half"]["median"] == pytest.approx(50, abs=5)
    assert rows["audit half"]["recall"] == 100
    assert document["agreements"]["discs"]["good"] == [1.0]
