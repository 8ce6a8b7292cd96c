"""SAM 3 at its full size gives the answers of the official code, from weights that stand in for the released ones."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from sam3_annotator.model.checkpoint import load_model
from sam3_annotator.model.network.mask_decoder import InteractiveFeatures, MaskOutput
from sam3_annotator.model.network.neck import NeckFeatures
from sam3_annotator.model.network.preprocessing import to_model_input
from sam3_annotator.model.network.sam3_image import DetectorFeatures, Sam3Image
from sam3_annotator.model.sam3.postprocessing import fill_holes

pytestmark = pytest.mark.slow

DATA = Path(__file__).parents[1] / "data" / "sam3"
PHRASE = "yellow school bus"
BOXES_CXCYWH = torch.tensor([[[0.4, 0.5, 0.3, 0.25], [0.8, 0.2, 0.1, 0.15]]])
BOX_LABELS = torch.tensor([[True, False]])
POINT = torch.tensor([[[300.0, 200.0]]])
BOX = torch.tensor([[100.0, 80.0, 400.0, 300.0]])
MOST_CLICKED_LOGIT = 32.0


class Golden:
    """What the official code answered, sampled."""

    def __init__(self, standin: ModuleType) -> None:
        self._sample = standin.sample
        self._entries = np.load(DATA / "golden.npz")

    def check(self, name: str, values: Tensor | ArrayLike) -> None:
        """Compare an answer with the entry of that name: its shape, mean, spread and 64 of its values."""
        found = values.numpy() if isinstance(values, Tensor) else np.asarray(values)
        expected = self._entries[name]
        assert list(found.shape) == self._entries[f"{name}.shape"].tolist(), name
        spread = expected[1]
        difference = np.abs(self._sample(found) - expected).max()
        assert difference <= 1e-4 * spread + 1e-5, f"{name}: {difference} of a spread of {spread}"


@dataclass(frozen=True)
class Loaded:
    """The model, and by how many bytes the program grew at most while it was loaded; None where that is not known."""

    model: Sam3Image
    peak_bytes: int | None


@pytest.fixture(scope="module")
def standin() -> ModuleType:
    spec = importlib.util.spec_from_file_location("standin", DATA / "standin.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    first = module.weight("detector.transformer.decoder.reference_points.weight", (200, 4))[0]
    if not np.allclose(first, [1.5050805, -0.13138522, 0.4633458, -0.22703785]):
        pytest.skip("This version of NumPy draws other random numbers.")
    return module


@pytest.fixture(scope="module")
def golden(standin: ModuleType) -> Golden:
    return Golden(standin)


@pytest.fixture(scope="module")
def loaded(standin: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    path = tmp_path_factory.mktemp("official") / "sam3.pt"
    # In a program of its own, whose memory is not taken for that of loading.
    subprocess.run([sys.executable, DATA / "standin.py", path], check=True)
    try:
        before = _resident_bytes("VmRSS", reset=True)
        model = load_model(path)
        peak = _resident_bytes("VmHWM")
    finally:
        path.unlink()
    return Loaded(model, None if before is None or peak is None else peak - before)


def _resident_bytes(field: str, *, reset: bool = False) -> int | None:
    """Read how much memory this program has (`VmRSS`), or had at most (`VmHWM`) since the last reset."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    (line,) = (line for line in status.read_text().splitlines() if line.startswith(f"{field}:"))
    return int(line.split()[1]) * 1024


@pytest.fixture(scope="module")
def pixels(standin: ModuleType) -> Tensor:
    return to_model_input(standin.image())


class Listener:
    """Keeps what parts of a model answer while they answer."""

    def __init__(self, *parts: nn.Module) -> None:
        self.heard: list[Any] = []
        self._hooks = [
            part.register_forward_hook(lambda _part, _given, answer: self.heard.append(answer)) for part in parts
        ]

    def __enter__(self) -> list[Any]:
        return self.heard

    def __exit__(self, *_: object) -> None:
        for hook in self._hooks:
            hook.remove()


@dataclass(frozen=True)
class Encoded:
    """An image as the model keeps it, and what came before."""

    vision: Tensor
    neck: NeckFeatures
    concepts: DetectorFeatures
    clicks: InteractiveFeatures


@pytest.fixture(scope="module")
def encoded(loaded: Loaded, pixels: Tensor) -> Encoded:
    model = loaded.model
    vision = model.encode_pixels(pixels)
    # The finer maps of the interactive neck are made narrow at once, and whole only here.
    return Encoded(vision, model.neck(vision), model.prepare_concepts(vision), model.prepare_clicks(vision))


def test_loading_needs_no_more_memory_than_the_weights_and_a_tenth(loaded: Loaded) -> None:
    if loaded.peak_bytes is None:
        pytest.skip("This system does not say how much memory a program had.")

    weights = sum(value.nbytes for value in loaded.model.state_dict().values())
    # A system short of memory takes back pages of the file before the last are read.
    assert 0.9 * weights < loaded.peak_bytes < 1.1 * weights


def test_images_become_the_same_pixels(golden: Golden, standin: ModuleType, pixels: Tensor) -> None:
    golden.check("pixels", pixels)
    golden.check("pixels.480x640", to_model_input(standin.image()[:480, :640]))


def test_the_image_is_encoded_alike(golden: Golden, loaded: Loaded, encoded: Encoded) -> None:
    golden.check("vit", encoded.vision)
    for level in range(3):
        golden.check(f"neck.det.{level}", encoded.neck.detector[level])
        golden.check(f"neck.int.{level}", encoded.neck.interactive[level])
    golden.check("pos72", loaded.model.position_embedding(72, 72)[None])


@pytest.mark.parametrize("phrase", [PHRASE, "visual"])
def test_phrases_are_encoded_alike(golden: Golden, loaded: Loaded, phrase: str) -> None:
    expected = np.load(DATA / "golden.npz")[f"ids.{phrase}"]
    assert loaded.model.tokenizer([phrase])[0].tolist() == expected.tolist()

    golden.check(f"text.{phrase}", loaded.model.encode_text([phrase]).tokens.transpose(0, 1))


@pytest.mark.parametrize(
    ("entry", "phrase", "boxes"), [("text", PHRASE, 0), ("text+boxes", PHRASE, 2), ("boxes", "visual", 1)]
)
def test_concepts_are_found_alike(
    golden: Golden, loaded: Loaded, encoded: Encoded, entry: str, phrase: str, boxes: int
) -> None:
    model = loaded.model

    with Listener(model.geometry_encoder, model.fusion_encoder, model.decoder) as heard:
        found = model.detect(
            encoded.concepts, model.encode_text([phrase]), BOXES_CXCYWH[:, :boxes], BOX_LABELS[:, :boxes]
        )

    geometry, memory, decoded = heard
    golden.check(f"{entry}.geometry", geometry.tokens.transpose(0, 1))
    golden.check(f"{entry}.memory", memory.transpose(0, 1))
    golden.check(f"{entry}.queries", decoded.queries)
    golden.check(f"{entry}.logits", found.pred_logits)
    golden.check(f"{entry}.boxes", found.pred_boxes)
    golden.check(f"{entry}.presence", found.presence_logit)
    golden.check(f"{entry}.masks", found.pred_masks)
    golden.check(f"{entry}.semantic", found.semantic_logits)


def _answer(found: MaskOutput) -> tuple[Tensor, Tensor, Tensor]:
    """Give what the official predictor gives: logits to go on from, scores, logits at image size."""
    low = found.logits.clamp(-MOST_CLICKED_LOGIT, MOST_CLICKED_LOGIT)
    filled = torch.from_numpy(fill_holes(found.logits.flatten(0, 1).numpy()))
    large = F.interpolate(filled[:, None], (1008, 1008), mode="bilinear", align_corners=False)
    return low, found.iou, large.view(*found.logits.shape[:2], 1008, 1008)


@pytest.fixture(scope="module")
def earlier_mask(loaded: Loaded, encoded: Encoded) -> Tensor:
    """Give the second answer to two points, to go on from."""
    points = torch.tensor([[[300.0, 200.0], [700.0, 850.0]]])
    found = loaded.model.segment(encoded.clicks, points_xy=points, point_labels=torch.tensor([[1, 0]]), multimask=True)
    return _answer(found)[0][:, 1:2]


@pytest.mark.parametrize(
    ("entry", "prompts", "multimask"),
    [
        ("points", {"points_xy": torch.cat([POINT, torch.tensor([[[700.0, 850.0]]])], 1), "labels": [[1, 0]]}, True),
        ("point_single", {"points_xy": POINT, "labels": [[1]]}, False),
        ("box", {"boxes_xyxy": BOX}, False),
        ("box_neg", {"boxes_xyxy": BOX, "points_xy": POINT, "labels": [[0]]}, False),
        ("boxes", {"boxes_xyxy": torch.cat([BOX, torch.tensor([[600.0, 100.0, 900.0, 700.0]])])}, False),
        ("mask_point", {"points_xy": POINT, "labels": [[1]], "mask_logits": None}, False),
        ("mask_only", {"mask_logits": None}, True),
    ],
)
def test_clicks_are_answered_alike(
    golden: Golden,
    loaded: Loaded,
    encoded: Encoded,
    earlier_mask: Tensor,
    entry: str,
    prompts: dict[str, Tensor],
    multimask: bool,
) -> None:
    given = dict(prompts)
    if "labels" in given:
        given["point_labels"] = torch.tensor(given.pop("labels"))
    if "mask_logits" in given:
        given["mask_logits"] = earlier_mask

    low, iou, large = _answer(loaded.model.segment(encoded.clicks, **given, multimask=multimask))

    alone = 0 if len(low) == 1 else slice(None)  # the official predictor drops the axis of objects if there is one
    golden.check(f"click.{entry}.low", low[alone])
    golden.check(f"click.{entry}.iou", iou[alone])
    golden.check(f"click.{entry}.masks", large[alone])
