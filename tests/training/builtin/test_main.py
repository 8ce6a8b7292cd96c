"""A run goes from a folder of pictures to a weights file, however few pictures there are to validate on."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.weights import read_weights, save_weights
from training.builtin import __main__ as program, fit
from training.builtin.pictures import PictureFile, split_pictures
from training.builtin.questions import OpenRuntime
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings

WritePicture = Callable[[Path, NDArray[np.uint16]], None]

SETTINGS = """
updates = 2
batch = 2
clicks_per_batch = 2
sides = [64]
validation_share = 0.5
validation_regions = 2
score_batches = 4
ranking_regions = 4
likeness_pictures = 2
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[dict[str, float]]]:
    """Train the tiny network on the pictures in `data`, and write `run`; gives the log."""
    monkeypatch.setattr(program, "BuiltinConfig", BuiltinConfig.tiny)
    save_weights(BuiltinNetwork(BuiltinConfig.tiny()), tmp_path / "start.safetensors")
    (tmp_path / "settings.toml").write_text(SETTINGS)
    (tmp_path / "data").mkdir()

    words = ["--data=data", "--out=run", "--start=start.safetensors", "--settings=settings.toml"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["builtin", *words])

    def train() -> list[dict[str, float]]:
        program.main()
        return [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]

    return train


@pytest.fixture
def ranked_on(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Take down the sources of what each ranking is fitted on."""
    seen: list[list[str]] = []
    fit_ranking = fit.fit_ranking

    def take_down(
        network: BuiltinNetwork,
        open_runtime: OpenRuntime,
        makers: Sequence[SampleMaker],
        settings: TrainingSettings,
        workers: int,
    ) -> dict[str, float]:
        seen.extend(maker.sources for maker in makers)
        return fit_ranking(network, open_runtime, makers, settings, workers)

    monkeypatch.setattr(fit, "fit_ranking", take_down)
    return seen


def name_pictures(folder: Path, *, is_validation: bool) -> list[Path]:
    """Give two paths, of a source of their own, that the split puts on one side."""
    source = "unseen" if is_validation else "learnt"
    files = [PictureFile(source, folder / source / f"{number}.jpg") for number in range(20)]
    return [file.path for file in split_pictures(files, 0.5)[is_validation]][:2]


def test_a_run_learns_from_some_pictures_and_ranks_on_the_others_too(
    run: Callable[[], list[dict[str, float]]],
    ranked_on: list[list[str]],
    tmp_path: Path,
    write_picture: WritePicture,
    six_discs: NDArray[np.uint16],
) -> None:
    for is_validation in (False, True):
        for path in name_pictures(tmp_path / "data", is_validation=is_validation):
            write_picture(path, six_discs)

    begun, validated, fitted = run()

    assert (begun["pictures"], begun["validation"]) == (2, 2)
    assert (validated["updates"], "iou@1" in validated, "score_error" in fitted) == (2, True, True)
    assert ranked_on == [["learnt"], ["unseen"]]
    before, after = read_weights(tmp_path / "start.safetensors"), read_weights(tmp_path / "run/builtin.safetensors")
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    assert {"ranking.answer.0.bias", "decoder.score.mlp.0.bias"} <= changed
    assert any(name.startswith("trunk.") for name in changed)


@pytest.mark.parametrize("blank_pictures", [0, 2])
def test_a_run_without_a_region_to_validate_on_goes_by_those_it_learns_from(
    blank_pictures: int,
    run: Callable[[], list[dict[str, float]]],
    ranked_on: list[list[str]],
    tmp_path: Path,
    write_picture: WritePicture,
    six_discs: NDArray[np.uint16],
) -> None:
    learnt = name_pictures(tmp_path / "data", is_validation=False)
    blank = name_pictures(tmp_path / "data", is_validation=True)[:blank_pictures]
    for path in learnt + blank:
        write_picture(path, six_discs if path in learnt else np.zeros_like(six_discs))

    begun, validated, fitted = run()

    assert (begun["pictures"], begun["validation"]) == (2, blank_pictures)
    assert validated == {"updates": 2}
    assert "score_error" in fitted
    assert ranked_on == [["learnt"]]
    assert (tmp_path / "run" / "builtin.safetensors").exists()


def test_the_log_tells_of_each_click_the_mean_of_its_batches() -> None:
    """Loss, IoU of the merged mask, best IoU and what overflowed, of two clicks on two batches."""
    batches = [
        torch.tensor(one)
        for one in ([[1.0, 0.5, 0.6, 0], [0.8, 0.7, 0.7, 1]], [[3.0, 0.7, 0.8, 0], [0.6, 0.9, 0.9, 0]])
    ]

    told = program._average(batches)

    first = {"loss1": 2.0, "iou1": 0.6, "best1": 0.7, "left_out1": 0.0}
    assert told == first | {"loss2": 0.7, "iou2": 0.8, "best2": 0.8, "left_out2": 0.5}


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("--start=lost.safetensors", "There is no file lost.safetensors"),
        ("--settings=lost.toml", "There is no file lost.toml"),
        ("--start=settings.toml", "settings.toml"),
        ("--out=settings.toml", "settings.toml is a file; name a folder."),
        ("--device=nowhere", "Nothing can be computed on nowhere"),
        ("--data=lost", "There is nothing to learn from in lost"),
        ("--data=lost.sam3proj", "There is no project at"),
    ],
)
def test_slip_in_the_words_is_told_before_anything_is_made(
    run: Callable[[], list[dict[str, float]]],
    write_picture: WritePicture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    word: str,
    sentence: str,
) -> None:
    write_picture(
        tmp_path / "data" / "source" / "a.jpg", np.kron(np.eye(2, dtype=np.uint16), np.ones((40, 40), np.uint16))
    )
    monkeypatch.setattr(sys, "argv", [*sys.argv, word])

    with pytest.raises(SystemExit, match="2"):
        run()

    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
