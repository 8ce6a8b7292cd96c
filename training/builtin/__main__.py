"""Trains the built-in model: `python -m training.builtin --data FOLDER --out FOLDER`."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TextIO

import cv2
import torch
from torch import Tensor

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.network import BuiltinNetwork
from training.builtin.fit import fit
from training.builtin.pictures import PictureCache, split_pictures
from training.builtin.pretrained import find_pretrained, load_encoder
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings
from training.builtin.trainer import LOGGED, Trainer
from training.builtin.validation import make_trials, measure
from training.builtin.words import add_data_words, fill_from_named, list_named, read_named_settings, require_files


def main() -> None:
    """Read the words, then train until the run is over; the same words again go on with a stopped run."""
    parser = argparse.ArgumentParser(prog="python -m training.builtin", description=__doc__)
    add_data_words(parser)
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for checkpoint.pt, log.jsonl and builtin.safetensors"
    )
    parser.add_argument(
        "--start", type=Path, help="weights to go on from, such as resources/builtin/builtin.safetensors"
    )
    parser.add_argument("--encoder", type=Path, help="the .pth of EfficientNet-Lite2, if its package is not installed")
    parser.add_argument("--device", default="cpu", help="cpu if left out, or cuda")
    parser.add_argument("--workers", type=int, default=0, help="processes that draw samples, besides this one")
    parser.add_argument("--cache-gb", type=float, default=4.0, help="memory for decoded pictures")
    parser.add_argument(
        "--minutes", type=float, help="end the run after so many minutes of training; then come the fits"
    )
    words = parser.parse_args()
    torch.set_num_threads(words.threads)
    cv2.setNumThreads(1)
    require_files(parser, words.start, words.encoder)
    if words.out.is_file():
        parser.error(f"{words.out} is a file; name a folder.")
    _require_device(parser, words.device)
    settings = read_named_settings(parser, words.settings)
    files = list_named(parser, words.data)
    train, validation = split_pictures(files, settings.validation_share)
    if not train:
        parser.error(f"There is nothing to learn from in {', '.join(map(str, words.data))}.")
    network = BuiltinNetwork(BuiltinConfig())
    if words.start is not None:
        fill_from_named(parser, network, words.start)
    else:
        load_encoder(network, words.encoder or find_pretrained())
    words.out.mkdir(parents=True, exist_ok=True)
    samples = SampleMaker(PictureCache(train, int(words.cache_gb * 2**30)), settings)
    unseen = SampleMaker(PictureCache(validation), settings)
    trainer = Trainer(
        network, samples, settings, words.out, device=words.device, workers=words.workers, minutes=words.minutes
    )
    resumed = trainer.resume()
    with (words.out / "log.jsonl").open("a", encoding="utf-8") as log:
        _write(log, {"pictures": len(train), "validation": len(validation), "resumed": resumed})
        _run(trainer, settings, unseen, log)
        _write(log, fit(trainer.average, samples, unseen, settings, words.out / "builtin.safetensors", words.workers))


def _require_device(parser: argparse.ArgumentParser, device: str) -> None:
    """End with a sentence if the device is none of this machine."""
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:  # PyTorch without CUDA raises the latter
        parser.error(f"Nothing can be computed on {device} here ({str(error).splitlines()[0]}); try cpu.")


def _run(trainer: Trainer, settings: TrainingSettings, unseen: SampleMaker, log: TextIO) -> None:
    trials = make_trials(unseen, settings)
    saved = time.monotonic()
    since: list[Tensor] = []
    while trainer.share_done < 1:
        since.append(trainer.train_batch())
        if len(since) == 20:
            minutes = round(trainer.progress.seconds / 60, 3)
            _write(log, {"updates": trainer.progress.updates, "minutes": minutes} | _average(since))
            since.clear()
        if time.monotonic() - saved > 600:
            trainer.save()
            _write(log, {"updates": trainer.progress.updates} | measure(trainer.average, trials))
            saved = time.monotonic()
    trainer.save()
    _write(log, {"updates": trainer.progress.updates} | measure(trainer.average, trials))


def _average(logged: list[Tensor]) -> dict[str, float]:
    clicks = torch.stack(logged).mean(0).tolist()
    return {
        f"{name}{click}": round(value, 4)
        for click, values in enumerate(clicks, 1)
        for name, value in zip(LOGGED, values, strict=True)
    }


def _write(log: TextIO, values: dict[str, float]) -> None:
    log.write(json.dumps(values) + "\n")
    log.flush()


if __name__ == "__main__":
    main()
