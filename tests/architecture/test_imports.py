"""Heavy packages are imported by those who need them, when they need them."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "torch",
    "onnxruntime",
    "cv2",
    "shapely",
    "PIL",
    "tifffile",
    "imagecodecs",
    "yaml",
    "tqdm",
    "typer",
    "huggingface_hub",
    "supervision",
    "pycocotools",
    "matplotlib",
)
QT = ("PySide6",)


def _loaded_by(module: str, suspects: tuple[str, ...]) -> list[str]:
    """Import the module in a fresh interpreter and name the suspects that came along."""
    code = f"import sys, {module}\nprint(*[name for name in {suspects!r} if name in sys.modules])"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert asked.returncode == 0, asked.stderr
    return asked.stdout.split()


@pytest.mark.parametrize("module", ["sam3_annotator.project", "sam3_annotator.model"])
def test_data_and_model_load_without_qt_or_heavy_packages(module: str) -> None:
    assert _loaded_by(module, HEAVY + QT) == []


def test_the_built_in_model_answers_without_torch() -> None:
    code = """
import sys, numpy
from sam3_annotator.model import BoxPrompt, ConceptPrompt, EmbeddingCache, Exemplar, PointPrompt, open_session
session = open_session("builtin")
pixels = numpy.random.default_rng(0).integers(0, 255, (90, 120, 3)).astype(numpy.uint8)
embedding = EmbeddingCache().embed("key", session, lambda: pixels, lambda: None)
assert session.segment(embedding, [PointPrompt(60, 45)]).masks.shape[1:] == (90, 120)
session.segment(embedding, [PointPrompt(60, 45), PointPrompt(10, 10, False)])
session.segment(embedding, [BoxPrompt(20, 20, 80, 80)])
session.detect(embedding, ConceptPrompt(exemplars=(Exemplar(20, 20, 50, 50),)))
print("torch" in sys.modules)
"""
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)

    assert (asked.stdout.strip(), asked.returncode) == ("False", 0), asked.stderr


@pytest.mark.parametrize("module", ["sam3_annotator.ui.window.main_window", "sam3_annotator.app"])
def test_window_loads_without_heavy_packages(module: str) -> None:
    assert _loaded_by(module, HEAVY) == []


def test_words_of_the_command_line_are_read_without_qt_and_model() -> None:
    suspects = ("PySide6", "torch", "cv2", "shapely", "PIL", "numpy", "rich")

    assert _loaded_by("sam3_annotator.cli", suspects) == []


def test_start_of_the_program_loads_next_to_nothing() -> None:
    suspects = (*HEAVY, *QT, "numpy", "platformdirs", "logging.handlers", "sam3_annotator.cli")

    assert _loaded_by("sam3_annotator.__main__", suspects) == []
