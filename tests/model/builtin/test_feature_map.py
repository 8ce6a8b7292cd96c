"""A feature map lies over its image, at the scale of the objects, and hardly shows its tiles."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sam3_annotator.model import Cancelled
from sam3_annotator.model.builtin import feature_map
from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.feature_map import CELL, GRID_PER_CELL, FeatureMap, map_features
from sam3_annotator.model.builtin.runtime import Runtime
from sam3_annotator.model.builtin.zoom import Pyramid
from sam3_annotator.model.session import never_cancelled
from sam3_annotator.paths import resources_dir


@pytest.fixture
def scene() -> NDArray[np.uint8]:
    """`(240, 400, 3)`: noise, the right half of it bright."""
    pixels = np.random.default_rng(2).integers(0, 80, (240, 400, 3)).astype(np.uint8)
    pixels[:, 200:] += 150
    return pixels


def features_of(runtime: Runtime, pixels: NDArray[np.uint8], object_side: float = 48.0) -> FeatureMap:
    return map_features(runtime, Pyramid(pixels, 64), object_side, never_cancelled)


def test_objects_are_encoded_at_one_size(tiny_runtime: Runtime, scene: NDArray[np.uint8]) -> None:
    as_it_is = features_of(tiny_runtime, scene, 48.0)
    enlarged = features_of(tiny_runtime, scene, 24.0)

    assert as_it_is.features.shape[:2] == (240 // CELL, 400 // CELL)
    assert enlarged.features.shape[:2] == (480 // CELL, 800 // CELL)
    assert as_it_is.steps == pytest.approx(GRID_PER_CELL / CELL)


def test_an_area_of_the_grid_is_one_of_the_image(tiny_runtime: Runtime, scene: NDArray[np.uint8]) -> None:
    found = features_of(tiny_runtime, scene)

    assert found.area(0, 0, found.grid_shape) == pytest.approx((0, 0, 400, 240))
    assert found.area(8, 16, (4, 2)) == pytest.approx((32, 16, 36, 24))


def test_features_and_colours_change_where_the_image_does(tiny_runtime: Runtime, scene: NDArray[np.uint8]) -> None:
    found = features_of(tiny_runtime, scene)
    edge = 200 // CELL

    for values in (found.features, found.colours):
        left, right = values[:, : edge - 2].mean((0, 1)), values[:, edge + 2 :].mean((0, 1))
        assert np.abs(left - right).max() > 1.0


def test_tiles_hardly_leave_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = Runtime(resources_dir() / "builtin" / "builtin.safetensors", BuiltinConfig())
    cat = np.asarray(Image.open(resources_dir() / "samples" / "cat.jpg").convert("RGB"))
    whole = features_of(shipped, cat)
    monkeypatch.setattr(feature_map, "TILE", 96)
    tiled = features_of(shipped, cat)

    # The sign of a whitened direction is free; lengths are not. Without an overlap it would be 0.18.
    lengths = [np.linalg.norm(one.features, axis=2) for one in (whole, tiled)]
    differences = np.abs(lengths[0] - lengths[1]) / lengths[0].mean()
    assert 0 < np.quantile(differences, 0.95) < 0.06


def test_no_direction_says_more_than_another(tiny_runtime: Runtime, scene: NDArray[np.uint8]) -> None:
    values = features_of(tiny_runtime, scene).features
    flat = values.reshape(-1, values.shape[2])

    covariance = flat.T @ flat / len(flat)
    assert np.abs(flat.mean(0)).max() < 0.01
    assert np.abs(covariance - np.diag(np.diag(covariance))).max() < 0.01
    assert np.diag(covariance).max() <= 1.0


def test_a_cancelled_map_stops_between_tiles(tiny_runtime: Runtime, scene: NDArray[np.uint8]) -> None:
    asked: list[int] = []

    def cancelled_at_the_second() -> None:
        asked.append(1)
        if len(asked) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        map_features(tiny_runtime, Pyramid(scene, 64), 12.0, cancelled_at_the_second)
