"""Rewrites the graph of answers so that its inner convolutions run in int8."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

from sam3_annotator.model.builtin.quantization import Plan, RoundedConvolution, scale_name, zero_point_name

ROUNDED = ("trunk.stage6.", "trunk.stage7.", "decoder.reduce", "decoder.smooth", "decoder.sharpen")
"""How the names of the convolutions begin that are rounded: two thirds of all multiplications.

Rounding the others too, what prompts, skipped features and masks go through and the trunk's other stages, would spare a
tenth of the time, and be most of what changes in the masks.
"""

WEIGHT_ZERO = "weight.zero_point"


@dataclass(frozen=True, slots=True, eq=False)
class Int8Graph:
    """The graph, what in it is in int8, and the names that those tensors have in the graph of floats, by number."""

    graph: onnx.ModelProto
    plan: Plan
    tensors: tuple[str, ...]


def round_convolutions(graph: onnx.ModelProto) -> Int8Graph:
    """Give a graph of floats, whose weights have the names of the network's, with its inner convolutions in int8.

    A batch norm after one becomes part of it, an activation part of the rounding of what it gives: below 0, and above 6
    where that is the limit, the range of the result ends.
    """
    rounding = _Rounding(graph.graph)
    nodes = [rewritten for node in graph.graph.node for rewritten in rounding.rewrite(node)]
    made = onnx.ModelProto()
    made.CopyFrom(graph)
    del made.graph.node[:]
    made.graph.node.extend(nodes)
    plan = Plan(len(rounding.tensors), tuple(rounding.convolutions))
    _declare_weights(made.graph, plan)
    return Int8Graph(made, plan, tuple(rounding.tensors))


class _Rounding:
    """What becomes of each node of a graph, from first to last."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.convolutions: list[RoundedConvolution] = []
        self.tensors: list[str] = []
        self._takers: dict[str, list[NodeProto]] = {}
        for node in graph.node:
            for name in node.input:
                self._takers.setdefault(name, []).append(node)
        convolutions = [node for node in graph.node if node.op_type == "Conv" and node.input[1].startswith(ROUNDED)]
        self._chains = {node.output[0]: self._follow(node) for node in convolutions}
        self._absorbed = {name for chain in self._chains.values() for node in chain[1:] for name in node.output}
        self._in_int8: set[str] = set()

    def rewrite(self, node: NodeProto) -> list[NodeProto]:
        """Give the nodes that take the place of one."""
        name = node.output[0]
        if name in self._chains:
            return self._round(self._chains[name])
        return [] if name in self._absorbed else [node]

    def _follow(self, convolution: NodeProto) -> list[NodeProto]:
        """Give a convolution with what alone takes its result and becomes part of it: a batch norm, an activation."""
        chain = [convolution]
        for kinds in (("BatchNormalization",), ("Relu", "Clip")):
            following = self._takers.get(chain[-1].output[0], [])
            if len(following) == 1 and following[0].op_type in kinds:
                chain.append(following[0])
        return chain

    def _round(self, chain: list[NodeProto]) -> list[NodeProto]:
        convolution, norms = chain[0], [node for node in chain if node.op_type == "BatchNormalization"]
        taken, weight, *bias = convolution.input
        given = chain[-1].output[0]
        nodes = []
        if taken not in self._in_int8:
            nodes.append(helper.make_node("QuantizeLinear", [taken, *self._steps(taken)], [_int8(taken)]))
        inputs = [_int8(taken), *self._steps(taken), weight, f"{weight}.scale", WEIGHT_ZERO, *self._steps(given)]
        rounded = helper.make_node("QLinearConv", [*inputs, f"{weight}.bias"], [_int8(given)])
        rounded.attribute.extend(convolution.attribute)
        nodes.append(rounded)
        if any(taker.output[0] not in self._chains for taker in self._takers.get(given, [])):
            nodes.append(helper.make_node("DequantizeLinear", [_int8(given), *self._steps(given)], [given]))
        self._in_int8 |= {taken, given}
        norm = norms[0].input[1].removesuffix(".weight") if norms else None
        number = self.tensors.index(taken)
        self.convolutions.append(RoundedConvolution(weight, bias[0] if bias else None, norm, number))
        return nodes

    def _steps(self, tensor: str) -> tuple[str, str]:
        """Name the step and the zero point of a tensor, which is numbered when it is first named."""
        if tensor not in self.tensors:
            self.tensors.append(tensor)
        number = self.tensors.index(tensor)
        return scale_name(number), zero_point_name(number)


def _int8(tensor: str) -> str:
    return f"{tensor}.int8"


def _declare_weights(graph: onnx.GraphProto, plan: Plan) -> None:
    """Leave the weights that are still taken as they are, and add those in int8."""
    shapes = {weight.name: list(weight.dims) for weight in graph.initializer}
    taken = {name for node in graph.node for name in node.input}
    kept = [
        weight
        for weight in graph.initializer
        if weight.name in taken and not any(one.replaces(weight.name) for one in plan.convolutions)
    ]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    graph.initializer.append(numpy_helper.from_array(np.zeros((), np.int8), WEIGHT_ZERO))
    added: list[tuple[str, int, list[int]]] = []
    for one in plan.convolutions:
        shape = shapes[one.weight]
        added.append((one.weight, TensorProto.INT8, shape))
        added.append((f"{one.weight}.scale", TensorProto.FLOAT, shape[:1]))
        added.append((f"{one.weight}.bias", TensorProto.INT32, shape[:1]))
    for number in range(plan.tensors):
        added.append((scale_name(number), TensorProto.FLOAT, []))
        added.append((zero_point_name(number), TensorProto.UINT8, []))
    for name, kind, dims in added:
        leave_out(graph.initializer.add(name=name, data_type=kind, dims=dims))


def leave_out(weight: TensorProto) -> None:
    """Keep of a weight its name, type and shape: the program gives its values when it loads the graph."""
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value="given when the graph is loaded")
