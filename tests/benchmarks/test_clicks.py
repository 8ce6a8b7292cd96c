"""The click benchmark: its protocol, and its document."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest

from sam3_annotator.model import ConceptPrompt, Detection, Embedding, Prompt, Segmentation


class Half:
    """A session that answers a first click with the left half of the image, and a second with all but its place."""

    name, device, capabilities = "Half", "CPU", frozenset({"points", "boxes"})

    def embed(self, image: np.ndarray, **_: object) -> Embedding:
        return image  # type: ignore[return-value]  # opaque to everybody else

    def segment(self, embedding: np.ndarray, prompts: list[Prompt], **_: object) -> Segmentation:
        mask = np.zeros((1, *embedding.shape[:2]), np.bool_)
        mask[:, :, : embedding.shape[1] // 2 if len(prompts) == 1 else None] = True
        return Segmentation(mask, np.ones(1, np.float32), mask.astype(np.float32))

    def detect(self, embedding: Embedding, concept: ConceptPrompt, **_: object) -> Detection:
        raise NotImplementedError


def test_the_first_click_is_at_the_centre_and_the_next_on_the_error(clicks: ModuleType) -> None:
    truth = np.zeros((21, 41), np.bool_)
    truth[:, :21] = True
    rng = np.random.default_rng(0)

    first = clicks.next_click(np.zeros_like(truth), truth, 0.0, rng)
    assert (first.x, first.y, first.positive) == (10.5, 10.5, True)

    guess = np.ones_like(truth)
    second = clicks.next_click(guess, truth, 0.0, rng)
    assert not second.positive
    assert second.x > 21
    assert clicks.next_click(truth, truth, 0.0, rng) is None


def test_a_sloppy_click_still_lies_in_the_area(clicks: ModuleType) -> None:
    truth = np.zeros((30, 30), np.bool_)
    truth[5:25, 8:20] = True
    rng = np.random.default_rng(0)

    for _ in range(30):
        x, y, _ = clicks.click_on(truth, 0.6, rng)
        assert truth[int(y), int(x)]


def test_a_region_is_tallied_click_by_click(clicks: ModuleType) -> None:
    truth = np.zeros((40, 40), np.bool_)
    truth[:, :30] = True
    tally = clicks.Tally()

    clicks.try_region(Half(), np.zeros((40, 40, 3), np.uint8), truth, 3, clicks.Sloppiness(), tally)

    assert tally.ious == [[pytest.approx(20 / 30), pytest.approx(30 / 40), pytest.approx(30 / 40)]]
    assert tally.box_ious == [pytest.approx(20 / 30)]


def test_the_document_has_every_source_and_their_mean(
    clicks: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for source in ("a", "b"):
        (tmp_path / source).mkdir()
        labels = np.zeros((40, 40), np.uint16)
        labels[:, :30] = 1
        cv2.imwrite(str(tmp_path / source / "one.jpg"), np.zeros((40, 40, 3), np.uint8))
        cv2.imwrite(str(tmp_path / source / "one.png"), labels)
    monkeypatch.setattr(clicks, "open_session", lambda _: Half())

    status = clicks.main(["--data", str(tmp_path), "--clicks", "3", "--peer", "other", "--json"])

    rows = json.loads(capsys.readouterr().out)["results"]
    assert status == 0
    assert [(row["name"], row["session"]) for row in rows] == [
        (f"clicks {source}", session) for session in ("builtin", "other") for source in ("a", "b", "mean")
    ]
    assert all(row["iou@1"] == pytest.approx(66.7) for row in rows)
    assert all(row["noc@80"] == 3 and row["peer"] == "other" for row in rows)
    assert all(row["median_ms"] <= row["p99_ms"] for row in rows)


def test_a_folder_without_pictures_is_a_sentence(
    clicks: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clicks, "open_session", lambda _: Half())

    assert clicks.main(["--data", str(tmp_path)]) == 1
    assert "no SOURCE/NAME.jpg" in capsys.readouterr().err


def test_the_shipped_test_pictures_have_their_masks(clicks: ModuleType) -> None:
    folder = Path(__file__).parents[1] / "data" / "clicks" / "samples"

    found = list(clicks.list_regions(folder, 100, 0))

    assert len(found) == 8
    assert sum(len(masks) for _, masks in found) == 20
