"""Rounds the inner convolutions of the network to int8, as the graph `answer_int8.onnx` takes them.

What a convolution takes and gives is rounded to 256 steps of a range measured in training, its weights to 255 steps of
each output channel's own range (Jacob et al., Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference, https://arxiv.org/abs/1712.05877).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Values = dict[str, NDArray[Any]]
"""What a graph is filled with, by name."""

RANGES = "ranges"
"""The entry of a weights file with the range `(N, 2)`, lowest and highest value, of each rounded tensor."""

NORM_EPSILON = 1e-5
"""What the network's batch norms add to the variance: torch's default."""

_LEAST_SCALE = 1e-8


@dataclass(frozen=True, slots=True)
class RoundedConvolution:
    """A convolution in int8: the names of its weights, and the number of the tensor that it takes.

    `norm` is the batch norm after it, which becomes part of it.
    """

    weight: str
    bias: str | None
    norm: str | None
    taken: int

    def replaces(self, name: str) -> bool:
        """Whether a weight of the network becomes part of this."""
        return name in (self.weight, self.bias) or (self.norm is not None and name.startswith(f"{self.norm}."))


@dataclass(frozen=True, slots=True)
class Plan:
    """What the graph has in int8: so many tensors, and these convolutions."""

    tensors: int
    convolutions: tuple[RoundedConvolution, ...]

    @classmethod
    def of(cls, entries: Mapping[str, Any]) -> Plan:
        """Take it as `int8.json` holds it."""
        return cls(entries["tensors"], tuple(RoundedConvolution(**one) for one in entries["convolutions"]))


def quantize(weights: Mapping[str, Floats], ranges: Floats, plan: Plan) -> Values:
    """Give what the graph in int8 is filled with, by name: the rounded weights, and the others as they are."""
    values: Values = {
        name: value for name, value in weights.items() if not any(one.replaces(name) for one in plan.convolutions)
    }
    scales, zero_points = _steps(ranges)
    for number, (scale, zero_point) in enumerate(zip(scales, zero_points, strict=True)):
        values[scale_name(number)], values[zero_point_name(number)] = np.asarray(scale), np.asarray(zero_point)
    for one in plan.convolutions:
        weight, bias = _folded(weights, one)
        highest = np.abs(weight).reshape(len(weight), -1).max(1)
        scale = np.maximum(highest / 127, _LEAST_SCALE).astype(np.float32)
        values[one.weight] = np.rint(weight / scale[:, None, None, None]).astype(np.int8)
        values[f"{one.weight}.scale"] = scale
        # A sum of products has the steps of both; where a channel has no weights, no bias fits 32 bits.
        steps = np.float64(scales[one.taken]) * scale
        limit = np.iinfo(np.int32).max
        values[f"{one.weight}.bias"] = np.clip(np.rint(bias / steps), -limit, limit).astype(np.int32)
    return values


def scale_name(number: int) -> str:
    """Name the step of a rounded tensor in the graph."""
    return f"tensor.{number}.scale"


def zero_point_name(number: int) -> str:
    """Name the step of a rounded tensor that stands for 0."""
    return f"tensor.{number}.zero_point"


def _steps(ranges: Floats) -> tuple[Floats, NDArray[np.uint8]]:
    """Give the width of the 256 steps of each range, and which of them stands for 0, so that 0 stays what it is."""
    low, high = np.minimum(ranges[:, 0], 0), np.maximum(ranges[:, 1], 0)
    scales = np.maximum((high - low) / 255, _LEAST_SCALE).astype(np.float32)
    return scales, np.clip(np.rint(-low / scales), 0, 255).astype(np.uint8)


def _folded(weights: Mapping[str, Floats], one: RoundedConvolution) -> tuple[Floats, Floats]:
    """Give weight and bias of a convolution together with the batch norm after it."""
    weight = weights[one.weight]
    bias = weights[one.bias] if one.bias is not None else np.zeros(len(weight), np.float32)
    if one.norm is None:
        return weight, bias
    gamma, beta, mean, variance = (
        weights[f"{one.norm}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")
    )
    factor = gamma / np.sqrt(variance + NORM_EPSILON)
    return weight * factor[:, None, None, None], beta + (bias - mean) * factor
