"""The first looks are taken from several distances, the last one at the object's own scale."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sam3_annotator.model import BoxPrompt, Cancelled, PointPrompt, Prompt
from sam3_annotator.model.builtin import viewer as viewer_module
from sam3_annotator.model.builtin.asked import Asked, read_prompts
from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.looks import BuiltinEmbedding, Look, StemArrays
from sam3_annotator.model.builtin.runtime import Answer, Floats, Runtime
from sam3_annotator.model.builtin.viewer import MARGIN, Viewer
from sam3_annotator.model.builtin.zoom import Belief, Box, Pyramid
from sam3_annotator.model.session import never_cancelled


@pytest.fixture
def viewer(tiny_runtime: Runtime) -> Viewer:
    return Viewer(tiny_runtime)


def embed(viewer: Viewer, height: int, width: int) -> BuiltinEmbedding:
    pixels: NDArray[np.uint8] = np.random.default_rng(0).integers(0, 255, (height, width, 3)).astype(np.uint8)
    return viewer.embed(Pyramid(pixels, 64))


def clicks(embedding: BuiltinEmbedding, *points: tuple[float, float]) -> Asked:
    prompts: list[Prompt] = [PointPrompt(*point) for point in points]
    return read_prompts(prompts, embedding.image_size)


def belief_on(box: Box, side: int = 64) -> Belief:
    """Be sure of exactly this box."""
    width, height = box[2] - box[0], box[3] - box[1]
    chance = np.zeros((side, side), np.float32)
    chance[side // 4 : 3 * side // 4, side // 4 : 3 * side // 4] = 1
    return Belief(chance, (box[0] - width / 2, box[1] - height / 2, box[2] + width / 2, box[3] + height / 2))


def test_a_click_is_looked_at_from_afar_and_from_near(viewer: Viewer) -> None:
    embedding = embed(viewer, 300, 600)

    asked = clicks(embedding, (300.0, 150.0))

    looks = list(viewer.first_looks(embedding, asked))

    assert [look.view.window.span for look in looks] == [600, 240, 100]
    assert all(look.view.window.place(300, 150, 32) == (16, 16) for look in looks)


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_looks_taken_at_once_show_what_they_do_one_after_the_other(
    viewer: Viewer, tiny_weights: Path, tiny_graphs: Path, threads: int
) -> None:
    embedding = embed(viewer, 900, 1600)
    asked = clicks(embedding, (800.0, 450.0))
    several = Viewer(Runtime(tiny_weights, BuiltinConfig.tiny(), tiny_graphs, threads))

    expected, found = (list(one.first_looks(embedding, asked)) for one in (viewer, several))

    assert [look.view.window for look in found] == [look.view.window for look in expected]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one.chances, other.chances, atol=1e-5)


def test_looks_that_nobody_asks_for_are_not_taken(
    tiny_weights: Path, tiny_graphs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = Runtime(tiny_weights, BuiltinConfig.tiny(), tiny_graphs, threads=2)
    viewer = Viewer(runtime)
    embedding = embed(viewer, 900, 1600)
    answered: list[bool] = []
    answer = runtime.answer

    def count(stem: StemArrays, maps: Floats, *, beside_others: bool = False) -> Answer:
        answered.append(beside_others)
        return answer(stem, maps, beside_others=beside_others)

    monkeypatch.setattr(runtime, "answer", count)

    next(viewer.first_looks(embedding, clicks(embedding, (800.0, 450.0))))

    assert answered == [True, True]  # of four


def test_a_viewer_that_goes_takes_its_threads_along(tiny_weights: Path, tiny_graphs: Path) -> None:
    before = set(threading.enumerate())
    viewer = Viewer(Runtime(tiny_weights, BuiltinConfig.tiny(), tiny_graphs, threads=2))
    embedding = embed(viewer, 300, 600)
    list(viewer.first_looks(embedding, clicks(embedding, (300.0, 150.0))))
    own = set(threading.enumerate()) - before

    del viewer

    assert own
    for thread in own:
        thread.join(timeout=10)
        assert not thread.is_alive()


def test_a_large_image_is_looked_at_from_nearer_still(viewer: Viewer) -> None:
    embedding = embed(viewer, 900, 1600)

    looks = list(viewer.first_looks(embedding, clicks(embedding, (800.0, 450.0))))

    assert [round(look.view.window.span) for look in looks] == [1600, 640, 267, 100]


def test_no_window_is_nearer_than_the_clicks_lie_apart(viewer: Viewer) -> None:
    embedding = embed(viewer, 300, 600)

    near = list(viewer.first_looks(embedding, clicks(embedding, (250.0, 150.0), (350.0, 150.0))))
    far = list(viewer.first_looks(embedding, clicks(embedding, (20.0, 150.0), (580.0, 150.0))))

    assert [look.view.window.span for look in near] == [600, 240]
    assert [look.view.window.span for look in far] == [600]


def test_a_closer_look_shows_an_object_with_its_surroundings(viewer: Viewer) -> None:
    embedding = embed(viewer, 300, 600)
    asked = read_prompts([BoxPrompt(200, 100, 300, 160)], embedding.image_size)

    look = viewer.look_closer(embedding, asked, belief_on((200, 100, 300, 160)), None, never_cancelled)

    assert look.view.window.span == 100 * MARGIN
    assert look.view.window.place(250, 130, 64) == (32, 32)


def test_a_window_that_shows_the_object_well_is_kept(viewer: Viewer) -> None:
    embedding = embed(viewer, 300, 600)
    asked = read_prompts([BoxPrompt(200, 100, 300, 160)], embedding.image_size)
    first = viewer.look_closer(embedding, asked, belief_on((200, 100, 300, 160)), None, never_cancelled)
    moved = replace(first.view.window, x0=first.view.window.x0 + 10)

    again = viewer.look_closer(embedding, asked, belief_on((202, 101, 299, 160)), moved, never_cancelled)

    assert again.view.window == moved


CLICKS = (PointPrompt(250, 130), PointPrompt(230, 120), PointPrompt(280, 150), PointPrompt(211, 141))


@pytest.mark.parametrize(
    ("prompts", "is_the_same"),
    [
        pytest.param(CLICKS[:3], False, id="three clicks"),
        pytest.param(CLICKS, True, id="four clicks"),
        pytest.param((BoxPrompt(200, 100, 300, 160),), True, id="a box"),
        pytest.param((BoxPrompt(200, 100, 300, 160), *CLICKS[:1]), False, id="a box and a click"),
    ],
)
def test_where_details_are_left_it_is_the_same_to_look_at_the_mirror_image(
    viewer: Viewer, prompts: tuple[PointPrompt | BoxPrompt, ...], is_the_same: bool
) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (300, 600, 3)).astype(np.uint8)
    belief, belief_mirrored = belief_on((200, 100, 300, 160)), belief_on((300, 100, 400, 160))
    mirrored = [
        PointPrompt(600 - one.x, one.y)
        if isinstance(one, PointPrompt)
        else BoxPrompt(600 - one.x1, 100, 600 - one.x0, 160)
        for one in prompts
    ]

    def look(pixels: NDArray[np.uint8], prompts: Sequence[Prompt], belief: Belief) -> Look:
        embedding = viewer.embed(Pyramid(np.ascontiguousarray(pixels), 64))
        return viewer.look_closer(embedding, read_prompts(prompts, (300, 600)), belief, None, never_cancelled)

    one, other = look(pixels, prompts, belief), look(pixels[:, ::-1], mirrored, belief_mirrored)

    assert other.view.window == replace(one.view.window, x0=600 - one.view.window.x0 - one.view.window.span)
    assert np.allclose(one.chances, other.chances[:, :, ::-1], atol=1e-4) is is_the_same


def test_what_is_in_no_doubt_is_looked_at_once(viewer: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    embedding = embed(viewer, 300, 600)
    asked = read_prompts(CLICKS, embedding.image_size)

    def mirrored() -> list[bool]:
        embedding.views.clear()
        viewer.look_closer(embedding, asked, belief_on((200, 100, 300, 160)), None, never_cancelled)
        return [view.is_mirrored for view in embedding.views.values()]

    assert mirrored()[-1]
    monkeypatch.setattr(viewer_module, "DOUBTFUL_BELOW", 0.0)
    assert not any(mirrored())


def test_looking_can_be_cancelled(viewer: Viewer) -> None:
    embedding = embed(viewer, 300, 600)

    def cancel() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        viewer.look_closer(embedding, clicks(embedding, (300.0, 150.0)), None, None, cancel)


def test_a_box_is_looked_at_more_finely_than_clicks(tiny_runtime: Runtime) -> None:
    tiny_runtime.config = replace(tiny_runtime.config, box_side=96)
    viewer = Viewer(tiny_runtime)
    embedding = embed(viewer, 300, 600)
    box = BoxPrompt(200, 100, 400, 200)
    clicked = clicks(embedding, (300.0, 150.0))

    with_box = viewer.look_closer(embedding, read_prompts([box], (300, 600)), None, None, never_cancelled)
    without = viewer.look_closer(embedding, clicked, belief_on((200, 100, 400, 200)), None, never_cancelled)

    assert len(with_box.view.pixels) == 96
    assert len(without.view.pixels) == 64


def test_an_object_that_fills_its_window_is_looked_at_with_fewer_pixels(
    tiny_runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewer_module, "MOST_LOOKS", 1)  # what a random network answers would change the object
    tiny_runtime.config = replace(tiny_runtime.config, close_side=96)
    viewer = Viewer(tiny_runtime)
    embedding = embed(viewer, 300, 600)
    asked = clicks(embedding, (300.0, 150.0))

    small, large = (
        viewer.look_closer(embedding, asked, belief_on(box), None, never_cancelled)
        for box in ((250.0, 100.0, 350.0, 200.0), (50.0, 50.0, 550.0, 250.0))
    )

    assert len(small.view.pixels) == 96
    assert len(large.view.pixels) == 64
