"""What answers is the network: the same numbers from its graphs, and no weights but those that fit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.numpy import save_file

from sam3_annotator.model import ModelUnavailable
from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.encoder import StemFeatures
from sam3_annotator.model.builtin.graphs import read_json
from sam3_annotator.model.builtin.looks import StemArrays
from sam3_annotator.model.builtin.network import BuiltinNetwork, normalise
from sam3_annotator.model.builtin.prompt_maps import draw_prompt_maps
from sam3_annotator.model.builtin.quantization import RANGES, Plan
from sam3_annotator.model.builtin.runtime import MOST_THREADS, Runtime, count_threads
from sam3_annotator.model.builtin.traits import TRAITS
from sam3_annotator.model.builtin.weights import FORMAT, fill_network, read_weights
from sam3_annotator.model.builtin.zoom import to_chance
from sam3_annotator.model.distinct import overlap
from sam3_annotator.paths import resources_dir
from training.builtin.int8_graph import round_convolutions

SHIPPED = resources_dir() / "builtin" / "builtin.safetensors"


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    return Runtime(SHIPPED, BuiltinConfig(), in_float=True)


@pytest.fixture(scope="module")
def rounding() -> Runtime:
    return Runtime(SHIPPED, BuiltinConfig())


@pytest.fixture(scope="module")
def network() -> BuiltinNetwork:
    network = BuiltinNetwork(BuiltinConfig()).eval().requires_grad_(False)
    fill_network(network, SHIPPED)
    return network


def to_view(pixels: NDArray[np.uint8]) -> torch.Tensor:
    return normalise(torch.from_numpy(pixels).permute(0, 3, 1, 2).float())


@pytest.mark.parametrize(("batch", "side"), [(1, 160), (1, 224), (1, 256), (3, 96), (2, 32)])
def test_the_shipped_graphs_answer_as_the_network(
    runtime: Runtime, network: BuiltinNetwork, batch: int, side: int
) -> None:
    rng = np.random.default_rng(side)
    pixels = rng.integers(0, 256, (batch, side, side, 3)).astype(np.uint8)
    maps = rng.random((batch, 6, side, side), np.float32)

    stem = runtime.encode(pixels)
    answer = runtime.answer(stem, maps)

    expected_stem = network.stem(to_view(pixels))
    np.testing.assert_allclose(stem.half, expected_stem.half.numpy(), atol=1e-4)
    np.testing.assert_allclose(stem.quarter, expected_stem.quarter.numpy(), atol=1e-4)
    expected = network(expected_stem, torch.from_numpy(maps))
    # Of logits up to 17 either side is off by as much as 2.7e-4 from the network in float64, on this noise.
    np.testing.assert_allclose(answer.logits, expected.logits.numpy(), atol=3e-4)
    np.testing.assert_allclose(answer.score_logits, expected.score_logits.numpy(), atol=1e-4)


def test_a_part_of_an_image_is_described_as_by_the_network(runtime: Runtime, network: BuiltinNetwork) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (112, 144, 3)).astype(np.uint8)

    described = runtime.describe(pixels)

    expected = network.describe(to_view(pixels[None]))[0].permute(1, 2, 0).numpy()
    # Sums of large and small features are rounded as the largest are.
    np.testing.assert_allclose(described, expected, atol=3e-6 * np.abs(expected).max())


def test_the_heads_answer_as_those_of_the_network(runtime: Runtime, network: BuiltinNetwork) -> None:
    rng = np.random.default_rng(0)
    guesses = rng.normal(0, 1, (5, TRAITS)).astype(np.float32)
    masks = rng.normal(0, 1, (5, 6)).astype(np.float32)

    ranking, head, told = runtime.ranking, network.ranking, torch.from_numpy(guesses)
    np.testing.assert_allclose(ranking.rank_starts(list(guesses)), head.rank_starts(told).sigmoid().numpy(), atol=1e-5)
    np.testing.assert_allclose(
        ranking.rank_answers(list(guesses)), head.rank_answers(told).sigmoid().numpy(), atol=1e-5
    )
    np.testing.assert_allclose(
        runtime.likeness.score(masks), network.likeness(torch.from_numpy(masks)).sigmoid().numpy(), atol=1e-6
    )


def test_the_graphs_of_other_sizes_answer_as_their_network(tiny_network: BuiltinNetwork, tiny_runtime: Runtime) -> None:
    rng = np.random.default_rng(0)
    half, quarter, maps = (rng.random((2, *shape), np.float32) for shape in ((8, 32, 32), (8, 16, 16), (6, 64, 64)))

    answer = tiny_runtime.answer(StemArrays(half, quarter), maps)

    with torch.no_grad():
        expected = tiny_network(StemFeatures(torch.from_numpy(half), torch.from_numpy(quarter)), torch.from_numpy(maps))
    np.testing.assert_allclose(answer.logits, expected.logits.numpy(), atol=5e-3)  # float16 on the way


def test_in_int8_it_answers_nearly_as_in_float(runtime: Runtime, rounding: Runtime) -> None:
    pixels = np.asarray(Image.open(resources_dir() / "samples" / "cat.jpg").resize((224, 224)).convert("RGB"))
    stem = runtime.encode(pixels[None])
    overlaps, errors = [], []
    for point in [(112, 112, True), (60, 90, True), (112, 40, True), (20, 200, True)]:
        maps = draw_prompt_maps(224, [point], None)[None]
        exact, rounded = runtime.answer(stem, maps), rounding.answer(stem, maps)
        overlaps += [overlap(*pair) for pair in zip(exact.logits[0] > 0, rounded.logits[0] > 0, strict=True)]
        errors += list(np.abs(to_chance(exact.score_logits) - to_chance(rounded.score_logits))[0])

    assert rounding.is_in_int8
    assert not runtime.is_in_int8
    assert np.mean(overlaps) > 0.97
    assert np.mean(errors) < 0.03


def test_a_processor_that_cannot_add_bytes_exactly_answers_in_float(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sam3_annotator.model.builtin.runtime.adds_bytes_exactly", lambda _: False)
    rng = np.random.default_rng(0)
    stem = runtime.encode(rng.integers(0, 256, (1, 64, 64, 3)).astype(np.uint8))
    maps = rng.random((1, 6, 64, 64), np.float32)

    other = Runtime(SHIPPED, BuiltinConfig())

    assert not other.is_in_int8
    np.testing.assert_allclose(other.answer(stem, maps).logits, runtime.answer(stem, maps).logits, atol=1e-5)


def test_weights_that_say_nothing_of_rounding_answer_in_float(tiny_runtime: Runtime) -> None:
    assert not tiny_runtime.is_in_int8


def test_ranges_of_another_number_are_refused(tiny_weights: Path, tiny_graphs: Path) -> None:
    save_file(
        read_weights(tiny_weights) | {RANGES: np.zeros((3, 2), np.float32)}, tiny_weights, metadata={"format": FORMAT}
    )

    with pytest.raises(ModelUnavailable, match=f"does not fit.*{RANGES}"):
        Runtime(tiny_weights, BuiltinConfig.tiny(), tiny_graphs)


def test_what_is_rounded_in_the_shipped_graph_is_what_would_be_rounded_now() -> None:
    folder = resources_dir() / "builtin" / "graphs"
    made = round_convolutions(onnx.load(folder / "answer.onnx", load_external_data=False))

    assert Plan.of(read_json(folder / "int8.json")) == made.plan
    assert (folder / "answer_int8.onnx").read_bytes() == made.graph.SerializeToString(deterministic=True)


@pytest.mark.parametrize("name", ["stem", "answer", "features"])
def test_the_shipped_graphs_hold_no_weights(name: str) -> None:
    weights = read_weights(SHIPPED)
    graph = onnx.load(resources_dir() / "builtin" / "graphs" / f"{name}.onnx", load_external_data=False).graph

    assert {weight.name: tuple(weight.dims) for weight in graph.initializer} == {
        weight.name: weights[weight.name].shape for weight in graph.initializer
    }
    assert not any(weight.raw_data or weight.float_data for weight in graph.initializer)


def test_weights_of_another_size_are_refused(tiny_weights: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"tiny\.safetensors does not fit this version's built-in model"):
        Runtime(tiny_weights, BuiltinConfig())


@pytest.mark.parametrize("name", ["stem.conv.conv.bias", "decoder.masks.weight", "likeness.linear.bias"])
def test_weights_that_lack_one_are_refused(tiny_weights: Path, tiny_graphs: Path, name: str) -> None:
    weights = read_weights(tiny_weights)
    del weights[name]
    save_file(weights, tiny_weights, metadata={"format": FORMAT})

    with pytest.raises(ModelUnavailable, match=f"does not fit.*{name}"):
        Runtime(tiny_weights, BuiltinConfig.tiny(), tiny_graphs)


@pytest.mark.parametrize("name", ["decoder.more.weight", "more.weight"])
def test_weights_that_nothing_takes_are_refused(tiny_weights: Path, tiny_graphs: Path, name: str) -> None:
    weights = read_weights(tiny_weights) | {name: np.zeros(3, np.float32)}
    save_file(weights, tiny_weights, metadata={"format": FORMAT})

    with pytest.raises(ModelUnavailable, match=f"does not fit.*{name}"):
        Runtime(tiny_weights, BuiltinConfig.tiny(), tiny_graphs)


def test_a_head_of_another_size_is_refused(tiny_weights: Path, tiny_graphs: Path) -> None:
    weights = read_weights(tiny_weights) | {"ranking.mlp.0.bias": np.zeros(3, np.float32)}
    save_file(weights, tiny_weights, metadata={"format": FORMAT})

    with pytest.raises(ModelUnavailable, match="does not fit"):
        Runtime(tiny_weights, BuiltinConfig.tiny(), tiny_graphs)


@pytest.mark.parametrize("name", ["weights.json", "int8.json", "stem.onnx", "answer.onnx", "features.onnx"])
@pytest.mark.parametrize("content", [None, b"nothing of the kind"])
def test_a_graph_that_cannot_be_read_is_a_sentence(
    tiny_weights: Path, tiny_graphs: Path, tmp_path: Path, name: str, content: bytes | None
) -> None:
    spoilt = tmp_path / "graphs"
    shutil.copytree(tiny_graphs, spoilt)
    (spoilt / name).unlink()
    if content is not None:
        (spoilt / name).write_bytes(content)

    with pytest.raises(ModelUnavailable, match=rf"cannot be read from .*{name}.*; reinstall"):
        Runtime(tiny_weights, BuiltinConfig.tiny(), spoilt)


def test_whoever_limits_threads_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert count_threads() == 7

    monkeypatch.delenv("OMP_NUM_THREADS")
    assert 1 <= count_threads() <= MOST_THREADS


def test_onnx_runtime_gives_the_machine_no_name_and_reports_nothing(isolated_user: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}

    subprocess.run([sys.executable, "-c", "import sam3_annotator, onnxruntime"], env=environment, check=True)

    assert [path for path in isolated_user.rglob("*") if "microsoft" in path.name.lower()] == []
