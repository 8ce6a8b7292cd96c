"""Runs the network in ONNX Runtime: the graphs that ship, filled with the weights of a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.graphs import adds_bytes_exactly, open_graph, read_json
from sam3_annotator.model.builtin.likeness import Likeness
from sam3_annotator.model.builtin.looks import StemArrays
from sam3_annotator.model.builtin.quantization import RANGES, Plan, Values, quantize
from sam3_annotator.model.builtin.ranking import Ranking
from sam3_annotator.model.builtin.weights import check_weights, read_weights
from sam3_annotator.paths import resources_dir

Floats = NDArray[np.float32]
T = TypeVar("T")
R = TypeVar("R")

MOST_THREADS = 4
"""More gain little on views this small."""

GRAPHS = {
    "stem": ("stem.",),
    "answer": ("trunk.", "prompts.", "decoder."),
    "features": ("stem.", "trunk.stage3.", "trunk.stage4.", "trunk.stage5."),
}
"""Each graph, and how the names of its weights begin."""


class Answer(NamedTuple):
    """`logits` `(B, 4, S/2, S/2)`: merged, then part / object / whole; `score_logits` `(B, 4)`; float32."""

    logits: Floats
    score_logits: Floats


class Runtime:
    """The network as it answers; `network.py` is its definition, `training/builtin/graphs.py` writes its graphs."""

    def __init__(
        self,
        path: Path,
        config: BuiltinConfig,
        graphs: Path | None = None,
        threads: int | None = None,
        *,
        in_float: bool = False,
    ) -> None:
        """Load the weights of `path` into the graphs of a folder, those that ship by default.

        `config` is what the graphs were written from; `threads` are `count_threads()` by default. Inner convolutions of
        answers are in int8 where the weights say how they round and the processor can, unless all are to be `in_float`.
        Raises `ModelUnavailable` if a file cannot be read, or unless every weight is there and no other.
        """
        self.config = config
        weights = read_weights(path)
        folder = graphs or resources_dir() / "builtin" / "graphs"
        plan = Plan.of(read_json(folder / "int8.json"))
        ranges = weights.get(RANGES)
        rounded = {} if ranges is None else {RANGES: [plan.tensors, 2]}
        check_weights(path, weights, read_json(folder / "weights.json") | rounded)
        self.ranking = Ranking(weights)
        self.likeness = Likeness(weights)
        # The builds that go by Windows' own tracing know no variable: see the package's `__init__`.
        onnxruntime.disable_telemetry_events()
        values: dict[str, Values] = {name: _starting_with(weights, prefixes) for name, prefixes in GRAPHS.items()}
        files = {name: folder / f"{name}.onnx" for name in GRAPHS}
        self.is_in_int8 = ranges is not None and not in_float and adds_bytes_exactly(folder / "probe.onnx")
        if ranges is not None and self.is_in_int8:
            values["answer"] = quantize(_starting_with(weights, GRAPHS["answer"]), ranges, plan)
            files["answer"] = folder / "answer_int8.onnx"
        self.threads = threads or count_threads()
        wanted = [(name, self.threads) for name in GRAPHS]
        if self.threads > 1:
            wanted += [("stem", 1), ("answer", 1)]
        self._pool = ThreadPoolExecutor(self.threads, "look")
        # Opening one takes one thread, whatever it answers with.
        opened = self.at_once(lambda each: open_graph(files[each[0]], values[each[0]], each[1]), wanted)
        self._stem, self._answer, self._features = opened[:3]
        self._stem_beside, self._answer_beside = opened[3:] or opened[:2]
        self._values = values  # the graphs read them where they lie

    def encode(self, views: NDArray[np.uint8], *, beside_others: bool = False) -> StemArrays:
        """Encode views `(B, S, S, 3)` RGB; S is a multiple of 32.

        `beside_others` computes on one thread: for views that are encoded at the same time as others.
        """
        graph = self._stem_beside if beside_others else self._stem
        return StemArrays(*graph.run(None, {"pixels": views}))

    def answer(self, stem: StemArrays, maps: Floats, *, beside_others: bool = False) -> Answer:
        """Answer prompt maps `(B, 6, S, S)` on the stem's features of the same views; `beside_others` as for those."""
        graph = self._answer_beside if beside_others else self._answer
        return Answer(*graph.run(None, {"half": stem.half, "quarter": stem.quarter, "maps": maps}))

    def at_once(self, work: Callable[[T], R], things: Iterable[T]) -> list[R]:
        """Give what `work` makes of each of some things, each on a thread: looks are `beside_others` then."""
        return list(self._pool.map(work, things))

    def describe(self, pixels: NDArray[np.uint8]) -> Floats:
        """Give features `(H/8, W/8, C)` of a part of an image `(H, W, 3)`, nothing being asked of it.

        H and W are multiples of 16.
        """
        features: Floats = self._features.run(None, {"pixels": pixels[None]})[0][0]
        return features


def count_threads() -> int:
    """Count the threads to compute with: the processor's, `MOST_THREADS` at most, or what OMP_NUM_THREADS says."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    if wanted.isdecimal() and int(wanted):
        return int(wanted)
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MOST_THREADS, usable)


def _starting_with(weights: Mapping[str, Floats], prefixes: tuple[str, ...]) -> dict[str, Floats]:
    return {name: value for name, value in weights.items() if name.startswith(prefixes)}
