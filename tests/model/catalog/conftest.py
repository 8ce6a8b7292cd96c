"""A catalogue in a folder of the test, which knows one published model, and checkpoints to add to it."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from sam3_annotator.model import Catalog, KnownModel, Licence

MakeCheckpoint = Callable[..., Path]
MakeParts = Callable[[str, list[str]], Path]


@pytest.fixture
def tiny(tiny_weights: bytes) -> KnownModel:
    """Describe the model that the hub of the tests publishes."""
    licence = Licence("Tiny License", "Nobody", "You do with it as you like.")
    return KnownModel("tiny", "Tiny", "A model for tests", "meta/tiny", "tiny.safetensors", len(tiny_weights), licence)


@pytest.fixture
def catalog(tmp_path: Path, tiny: KnownModel) -> Catalog:
    """Make a catalogue in `tmp_path/models` that knows the model `tiny`."""
    return Catalog(tmp_path / "models", [tiny])


@pytest.fixture
def make_checkpoint(tmp_path: Path) -> MakeCheckpoint:
    """Write a safetensors file below `tmp_path` with one float32 tensor of ten numbers and this name."""

    def make(place: str, tensor: str = "detector.backbone.vision_backbone.trunk.x", **metadata: str) -> Path:
        entry = {"dtype": "F32", "shape": [2, 5], "data_offsets": [0, 40]}
        header = json.dumps({"__metadata__": metadata, tensor: entry}).encode()
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(40))
        return path

    return make


@pytest.fixture
def make_parts(tmp_path: Path, make_checkpoint: MakeCheckpoint) -> MakeParts:
    """Write a model in parts into a folder below `tmp_path`, a tensor of ten numbers each, and give its index."""

    def make(folder: str, tensors: list[str]) -> Path:
        names = [f"model-{number:05}-of-{len(tensors):05}.safetensors" for number in range(1, len(tensors) + 1)]
        for name, tensor in zip(names, tensors, strict=True):
            make_checkpoint(f"{folder}/{name}", tensor)
        index = tmp_path / folder / "model.safetensors.index.json"
        index.write_text(json.dumps({"metadata": {}, "weight_map": dict(zip(tensors, names, strict=True))}))
        return index

    return make
