"""The shipped weights: how good their masks are on the test pictures, and how fast they come.

The pictures are the sample photographs, which the weights never saw; their masks were drawn by hand.
"""

from __future__ import annotations

import time
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sam3_annotator.model import BoxPrompt, MaskPrompt, PointPrompt, Prompt, open_session
from sam3_annotator.model.builtin.session import BuiltinSession
from sam3_annotator.paths import resources_dir

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def session() -> BuiltinSession:
    opened = open_session("builtin")
    assert isinstance(opened, BuiltinSession)
    return opened


@pytest.fixture(scope="module")
def figures(session: BuiltinSession, clicks: ModuleType) -> dict[str, float]:
    """IoU after one and three clicks and for a box, in percent, over the twenty regions of the test pictures."""
    words = SimpleNamespace(regions=100, seed=0, scale=1.0, clicks=3)
    folder = ROOT / "tests" / "data" / "clicks" / "samples"
    tallies: dict[str, Any] = clicks.try_source({"builtin": session}, folder, words, clicks.Sloppiness())
    summary: dict[str, float] = tallies["builtin"].summary(3)
    return summary


@pytest.mark.parametrize(("figure", "least"), [("iou@1", 86.5), ("iou@3", 94.5), ("box", 92.9)])
def test_the_shipped_weights_are_as_good_as_when_they_shipped(
    figures: dict[str, float], figure: str, least: float
) -> None:
    assert figures["regions"] == 20
    assert figures[figure] >= least


def test_predicted_ious_tell_good_masks_from_bad_ones(session: BuiltinSession, clicks: ModuleType) -> None:
    predicted: list[float] = []
    true: list[float] = []
    for path, masks in clicks.list_regions(ROOT / "tests" / "data" / "clicks" / "samples", 100, 0):
        embedding = session.embed(clicks.read_rgb(path))
        for mask in masks:
            x, y, _ = clicks.click_on(mask, 0.0, np.random.default_rng(0))
            found = session.segment(embedding, [PointPrompt(x, y)])
            predicted += found.predicted_iou.tolist()
            true += [clicks.iou(one, mask) for one in found.masks]

    assert np.corrcoef(predicted, true)[0, 1] > 0.4


@pytest.mark.parametrize("prompt", [PointPrompt(2817, 1311), BoxPrompt(2795, 1289, 2839, 1333)])
def test_an_object_of_40_pixels_in_12_megapixels_is_found(session: BuiltinSession, prompt: Prompt) -> None:
    rows, columns = np.mgrid[:3000, :4000]
    image = np.stack([90 + 40 * np.sin(columns / 90), 110 + 30 * np.cos(rows / 70), 80 + rows / 60], 2).astype(np.uint8)
    disc = (columns - 2817) ** 2 + (rows - 1311) ** 2 < 20**2
    image[disc] = (230, 60, 40)

    found = session.segment(session.embed(image), [prompt])

    overlap = np.count_nonzero(found.masks[0] & disc) / np.count_nonzero(found.masks[0] | disc)
    assert overlap > 0.85


def test_the_weights_are_small_and_have_their_card() -> None:
    folder = resources_dir() / "builtin"

    assert (folder / "builtin.safetensors").stat().st_size <= 20_000_000
    assert "Licence" in (folder / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_a_click_is_answered_in_good_time(session: BuiltinSession) -> None:
    embedding = session.embed(np.zeros((480, 640, 3), np.uint8))
    seconds = []
    for number in range(5):
        started = time.process_time()
        session.segment(embedding, [PointPrompt(100 + number, 200)])
        seconds.append(time.process_time() - started)

    assert min(seconds) < 1.0  # the promise is 50 ms; a test machine may be slow, and busy


def test_a_click_after_cycling_corrects_the_candidate_shown(session: BuiltinSession, clicks: ModuleType) -> None:
    """A click in its middle leaves more of a candidate than the same click after the first answer would."""
    kept: list[float] = []
    kept_otherwise: list[float] = []
    for path, masks in clicks.list_regions(ROOT / "tests" / "data" / "clicks" / "samples", 20, 0):
        embedding = session.embed(clicks.read_rgb(path))
        for first in (_click_on(mask, clicks) for mask in masks):
            offered = session.segment(embedding, [first])
            for candidate, logits in zip(offered.masks[1:], offered.low_res_logits[1:], strict=True):
                again = _click_on(candidate, clicks)
                corrected = session.segment(embedding, [first, MaskPrompt(logits), again]).masks[0]
                kept.append(clicks.iou(corrected, candidate))
                kept_otherwise.append(clicks.iou(session.segment(embedding, [first, again]).masks[0], candidate))

    assert len(kept) > 5
    assert np.mean(kept) > np.mean(kept_otherwise) + 0.05  # 0.11 more; 0.085 with OpenCV 4, which rounds otherwise


def _click_on(mask: Any, clicks: ModuleType) -> PointPrompt:
    x, y, _ = clicks.click_on(mask, 0.0, np.random.default_rng(0))
    return PointPrompt(x, y)
