"""The exemplar benchmark: its counting, and its document."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest

from sam3_annotator.model import ConceptPrompt, Detection, Exemplar


@pytest.fixture
def labels() -> np.ndarray:
    """Four squares of 10, 12, 14 and 16 pixels."""
    made = np.zeros((60, 60), np.uint16)
    for number, (x, y) in enumerate([(2, 2), (30, 2), (2, 30), (30, 30)], start=1):
        side = 8 + 2 * number
        made[y : y + side, x : x + side] = number
    return made


class Finder:
    """Finds the exemplar, and a corner where nothing is."""

    name, device, capabilities = "Finder", "CPU", frozenset({"exemplars"})

    def embed(self, image: np.ndarray, **_: object) -> np.ndarray:
        return image

    def detect(self, embedding: np.ndarray, concept: ConceptPrompt, **_: object) -> Detection:
        masks = np.zeros((2, *embedding.shape[:2]), np.bool_)
        (one,) = concept.exemplars
        masks[0, int(one.y0) : int(one.y1), int(one.x0) : int(one.x1)] = True
        masks[1, 50:, 50:] = True
        return Detection(masks, np.zeros((2, 4), np.float32), np.array([0.9, 0.8], np.float32), 0.9)


def test_the_exemplar_is_the_instance_of_median_area(exemplars: ModuleType, labels: np.ndarray) -> None:
    assert exemplars.exemplar_of(labels) == Exemplar(2.0, 30.0, 16.0, 44.0)


def test_an_instance_counts_once_and_its_double_is_wrong(exemplars: ModuleType, labels: np.ndarray) -> None:
    masks = np.stack([labels == 1, labels == 1, labels == 2, labels == 9])
    masks[3, 50:, 50:] = True

    assert exemplars.match(masks, labels) == (2, 1)


def test_a_find_that_overlaps_too_little_is_wrong(exemplars: ModuleType, labels: np.ndarray) -> None:
    mask = labels == 4
    mask[:, 38:] = False

    assert exemplars.match(mask[None], labels) == (1, 0)
    mask[:, 37:] = False
    assert exemplars.match(mask[None], labels) == (0, 0)


def test_the_document_has_recall_and_both_precisions(
    exemplars: ModuleType,
    labels: np.ndarray,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "squares").mkdir()
    cv2.imwrite(str(tmp_path / "squares" / "one.jpg"), np.zeros((60, 60, 3), np.uint8))
    cv2.imwrite(str(tmp_path / "squares" / "one.png"), labels)
    monkeypatch.setattr(exemplars, "open_session", lambda _: Finder())

    status = exemplars.main(["--data", str(tmp_path), "--json"])

    (row,) = json.loads(capsys.readouterr().out)["results"]
    assert status == 0
    assert row["name"] == "exemplars squares"
    assert (row["recall"], row["precision"], row["lenient"]) == (25.0, 50.0, 100.0)


def test_pictures_with_too_few_instances_are_a_sentence(
    exemplars: ModuleType,
    labels: np.ndarray,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "squares").mkdir()
    cv2.imwrite(str(tmp_path / "squares" / "one.jpg"), np.zeros((60, 60, 3), np.uint8))
    cv2.imwrite(str(tmp_path / "squares" / "one.png"), labels)
    monkeypatch.setattr(exemplars, "open_session", lambda _: Finder())

    assert exemplars.main(["--data", str(tmp_path), "--least", "5"]) == 1
    assert "no SOURCE/NAME.jpg with 5 instances" in capsys.readouterr().err


def test_without_words_it_measures_on_the_pictures_of_the_tests(
    exemplars: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exemplars, "open_session", lambda _: Finder())

    assert exemplars.main(["--json"]) == 0

    (row,) = json.loads(capsys.readouterr().out)["results"]
    assert (row["name"], row["pictures"]) == ("exemplars samples", 1)
