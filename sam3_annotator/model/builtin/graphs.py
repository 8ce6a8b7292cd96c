"""Opens the graphs that ship, and what lies beside them; whatever cannot be read is told as `ModelUnavailable`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as refusals

from sam3_annotator.model.errors import ModelUnavailable


def open_graph(path: Path, values: Mapping[str, NDArray[Any]], threads: int) -> onnxruntime.InferenceSession:
    """Open a graph, filled with these values by name; they must stay as long as it does, which reads them there."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Threads that spin while they wait are three times slower whenever something else wants the processor too.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Views come in several sizes and numbers: memory held for each of them takes more room and saves no time.
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    options.log_severity_level = 3  # errors; they are raised as well
    given = [onnxruntime.OrtValue.ortvalue_from_numpy(value) for value in values.values()]
    options.add_external_initializers(list(values), given)
    try:
        return onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    except (OSError, refusals.Fail, refusals.InvalidGraph, refusals.InvalidProtobuf) as error:
        raise _unreadable(path, error) from error


def read_json(path: Path) -> Any:  # noqa: ANN401 - JSON
    """Read what is written beside the graphs."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def adds_bytes_exactly(probe: Path) -> bool:
    """Tell, by a graph, whether this processor adds products of bytes exactly.

    Those without instructions for it (of x86: without VNNI) add two of them in 16 bits, which the largest do not fit.
    """
    pixels = np.full((1, 16, 4, 4), 255, np.uint8)
    return bool((open_graph(probe, {}, 1).run(None, {"pixels": pixels})[0] == 255).all())


def _unreadable(path: Path, error: Exception) -> ModelUnavailable:
    return ModelUnavailable(
        f"The network of the built-in model cannot be read from {path} ({error}); reinstall the program."
    )
