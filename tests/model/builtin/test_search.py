"""A search tries likely places first, ends in time, and finds nothing twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sam3_annotator.model import Cancelled
from sam3_annotator.model.builtin import search
from sam3_annotator.model.builtin.candidates import Candidate
from sam3_annotator.model.builtin.feature_map import FeatureMap
from sam3_annotator.model.builtin.likeness import Portrait
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.portraits import GridMask, portray
from sam3_annotator.model.builtin.runtime import Runtime
from sam3_annotator.model.builtin.search import Example, Found, Search, drop_duplicates
from sam3_annotator.model.builtin.weights import save_weights
from sam3_annotator.model.builtin.zoom import Pyramid, ViewWindow
from sam3_annotator.model.session import never_cancelled

SQUARES = [(16, 16), (64, 16), (16, 48), (80, 56)]
"""Column and row on the grid of four alike squares of 16 steps; a step is two pixels of the image."""


@pytest.fixture
def features() -> FeatureMap:
    """24 x 32 cells of 4 steps, with the squares on a ground of another kind."""
    values = np.zeros((24, 32, 3), np.float32)
    values[..., 0] = 1.0
    for column, row in SQUARES:
        values[row // 4 : row // 4 + 4, column // 4 : column // 4 + 4] = (0.0, 1.0, 0.0)
    return FeatureMap(values, values * 3, 0.5)


@pytest.fixture
def pyramid() -> Pyramid:
    return Pyramid(np.random.default_rng(0).integers(0, 255, (192, 256, 3)).astype(np.uint8), 64)


def square(features: FeatureMap, column: int, row: int, side: int = 16) -> GridMask:
    on = np.zeros(features.grid_shape, np.bool_)
    on[row : row + side, column : column + side] = True
    return GridMask(0, 0, on)


def example(features: FeatureMap, *, positive: bool = True) -> Example:
    mask = square(features, *SQUARES[0])
    return Example(mask, portray(mask, features), (32.0, 32.0), positive)


@pytest.fixture
def places(
    tiny_runtime: Runtime, pyramid: Pyramid, features: FeatureMap, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[int, int]]:
    """Where a search clicks and puts boxes, in turn, when no mask is ever good."""
    tried: list[tuple[int, int]] = []
    monkeypatch.setattr(Search, "_try", lambda _self, batch, _with_box: tried.extend(batch))
    Search(tiny_runtime, pyramid, features, [example(features)]).run(never_cancelled)
    return tried


def test_places_like_the_exemplar_are_tried_first(places: list[tuple[int, int]], features: FeatureMap) -> None:
    first = places[: 4 * len(SQUARES)]  # the peak of each is four steps wide

    for column, row in SQUARES:
        assert any(square(features, column, row).holds(*place) for place in first)


def test_a_search_without_success_ends_after_some_looks(
    tiny_runtime: Runtime, pyramid: Pyramid, features: FeatureMap, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[bool] = []
    monkeypatch.setattr(Search, "_try", lambda _self, batch, with_box: tried.extend([with_box] * len(batch)))
    monkeypatch.setattr(search, "LEAST_LIKELY", -9.0)  # every place of the lattice is worth a try
    monkeypatch.setattr(search, "PATIENCE", 16)

    Search(tiny_runtime, pyramid, features, [example(features)]).run(never_cancelled)

    assert tried == [False] * 16 + [True] * 16


def test_a_place_on_a_good_mask_is_not_tried_again(
    tiny_runtime: Runtime, pyramid: Pyramid, features: FeatureMap, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_boxes: list[tuple[int, int]] = []

    def find_the_first_square(one: Search, batch: list[tuple[int, int]], with_box: bool) -> None:
        if with_box:
            with_boxes.extend(batch)
        else:
            one.found.append(found(features, *SQUARES[0], 0.9))

    monkeypatch.setattr(Search, "_try", find_the_first_square)
    Search(tiny_runtime, pyramid, features, [example(features)]).run(never_cancelled)

    assert with_boxes
    assert not any(square(features, *SQUARES[0]).holds(*place) for place in with_boxes)


def test_every_find_holds_its_place_and_is_of_a_size_with_the_exemplar(
    tiny_network: BuiltinNetwork,
    tiny_weights: Path,
    tiny_graphs: Path,
    pyramid: Pyramid,
    features: FeatureMap,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "LEAST_SCORE", 0.0)
    torch.nn.init.constant_(tiny_network.decoder.masks.bias, 0.2)  # so that random masks are not all empty
    save_weights(tiny_network, tiny_weights)
    runtime = Runtime(tiny_weights, tiny_network.config, tiny_graphs)
    one = Search(runtime, pyramid, features, [example(features)])

    one.run(never_cancelled)

    assert one.found
    assert all(16 * 16 / 4 < each.mask.count < 16 * 16 * 4 for each in one.found)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_places_looked_at_by_several_threads_show_what_one_sees(
    tiny_network: BuiltinNetwork,
    tiny_weights: Path,
    tiny_graphs: Path,
    pyramid: Pyramid,
    features: FeatureMap,
    monkeypatch: pytest.MonkeyPatch,
    count: int,
) -> None:
    monkeypatch.setattr(search, "MOST_TIMES", np.inf)
    torch.nn.init.constant_(tiny_network.decoder.masks.bias, 0.2)
    save_weights(tiny_network, tiny_weights)
    places = [(8 + 2 * number, 10) for number in range(count)]

    seen = []
    for threads in (1, 3):
        runtime = Runtime(tiny_weights, tiny_network.config, tiny_graphs, threads)
        seen.append(list(Search(runtime, pyramid, features, [example(features)]).look(places, with_box=False)))

    assert len(seen[0]) == len(seen[1]) > 0
    for (one, _), (other, _) in zip(*seen, strict=True):
        assert one.window == other.window
        np.testing.assert_allclose(one.chance, other.chance, atol=1e-5)


def test_an_unwanted_example_lowers_what_is_like_it(
    tiny_runtime: Runtime, pyramid: Pyramid, features: FeatureMap
) -> None:
    candidate = Candidate(np.ones((32, 32), np.float32), 0.9, ViewWindow(0, 0, 256))
    portrait = portray(square(features, *SQUARES[1]), features)
    alone = Search(tiny_runtime, pyramid, features, [example(features)])
    torn = Search(tiny_runtime, pyramid, features, [example(features), example(features, positive=False)])

    assert torn._score(portrait, candidate) == pytest.approx(alone._score(portrait, candidate) / 2)


def test_a_search_can_be_cancelled(tiny_runtime: Runtime, pyramid: Pyramid, features: FeatureMap) -> None:
    def cancel() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        Search(tiny_runtime, pyramid, features, [example(features)]).run(cancel)


def found(features: FeatureMap, column: int, row: int, score: float, side: int = 16) -> Found:
    mask = square(features, column, row, side)
    portrait: Portrait = portray(mask, features)
    return Found(Candidate(mask.on.astype(np.float32), 0.9, ViewWindow(0, 0, 256)), mask, portrait, score)


def test_of_masks_that_share_most_the_best_is_kept(features: FeatureMap) -> None:
    worse, better = found(features, 16, 16, 0.6), found(features, 18, 16, 0.8)

    assert drop_duplicates([worse, better]) == [better]


def test_a_part_inside_a_better_mask_goes(features: FeatureMap) -> None:
    whole, part = found(features, 16, 16, 0.8, side=24), found(features, 20, 20, 0.6, side=8)

    assert drop_duplicates([part, whole]) == [whole]


def test_neighbours_that_overlap_a_little_stay(features: FeatureMap) -> None:
    left, right = found(features, 16, 16, 0.6), found(features, 29, 16, 0.8)

    assert drop_duplicates([left, right]) == [right, left]


def test_masks_are_compared_on_the_grid(features: FeatureMap) -> None:
    kept: list[NDArray[np.bool_]] = [
        one.mask.on for one in drop_duplicates([found(features, *at, 0.5) for at in SQUARES])
    ]

    assert len(kept) == len(SQUARES)
