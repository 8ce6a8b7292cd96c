"""A tiny model, its weights under the names of both publishers, and the lists of those names."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from sam3_annotator.model.network.builder import build_sam3_image_model
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.sam3_image import Sam3Image
from tests.official_weights import DATA, official_keys, official_weights

Tensors = dict[str, Tensor]


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session", name="official_keys")
def official_keys_() -> list[tuple[str, list[int], bool]]:
    """Every tensor of the official file: its name, its shape, whether segmenting images needs it."""
    return official_keys()


@pytest.fixture(scope="session")
def key_map() -> list[tuple[str, str | None, str]]:
    """Official name, Hugging Face's name or None, and what happens to the tensor on the way; several rows a name."""
    rows = json.loads(gzip.decompress((DATA / "official-to-huggingface.json.gz").read_bytes()))
    return [(official, other, operation) for official, other, operation in rows]


@pytest.fixture(scope="session")
def to_huggingface(key_map: list[tuple[str, str | None, str]]) -> Callable[[Tensors], Tensors]:
    """Turn weights under official names into those under Hugging Face's, by the list of both."""

    def convert(official: Tensors) -> Tensors:
        converted: Tensors = {}
        stacked: dict[str, list[Tensor]] = {}
        for name, other, operation in key_map:
            if other is None or name not in official:
                continue
            value = official[name]
            if operation.startswith("row "):
                stacked.setdefault(other, []).append(value)
                continue
            converted[other] = _convert(value, operation).clone(memory_format=torch.contiguous_format)
        return converted | {name: torch.cat(rows) for name, rows in stacked.items()}

    return convert


def _convert(value: Tensor, operation: str) -> Tensor:
    match operation:
        case "copy":
            return value
        case "skip_row0":
            return value[:, 1:]
        case "transpose":
            return value.T
        case "q" | "k" | "v":
            third = len(value) // 3
            part = "qkv".index(operation)
            return value[part * third : (part + 1) * third]
    raise AssertionError(operation)


@pytest.fixture(scope="session")
def tiny_config() -> Sam3Config:
    return Sam3Config.tiny()


@pytest.fixture(scope="session")
def tiny_model(tiny_config: Sam3Config) -> Sam3Image:
    """Build a tiny model in which no two tensors are alike."""
    torch.manual_seed(0)
    model = build_sam3_image_model(tiny_config)
    for parameter in model.parameters():
        parameter.normal_()
    model.vision_backbone.pos_embed[:, 0] = 0  # what nobody reads, and Hugging Face leaves out
    return model


@pytest.fixture(scope="session")
def official(tiny_model: Sam3Image) -> Tensors:
    """Give the tiny model's weights under official names, with the tensors that only video needs."""
    return official_weights(tiny_model)


@pytest.fixture(scope="session")
def huggingface(official: Tensors, to_huggingface: Callable[[Tensors], Tensors]) -> Tensors:
    """Give the tiny model's weights under Hugging Face's names."""
    return to_huggingface(official | {"detector.backbone.language_backbone.encoder.text_projection": torch.zeros(2, 3)})


@pytest.fixture
def assert_same() -> Callable[[Sam3Image, Sam3Image], None]:
    """Give the check that two models have the very same weights."""

    def check(found: Sam3Image, expected: Sam3Image) -> None:
        ours, theirs = found.state_dict(), expected.state_dict()
        assert list(ours) == list(theirs)
        assert [name for name in ours if not torch.equal(ours[name], theirs[name])] == []

    return check
