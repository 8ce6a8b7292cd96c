"""`--parts` finds what is too small for the model in the whole image, once each and whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sam3_annotator import cli
from sam3_annotator.commands import model_options
from sam3_annotator.model import Detection
from sam3_annotator.project import ProjectStore

LARGE = (60, 60, 130, 130)
SMALL = ((10, 10, 22, 22), (70, 20, 82, 32), (150, 20, 162, 32), (176, 176, 188, 188), (20, 150, 32, 162))
SMALLEST_SEEN = 0.1
"""Of the side of what the model sees."""


class ShortSighted:
    """Finds what is bright, but nothing smaller than a tenth of what it sees."""

    name, device = "Short-sighted", "CPU"
    capabilities = frozenset({"phrases"})

    def __init__(self) -> None:
        self.embedded = 0

    def embed(self, image: NDArray[np.uint8], **_: object) -> Any:
        self.embedded += 1
        return _Seen(image)

    def detect(self, embedding: Any, *_: object, **__: object) -> Detection:
        bright = (embedding.image[..., 0] > 100).astype(np.uint8)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(bright)
        least = SMALLEST_SEEN * max(bright.shape)
        seen = [number for number, (_, _, w, h, _) in enumerate(stats) if number and max(w, h) >= least]
        masks = np.array([labels == number for number in seen]).reshape(-1, *bright.shape)
        boxes = [(x, y, x + w, y + h) for x, y, w, h, _ in stats[seen].tolist()]
        scores = np.full(len(seen), 0.9, np.float32)
        return Detection(masks, np.array(boxes, np.float32).reshape(-1, 4), scores, 1.0)

    segment = detect


class _Seen:
    """The image itself."""

    nbytes = 1

    def __init__(self, image: NDArray[np.uint8]) -> None:
        self.image = image
        self.image_size = image.shape[0], image.shape[1]


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> ShortSighted:
    opened = ShortSighted()
    monkeypatch.setattr(model_options, "open_session", lambda *_, **__: opened)
    return opened


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a project of one image with one large thing and five small ones."""
    pixels = np.zeros((200, 200, 3), dtype=np.uint8)
    for x0, y0, x1, y1 in (LARGE, *SMALL):
        pixels[y0:y1, x0:x1] = 255
    (tmp_path / "photos").mkdir()
    Image.fromarray(pixels).save(tmp_path / "photos/a.png")
    with ProjectStore.create(tmp_path / "a.sam3proj", image_roots=[tmp_path / "photos"]) as store:
        return store.path


def boxes(project: Path) -> list[tuple[float, ...]]:
    with ProjectStore.open(project, read_only=True) as store:
        return sorted(each.region.box_xyxy for image in store.images() for each in store.instances(image.id))


def test_small_things_are_found_in_parts_and_the_large_one_in_the_whole(project: Path, session: ShortSighted) -> None:
    assert cli.run(["autolabel", str(project), "--phrase", "thing"]) == 0
    assert boxes(project) == [LARGE]

    assert cli.run(["autolabel", str(project), "--phrase", "thing", "--parts", "3"]) == 0

    assert boxes(project) == sorted([LARGE, *SMALL])
    assert session.embedded == 1 + 1 + 9
    assert cli.run(["autolabel", str(project), "--phrase", "thing", "--parts", "3"]) == 0
    assert len(boxes(project)) == 6  # nothing twice


def test_what_one_phrase_has_found_is_not_found_by_another(project: Path, session: ShortSighted) -> None:
    arguments = ["autolabel", str(project), "--phrase", "thing", "--phrase", "spot", "--parts", "3"]

    assert cli.run(arguments) == 0

    assert boxes(project) == sorted([LARGE, *SMALL])
    with ProjectStore.open(project, read_only=True) as store:
        assert [category.name for category in store.categories()] == ["thing"]
    assert session.embedded == 1 + 9


@pytest.mark.parametrize("count", ["0", "17", "many"])
def test_a_number_of_parts_that_makes_no_sense_is_refused(
    project: Path, session: ShortSighted, count: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["autolabel", str(project), "--phrase", "thing", "--parts", count]) == 2
    assert "--parts" in capsys.readouterr().err


def test_detect_writes_the_masks_of_small_things_just_as_the_model_sees_them(
    project: Path, session: ShortSighted, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo, out = project.parent / "photos/a.png", tmp_path / "found"

    assert cli.run(["detect", str(photo), "--out", str(out), "--phrase", "thing", "--parts", "3"]) == 0

    results = json.loads((out / "detections.json").read_text(encoding="utf-8"))
    found = {}
    for row in results["detections"]:
        x, y, width, height = map(int, row["bbox"])
        found[x, y, x + width, y + height] = mask = np.asarray(Image.open(out / row["mask"]))
        assert (mask[y : y + height, x : x + width] == 255).all()
        assert mask.sum() == 255 * width * height
    assert sorted(found) == sorted([LARGE, *SMALL])
    assert results["parts"] == 3
    assert "presence" not in results
    assert session.embedded == 1 + 9
    assert "6 above 0.5, in 3 parts along the longer side" in capsys.readouterr().out


def test_detect_in_parts_finds_nothing_where_there_is_nothing(session: ShortSighted, tmp_path: Path) -> None:
    photo, out = tmp_path / "dark.png", tmp_path / "found"
    Image.fromarray(np.zeros((200, 200, 3), np.uint8)).save(photo)

    assert cli.run(["detect", str(photo), "--out", str(out), "--phrase", "thing", "--parts", "2"]) == 0

    assert json.loads((out / "detections.json").read_text(encoding="utf-8"))["detections"] == []


def test_detect_in_parts_refuses_examples(
    project: Path, session: ShortSighted, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo, words = project.parent / "photos/a.png", ["--parts", "2", "--exemplar", "10,10,22,22"]

    assert cli.run(["detect", str(photo), "--out", str(tmp_path / "found"), *words]) == 2

    assert "--phrase alone" in " ".join(capsys.readouterr().err.split())
    assert not session.embedded
