"""Writes the graphs that the program runs: `python -m training.builtin.graphs`, after each change of the network.

A graph holds no weights: the program takes them from the weights file, by the names that they have in the network.
"""

from __future__ import annotations

import argparse
import io
import json
import warnings
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from sam3_annotator.model.builtin.config import BuiltinConfig
from sam3_annotator.model.builtin.encoder import SameConv, StemFeatures
from sam3_annotator.model.builtin.network import BuiltinNetwork, normalise
from sam3_annotator.model.builtin.prompt_maps import PROMPT_MAPS
from sam3_annotator.model.builtin.weights import name_weights
from sam3_annotator.paths import resources_dir
from training.builtin.int8_graph import leave_out, round_convolutions

OPSET = 20
"""The first with GELU."""

IR_VERSION = 9
"""Of the files, as torch writes them."""

SIDE = 96
"""Of the views that are sent through the network to see what it computes; it goes for every side."""

AXES = {0: "batch", 2: "height", 3: "width"}
AXES_OF_PIXELS = {0: "batch", 1: "height", 2: "width"}


def write_graphs(config: BuiltinConfig, folder: Path) -> None:
    """Write `stem.onnx`, `answer.onnx` and `features.onnx`; see `runtime.Runtime` for what they take and give.

    `answer_int8.onnx` answers with its inner convolutions in int8, which are listed in `int8.json`; `probe.onnx` tells
    whether a processor can. `weights.json` holds the name and shape of every weight, those of the heads included.
    """
    network = BuiltinNetwork(config).eval().requires_grad_(False)
    paddings = _pad_evenly(network)
    pixels = torch.zeros(2, SIDE, SIDE, 3, dtype=torch.uint8)
    half = torch.zeros(2, config.stages[0].out_channels, SIDE // 2, SIDE // 2)
    quarter = torch.zeros(2, config.stages[1].out_channels, SIDE // 4, SIDE // 4)
    maps = torch.zeros(2, PROMPT_MAPS, SIDE, SIDE)
    graphs = {
        "stem": _trace(
            network,
            lambda pixels: network.stem(_to_view(pixels)),
            {"pixels": (pixels, AXES_OF_PIXELS)},
            {"half": AXES, "quarter": AXES},
        ),
        "answer": _trace(
            network,
            lambda half, quarter, maps: network(StemFeatures(half, quarter), maps),
            {"half": (half, AXES), "quarter": (quarter, AXES), "maps": (maps, AXES)},
            {"logits": AXES, "score_logits": {0: "batch"}},
        ),
        "features": _trace(
            network,
            lambda pixels: network.describe(_to_view(pixels)).permute(0, 2, 3, 1),
            {"pixels": (pixels, AXES_OF_PIXELS)},
            {"features": AXES_OF_PIXELS},
        ),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for graph in graphs.values():
        _leave_weights_out(graph)
        _pad_as_the_network(graph, paddings)
    rounded = round_convolutions(graphs["answer"])
    graphs |= {"answer_int8": rounded.graph, "probe": make_probe()}
    for name, graph in graphs.items():
        (folder / f"{name}.onnx").write_bytes(graph.SerializeToString(deterministic=True))
    (folder / "int8.json").write_text(json.dumps(asdict(rounded.plan), indent=1) + "\n", encoding="utf-8")
    shapes = {name: list(value.shape) for name, value in name_weights(network).items()}
    lines = ",\n".join(f"{json.dumps(name)}: {shape}" for name, shape in shapes.items())
    (folder / "weights.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


def _to_view(pixels: Tensor) -> Tensor:
    return normalise(pixels.permute(0, 3, 1, 2).float())


class _Part(nn.Module):
    """What one graph computes, as the module that the exporter wants."""

    def __init__(self, network: BuiltinNetwork, compute: Callable[..., object]) -> None:
        super().__init__()
        self.network = network
        self.compute = compute

    def forward(self, *inputs: Tensor) -> object:
        return self.compute(*inputs)


def _trace(
    network: BuiltinNetwork,
    compute: Callable[..., object],
    inputs: dict[str, tuple[Tensor, dict[int, str]]],
    outputs: dict[str, dict[int, str]],
) -> onnx.ModelProto:
    """Export what is computed of named inputs; their axes with names take any size."""
    written = io.BytesIO()
    with warnings.catch_warnings():
        # The tracing exporter is deprecated, and warns of every size that it takes for a constant. It keeps the names
        # of the weights, and takes half a second where its successor takes twenty.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Part(network, compute),
            tuple(example for example, _ in inputs.values()),
            written,  # type: ignore[arg-type]  # torch's stub knows paths only
            dynamo=False,
            opset_version=OPSET,
            # Neither merges batch norms nor turns weights: they are to stay as they are in the weights file.
            training=torch.onnx.TrainingMode.PRESERVE,
            do_constant_folding=False,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes={name: axes for name, (_, axes) in inputs.items()} | outputs,
        )
    return onnx.load_from_string(written.getvalue())


def _pad_evenly(network: BuiltinNetwork) -> dict[str, list[int]]:
    """Let strided convolutions pad on all sides, which torch can do; gives by weight what ONNX can: more below."""
    paddings = {}
    for name, module in network.named_modules():
        if isinstance(module, SameConv) and module.extra is not None:
            before, after = module.extra[:2]
            module.conv.padding, module.extra = (after, after), None
            paddings[f"{name}.conv.weight"] = [before, before, after, after]
    return paddings


def _pad_as_the_network(graph: onnx.ModelProto, paddings: dict[str, list[int]]) -> None:
    for node in graph.graph.node:
        if node.op_type == "Conv" and node.input[1] in paddings:
            (pads,) = (attribute for attribute in node.attribute if attribute.name == "pads")
            pads.ints[:] = paddings[node.input[1]]


def _leave_weights_out(graph: onnx.ModelProto) -> None:
    """Keep of each weight its name in the network, its type and its shape."""
    names = {weight.name: weight.name.removeprefix("network.") for weight in graph.graph.initializer}
    for weight in graph.graph.initializer:
        weight.name = names[weight.name]
        leave_out(weight)
    for node in graph.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]


def make_probe() -> onnx.ModelProto:
    """Make a graph that tells whether a processor adds products of bytes exactly.

    Some add two of them in 16 bits, which the largest do not fit. It takes `pixels` `(1, 16, 4, 4)` uint8, and gives
    `sums` of the same kind: 255 where all were 255.
    """
    channels = 16
    constants = {
        "one": np.float32(1),
        "none": np.uint8(0),
        "weights": np.full((channels, channels, 1, 1), 127, np.int8),
        "no_weight": np.int8(0),
        "sum": np.float32(127 * channels),
    }
    convolution = helper.make_node(
        "QLinearConv", ["pixels", "one", "none", "weights", "one", "no_weight", "sum", "none"], ["sums"]
    )
    shape = [1, channels, 4, 4]
    graph = helper.make_graph(
        [convolution],
        "probe",
        [helper.make_tensor_value_info("pixels", TensorProto.UINT8, shape)],
        [helper.make_tensor_value_info("sums", TensorProto.UINT8, shape)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)


def main() -> None:
    """Write the graphs of the shipped sizes."""
    parser = argparse.ArgumentParser(prog="python -m training.builtin.graphs", description=__doc__)
    parser.add_argument("--out", type=Path, default=resources_dir() / "builtin" / "graphs", help="folder to write")
    write_graphs(BuiltinConfig(), parser.parse_args().out)


if __name__ == "__main__":
    main()
