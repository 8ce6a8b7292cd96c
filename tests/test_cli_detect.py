"""`detect` writes a mask for each instance of a concept, and a list of all; or says why not."""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco_mask

from sam3_annotator import cli
from sam3_annotator.commands import detect, model_options
from sam3_annotator.model import ConceptPrompt, Exemplar
from sam3_annotator.model.sam3.session import Sam3Session
from sam3_annotator.project import read_image


@pytest.fixture
def photo(make_image: Any) -> Path:
    return make_image("photo é.png", width=120, height=80)


@pytest.fixture
def opened(tiny_session: Sam3Session, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Let the command open a tiny SAM 3; gives how it was opened."""
    asked: list[tuple[str, ...]] = []

    def open_tiny(*choice: str, progress: object) -> Sam3Session:
        asked.append(choice)
        return tiny_session

    monkeypatch.setattr(model_options, "open_session", open_tiny)
    return asked


def _threshold(session: Sam3Session, photo: Path, concept: ConceptPrompt) -> float:
    """Give the middle of all scores."""
    found = session.detect(session.embed(read_image(photo)), concept, threshold=0)
    return round(float(np.median(found.scores)), 6)


def _results(out: Path) -> dict[str, Any]:
    return json.loads((out / "detections.json").read_text(encoding="utf-8"))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools with NumPy 2
@pytest.mark.usefixtures("opened")
def test_masks_and_results_are_what_the_session_finds(
    photo: Path, tiny_session: Sam3Session, capsys: pytest.CaptureFixture[str]
) -> None:
    out = photo.parent / "new" / "found"
    threshold = _threshold(tiny_session, photo, ConceptPrompt("cat"))

    assert cli.run(["detect", str(photo), "--out", str(out), "--phrase", " cat", "--threshold", str(threshold)]) == 0

    found = tiny_session.detect(tiny_session.embed(read_image(photo)), ConceptPrompt("cat"), threshold=threshold)
    results = _results(out)
    assert 0 < len(found.masks) < 10
    assert len(results["detections"]) == len(found.masks)
    for row, mask, box, score in zip(results["detections"], found.masks, found.boxes_xyxy, found.scores, strict=True):
        with Image.open(out / row["mask"]) as image:
            np.testing.assert_array_equal(np.asarray(image), mask.astype(np.uint8) * 255)
        np.testing.assert_array_equal(coco_mask.decode(row["segmentation"]), mask)
        assert row["bbox"] == pytest.approx([box[0], box[1], box[2] - box[0], box[3] - box[1]], abs=2e-3)
        assert row["score"] == pytest.approx(score)
    assert results["presence"] == pytest.approx(found.presence)
    assert (results["phrase"], results["threshold"], results["exemplars"]) == ("cat", threshold, [])
    assert (results["image"], results["width"], results["height"]) == (photo.name, 120, 80)
    assert sorted(path.name for path in out.iterdir()) == sorted(
        ["detections.json", *(row["mask"] for row in results["detections"])]
    )
    assert f"{out}: {len(found.masks)} above" in capsys.readouterr().out


@pytest.mark.usefixtures("opened")
def test_exemplars_are_looked_for_alone_and_beside_a_phrase(photo: Path, tiny_session: Sam3Session) -> None:
    out = photo.parent / "found"
    boxes = ["--exemplar", "10,20,60,70", "--negative-exemplar", "70,5,110,40"]
    exemplars = (Exemplar(10, 20, 60, 70), Exemplar(70, 5, 110, 40, positive=False))
    embedding = tiny_session.embed(read_image(photo))

    for phrase, words in (("", []), ("cat", ["--phrase", "cat"])):
        assert cli.run(["detect", str(photo), "--out", str(out), *boxes, *words, "--threshold", "0"]) == 0

        found = tiny_session.detect(embedding, ConceptPrompt(phrase, exemplars), threshold=0)
        results = _results(out)
        assert [row["score"] for row in results["detections"]] == pytest.approx(found.scores.tolist())
        assert results["exemplars"] == [
            {"box_xyxy": [10, 20, 60, 70], "positive": True},
            {"box_xyxy": [70, 5, 110, 40], "positive": False},
        ]


def test_model_device_and_dtype_are_passed_on(photo: Path, opened: list[tuple[str, ...]]) -> None:
    words = ["detect", str(photo), "--out", str(photo.parent / "found"), "--phrase", "cat"]

    assert cli.run([*words, "--model", "my/sam3.pt", "--device", "cuda:1", "--dtype", "float16"]) == 0
    assert cli.run(words) == 0

    assert opened == [("my/sam3.pt", "cuda:1", "float16"), ("builtin", "auto", "auto")]


@pytest.mark.usefixtures("opened")
def test_nothing_found_is_an_answer(photo: Path) -> None:
    out = photo.parent / "found"

    assert cli.run(["detect", str(photo), "--out", str(out), "--phrase", "cat", "--threshold", "1"]) == 0

    assert _results(out)["detections"] == []
    assert 0 < _results(out)["presence"] < 1


@pytest.mark.usefixtures("opened")
@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux lets names of files be any bytes.")
def test_a_name_that_is_no_unicode_is_written_so_that_it_can_be_read_back(photo: Path) -> None:
    renamed = photo.rename(photo.with_name(os.fsdecode(b"caf\xe9.png")))
    out = photo.parent / "found"

    assert cli.run(["detect", str(renamed), "--out", str(out), "--phrase", "été"]) == 0

    assert _results(out)["image"] == renamed.name
    assert '"été"' in (out / "detections.json").read_text(encoding="utf-8")


@pytest.mark.usefixtures("opened")
def test_masks_of_an_earlier_run_do_not_stay(photo: Path) -> None:
    words = ["detect", str(photo), "--out", str(photo.parent / "found"), "--phrase", "cat", "--threshold"]
    cli.run([*words, "0"])

    assert cli.run([*words, "1"]) == 0

    assert [path.name for path in (photo.parent / "found").iterdir()] == ["detections.json"]


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_run_that_ends_while_it_writes_leaves_everything_as_it_was(
    is_first: bool, error: BaseException, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = photo.parent / "found"
    words = ["detect", str(photo), "--out", str(out), "--phrase", "cat", "--threshold"]
    if not is_first:
        cli.run([*words, "0"])
    before = {path: path.read_bytes() for path in photo.parent.rglob("*") if path.is_file()}
    masks = [b"the first mask"]

    def encode(_mask: object) -> bytes:
        if not masks:
            raise error
        return masks.pop()

    monkeypatch.setattr(detect, "mask_png", encode)

    assert cli.run([*words, "0"]) in (1, 130)

    assert {path: path.read_bytes() for path in photo.parent.rglob("*") if path.is_file()} == before
    assert out.exists() is not is_first


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("name", ["holiday.txt", "mask-7.png"])
def test_a_folder_with_other_files_is_left_alone(name: str, photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = photo.parent / "found"
    out.mkdir()
    (out / name).touch()

    assert cli.run(["detect", str(photo), "--out", str(out), "--phrase", "cat"]) == 1

    assert "holds other files already" in capsys.readouterr().err
    assert [path.name for path in out.iterdir()] == [name]


@pytest.mark.usefixtures("opened")
def test_a_folder_somebody_has_looked_into_counts_as_empty(photo: Path) -> None:
    out = photo.parent / "found"
    out.mkdir()
    (out / ".DS_Store").touch()

    assert cli.run(["detect", str(photo), "--out", str(out), "--phrase", "cat"]) == 0

    assert (out / "detections.json").exists()


@pytest.mark.usefixtures("opened")
def test_a_mask_that_the_user_kept_under_another_name_is_not_deleted(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = photo.parent / "found"
    words = ["detect", str(photo), "--out", str(out), "--phrase", "cat", "--threshold", "1"]
    cli.run(words)
    (out / "mask-1-corrected.png").touch()

    assert cli.run(words) == 1

    assert "holds other files already" in capsys.readouterr().err
    assert (out / "mask-1-corrected.png").exists()


@pytest.mark.usefixtures("opened")
def test_a_file_in_place_of_the_folder_is_told(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["detect", str(photo), "--out", str(photo), "--phrase", "cat"]) == 1

    assert "cannot be used as a folder" in capsys.readouterr().err


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("option", ["--exemplar", "--negative-exemplar"])
def test_exemplar_outside_the_image_is_refused_with_its_size(
    option: str, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = photo.parent / "found"

    assert cli.run(["detect", str(photo), "--out", str(out), "--phrase", "cat", option, "5,5,121,9"]) == 1

    assert "120 x 80 pixels" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    ("model", "way"),
    [("builtin", "show an example with --exemplar alone."), ("grabcut", "point at each object with “segment”.")],
)
def test_a_model_without_phrases_says_what_helps(
    model: str, way: str, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = photo.parent / "found"

    assert cli.run(["detect", str(photo), "--out", str(out), "--phrase", "cat", "--model", model]) == 1

    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.endswith(f"takes no phrases; name a whole SAM 3 checkpoint with --model, or {way}")
    assert not out.exists()


def test_a_missing_checkpoint_is_told(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["detect", str(photo), "--out", str(photo.parent / "found"), "--phrase", "cat"]

    assert cli.run([*words, "--model", str(photo.with_name("sam3.pt"))]) == 1

    assert "no file or folder" in capsys.readouterr().err
