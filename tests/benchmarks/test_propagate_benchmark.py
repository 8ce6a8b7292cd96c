"""The benchmark of propagation: the images it makes, and its document."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest

from tests.conftest import BENCHMARKS, FakeSession, load_script
from tests.model.propagation.scenes import bean, texture


@pytest.fixture(scope="module")
def propagating() -> ModuleType:
    """Give the benchmark."""
    return load_script(BENCHMARKS / "propagate.py")


@pytest.fixture
def image() -> np.ndarray:
    """Make a textured thing on a textured ground."""
    return np.where(bean()[..., None], texture(2, grain=2.0), texture(1))


@pytest.fixture
def labels() -> np.ndarray:
    """Give one region: the thing."""
    return bean().astype(np.uint16)


def test_the_mask_of_the_next_image_is_where_the_thing_is(
    propagating: ModuleType, image: np.ndarray, labels: np.ndarray
) -> None:
    image[labels == 1] = (250, 20, 20)
    image[labels == 0] = (20, 20, 20)
    motion = propagating.Motion("any", 0.1, 1.0, 0.04)
    pairs = [propagating.move(image, labels, motion, np.random.default_rng(seed)) for seed in range(6)]

    for pair in pairs:
        (region,) = pair.regions
        assert propagating.iou(region.before, labels == 1) == 1
        if not region.is_gone:
            assert propagating.iou(region.after, pair.after[..., 0] > 125) > 0.97
            assert propagating.iou(region.after, region.before) < 0.9
    assert 0 < sum(pair.regions[0].is_gone for pair in pairs) < 6


def test_what_is_gone_has_left_no_trace(propagating: ModuleType, image: np.ndarray, labels: np.ndarray) -> None:
    image[labels == 1] = (250, 20, 20)
    image[labels == 0] = (20, 20, 20)
    motion = propagating.Motion("any", 0.0, 0.3)
    pairs = [propagating.move(image, labels, motion, np.random.default_rng(seed)) for seed in range(12)]

    gone = [pair for pair in pairs if pair.regions[0].is_gone]

    assert gone
    assert all(pair.after[..., 0].max() < 60 and not pair.regions[0].after.any() for pair in gone)


def test_of_a_region_that_another_covers_only_the_rest_is_seen(propagating: ModuleType, image: np.ndarray) -> None:
    labels = np.zeros(image.shape[:2], np.uint16)
    labels[100:180, 100:180], labels[100:180, 180:260] = 1, 2
    motion = propagating.Motion("any", 0.0, 1.0)
    pairs = [propagating.move(image, labels, motion, np.random.default_rng(seed)) for seed in range(6)]

    for pair in pairs:
        first, second = pair.regions
        assert not (first.after & second.after).any()


def test_regions_that_are_too_large_or_too_small_do_not_move(propagating: ModuleType, image: np.ndarray) -> None:
    labels = np.ones(image.shape[:2], np.uint16)
    labels[:5, :5] = 2

    assert propagating.move(image, labels, propagating.MOTIONS[0], np.random.default_rng(0)) is None


def test_the_document_has_a_row_for_each_kind_of_motion(
    propagating: ModuleType,
    image: np.ndarray,
    labels: np.ndarray,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "things").mkdir()
    cv2.imwrite(str(tmp_path / "things" / "one.png"), labels)
    cv2.imwrite(str(tmp_path / "things" / "one.jpg"), image[..., ::-1])
    monkeypatch.setattr(propagating, "open_session", lambda _: FakeSession())

    status = propagating.main(["--data", str(tmp_path), "--json"])

    rows = json.loads(capsys.readouterr().out)["results"]
    assert status == 0
    assert [(row["name"], row["peer"]) for row in rows] == [
        (f"propagate {kind}", "copied") for kind in ("small", "bent", "large")
    ]
    assert all(row["regions"] + row["gone"] == 1 for row in rows)
    (small, *_) = rows
    assert small["copied"] < 90 < small["moved"]
    assert small["redrawn"] == small["moved"]  # the fake draws the mask it is given
    assert small["median_ms"] > 0


def test_a_folder_without_regions_is_a_sentence(
    propagating: ModuleType,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(propagating, "open_session", lambda _: FakeSession())

    assert propagating.main(["--data", str(tmp_path)]) == 1
    assert "no SOURCE/NAME.jpg with a region" in capsys.readouterr().err
