"""Measures the ranges by which the program rounds to int8: `python -m training.builtin.ranges`, or at a run's end."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.graphs import open_graph
from sam3_annotator.model.builtin.looks import StemArrays
from sam3_annotator.model.builtin.network import BuiltinNetwork
from sam3_annotator.model.builtin.runtime import Answer, Runtime
from sam3_annotator.model.builtin.weights import read_weights, save_weights
from sam3_annotator.paths import resources_dir
from training.builtin.int8_graph import round_convolutions
from training.builtin.pictures import PictureCache, split_pictures
from training.builtin.questions import collect
from training.builtin.samples import SampleMaker
from training.builtin.settings import TrainingSettings
from training.builtin.words import (
    add_data_words,
    fill_from_named,
    list_named,
    read_named_settings,
    require_files,
    require_writable,
)

REGIONS = 60
"""So many regions are asked for; each takes a dozen looks or more."""

LOOKS = 160
"""Of all looks, so many are measured."""

VALUES_A_LOOK = 2048
"""Of each tensor and look, so many values are kept."""

SHARES = tuple(np.linspace(0.3, 1, 36).tolist())
"""A range may end at these parts of the furthest value: what few values lose there, all others gain in finer steps."""

Floats = NDArray[np.float32]


class _Listener(Runtime):
    """Answers in float32, and keeps what it was asked."""

    def __init__(self, weights: Path, config: BuiltinConfig, graphs: Path) -> None:
        super().__init__(weights, config, graphs, torch.get_num_threads(), in_float=True)
        self.asked: list[tuple[StemArrays, Floats]] = []

    def answer(self, stem: StemArrays, maps: Floats, *, beside_others: bool = False) -> Answer:
        self.asked.append((stem, maps))
        return super().answer(stem, maps, beside_others=beside_others)


def measure_ranges(
    weights: Path, config: BuiltinConfig, graphs: Path, samples: SampleMaker, settings: TrainingSettings
) -> Floats | None:
    """Give the range `(N, 2)` of each tensor that is rounded, as the session's looks at pictures of `samples` show it.

    `weights` are answered with in the graphs of a folder, written for `config`. None where no region is large enough to
    ask for.
    """
    rng = np.random.default_rng(settings.seed + 4)
    listener = _Listener(weights, config, graphs)
    collect(listener, samples, REGIONS, rng)
    if not listener.asked:
        return None
    looks = [listener.asked[index] for index in rng.permutation(len(listener.asked))[:LOOKS]]
    return np.array([find_range(values) for values in _observe(weights, graphs, looks, rng)], np.float32)


def find_range(values: Floats) -> tuple[float, float]:
    """Give the range, lowest and highest, whose 256 steps come closest to values `(N,)`: least squares."""
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)

    def error(share: float) -> float:
        step = max(share * (high - low) / 255, 1e-12)
        zero_point = round(-share * low / step)
        rounded = np.clip(np.rint(values / step) + zero_point, 0, 255)
        return float((((rounded - zero_point) * step - values) ** 2).mean())

    best = min(SHARES, key=error)
    return best * low, best * high


def _observe(
    weights: Path, graphs: Path, looks: Sequence[tuple[StemArrays, Floats]], rng: np.random.Generator
) -> list[Floats]:
    """Give values of each tensor that is rounded, drawn from what these looks make of it, and the furthest."""
    graph = onnx.load(graphs / "answer.onnx", load_external_data=False)
    tensors = round_convolutions(graph).tensors
    graph.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in tensors)
    names = {weight.name for weight in graph.graph.initializer}
    values = {name: value for name, value in read_weights(weights).items() if name in names}
    seen: list[list[Floats]] = [[] for _ in tensors]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "observed.onnx"
        onnx.save(graph, path)
        session = open_graph(path, values, torch.get_num_threads())
    for stem, maps in looks:
        given = {"half": stem.half, "quarter": stem.quarter, "maps": maps}
        for values_seen, tensor in zip(seen, session.run(list(tensors), given), strict=True):
            flat = tensor.ravel()
            drawn = flat[rng.integers(0, flat.size, VALUES_A_LOOK)]
            values_seen.append(np.append(drawn, (flat.min(), flat.max())).astype(np.float32))
    return [np.concatenate(values_seen) for values_seen in seen]


def main() -> None:
    """Read the words, measure on the pictures that training learnt from, and write the weights with the ranges."""
    parser = argparse.ArgumentParser(prog="python -m training.builtin.ranges", description=__doc__)
    add_data_words(parser)
    parser.add_argument("--weights", type=Path, required=True, help="the weights to round")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    words = parser.parse_args()
    torch.set_num_threads(words.threads)
    cv2.setNumThreads(1)
    require_files(parser, words.weights)
    require_writable(parser, words.out)
    settings = read_named_settings(parser, words.settings)
    files = list_named(parser, words.data)
    learned, _ = split_pictures(files, settings.validation_share)
    if not learned:
        parser.error(f"There is nothing to measure in {', '.join(map(str, words.data))}.")
    samples = SampleMaker(PictureCache(learned), settings)
    network = BuiltinNetwork(BuiltinConfig())
    fill_from_named(parser, network, words.weights)
    graphs = resources_dir() / "builtin" / "graphs"
    save_weights(network, words.out, measure_ranges(words.weights, network.config, graphs, samples, settings))


if __name__ == "__main__":
    main()
