"""Fits what is read off a finished network, and writes its weights: `python -m training.builtin.fit`.

That is the predicted IoU, then the ranges by which it is rounded, then what ranks guesses, then the likeness to
exemplars; the rest stays as it is.
"""

from __future__ import annotations

import argparse
import tempfile
from functools import partial
from pathlib import Path

import cv2
import torch

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.runtime import Runtime
from sam3_annotator.model.builtin.weights import save_weights
from training.builtin.graphs import write_graphs
from training.builtin.likeness import fit_likeness
from training.builtin.pictures import PictureCache, split_pictures
from training.builtin.ranges import measure_ranges
from training.builtin.ranking import fit_ranking
from training.builtin.samples import SampleMaker
from training.builtin.scores import fit_scores
from training.builtin.settings import TrainingSettings
from training.builtin.words import (
    add_data_words,
    fill_from_named,
    list_named,
    read_named_settings,
    require_files,
    require_writable,
)


def fit(
    network: BuiltinNetwork,
    samples: SampleMaker,
    unseen: SampleMaker,
    settings: TrainingSettings,
    path: Path,
    workers: int = 0,
) -> dict[str, float]:
    """Fit all of it in place, and write the weights to `path`; gives what to log.

    `samples` are drawn from the pictures that the network learnt from, `unseen` from those that it never saw, if they
    show any region. The ranking's questions are asked in so many more processes.
    """
    found = fit_scores(network, samples, settings)
    save_weights(network, path)
    # What comes now is learnt from the answers that users get.
    with tempfile.TemporaryDirectory() as folder:
        write_graphs(network.config, Path(folder))
        ranges = measure_ranges(path, network.config, Path(folder), samples, settings)
        save_weights(network, path, ranges)
        open_runtime = partial(Runtime, path, network.config, Path(folder))
        threads = torch.get_num_threads()
        makers = [samples, unseen] if unseen.has_regions() else [samples]
        asking = partial(open_runtime, threads=1 if workers else threads)
        found |= fit_ranking(network, asking, makers, settings, workers)
        found |= fit_likeness(network, open_runtime(threads=threads), samples, settings)
    save_weights(network, path, ranges)
    return found


def main() -> None:
    """Read the words, then fit on the pictures that training learnt from, and on those it left for validation."""
    parser = argparse.ArgumentParser(prog="python -m training.builtin.fit", description=__doc__)
    add_data_words(parser)
    parser.add_argument("--weights", type=Path, required=True, help="the weights to start from")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    parser.add_argument("--workers", type=int, default=0, help="processes that ask for regions, besides this one")
    words = parser.parse_args()
    torch.set_num_threads(words.threads)
    cv2.setNumThreads(1)
    require_files(parser, words.weights)
    require_writable(parser, words.out)
    settings = read_named_settings(parser, words.settings)
    files = list_named(parser, words.data)
    train, validation = split_pictures(files, settings.validation_share)
    if not train:
        parser.error(f"There is nothing to learn from in {', '.join(map(str, words.data))}.")
    samples, unseen = (SampleMaker(PictureCache(some), settings) for some in (train, validation))
    network = BuiltinNetwork(BuiltinConfig())
    fill_from_named(parser, network, words.weights)
    network.eval().requires_grad_(False)
    for name, value in fit(network, samples, unseen, settings, words.out, words.workers).items():
        print(f"{name} {value:.3f}")


if __name__ == "__main__":
    main()
