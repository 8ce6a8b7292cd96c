"""What all tests share: isolated settings and folders, a session with a gate, a model hub, image files, a store."""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import struct
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import hypothesis
import numpy as np
import pytest
from numpy.typing import NDArray

from sam3_annotator import crash_log, display
from sam3_annotator.model import (
    BoxPrompt,
    Check,
    ConceptPrompt,
    Detection,
    Embedding,
    MaskPrompt,
    PointPrompt,
    Prompt,
    Segmentation,
    UnsupportedPrompt,
    never_cancelled,
)
from tests.fake_hub import FakeHub

if TYPE_CHECKING:  # the tests of the model run without the store, those of the store without torch, both without Qt
    from PySide6.QtWidgets import QApplication

    from sam3_annotator.model.network.sam3_image import Sam3Image
    from sam3_annotator.model.sam3.session import Sam3Session
    from sam3_annotator.project import ProjectStore
    from sam3_annotator.ui.garbage_collection import GarbageCollection

for variable, value in display.offscreen().items():
    os.environ.setdefault(variable, value)

# Where tests run side by side they share the cores: two threads that want one core take several times as long as one.
# Set before torch and OpenCV are loaded, here and in the programs that tests start.
if workers := int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0")):
    threads = max(1, (os.cpu_count() or 1) // workers)
    for variable in ("OMP_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"):
        os.environ.setdefault(variable, str(threads))

# No deadline: the machines that run this are small and shared. No database: tests leave nothing behind.
hypothesis.settings.register_profile("repository", deadline=None, database=None)
hypothesis.settings.load_profile("repository")


PATIENCE_MS = 30_000  # a shared machine may stand still for seconds; nobody waits that long where all is well


def pytest_configure(config: pytest.Config) -> None:
    """Have tests of the window wait with patience wherever they do not say otherwise."""
    if config.pluginmanager.hasplugin("pytest-qt"):
        from pytestqt.qtbot import QtBot  # where there is no Qt, the tests of the model run without it

        for wait in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitSignals, QtBot.waitExposed):
            assert wait.__kwdefaults__ is not None
            wait.__kwdefaults__["timeout"] = PATIENCE_MS


def pytest_collection_finish() -> None:
    """Leave alone what was imported: engines and windows collect garbage as they go, half a second each otherwise."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    """Have the application be of the program's kind."""
    from sam3_annotator.ui.start.application import Application

    return Application


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """Collect garbage as the program does: never on a thread of the model, which could delete what is Qt's."""
    from sam3_annotator.ui.garbage_collection import GarbageCollection

    _collections.append(GarbageCollection())
    return qapp


@pytest.fixture(autouse=True)
def _garbage_is_collected() -> Iterator[None]:
    """Collect after tests that have let no timer do it."""
    yield
    for each in _collections:
        each.collect_due()


GATE_TIMEOUT_S = 20.0
_collections: list[GarbageCollection] = []  # none before the first test of the window

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(autouse=True)
def _crashes_stay_in_their_test() -> Iterator[None]:
    """Take the reports that nobody heard of, which the window of a later test would tell."""
    yield
    crash_log.subscribe(lambda _: None)()


@pytest.fixture(autouse=True)
def isolated_user(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a home of its own: settings, caches and logs of the person running it stay untouched."""
    home = tmp_path_factory.mktemp("home")
    for variable in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(home))
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(home / variable.lower()))
    # Windows tells its folders whatever the variables say; these are for platformdirs.
    for variable in ("WIN_PD_OVERRIDE_APPDATA", "WIN_PD_OVERRIDE_LOCAL_APPDATA"):
        monkeypatch.setenv(variable, str(home / variable.lower()))
    try:
        from PySide6.QtCore import QSettings
    except ImportError:  # a machine without Qt's system libraries still runs the tests that need none
        return home
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    for scope in (QSettings.Scope.UserScope, QSettings.Scope.SystemScope):
        QSettings.setPath(QSettings.Format.IniFormat, scope, str(home / "settings"))
    return home


@dataclass(frozen=True)
class FakeEmbedding:
    """Remembers which pixels it was made from; `nbytes` is what the test says."""

    image_size: tuple[int, int]
    fingerprint: int
    nbytes: int


class FakeSession:
    """A session that answers at once, unless `hold()` shuts its gate: then every call waits for `release()`.

    A positive point means the square of 21 pixels around it, a box its inside, a mask itself; a negative point
    takes its square away. The three candidates are that area, and it shrunk and grown by 3 pixels. The size of the
    logits is a quarter of the image's. `embedded`, `segmented` and `detected` record what it was asked.

    Concepts it finds if `capabilities` say so: always `instances`, boxes with scores, and those that `seen` has for its
    phrase.
    """

    name = "Fake"
    device = "CPU"
    capabilities = frozenset({"points", "boxes", "masks"})

    def __init__(self, *, embedding_bytes: int = 1000) -> None:
        self.embedding_bytes = embedding_bytes
        self.embedded: list[int] = []
        self.segmented: list[tuple[int, tuple[Prompt, ...]]] = []
        self.instances: list[tuple[tuple[int, int, int, int], float]] = []
        self.seen: dict[str, list[tuple[tuple[int, int, int, int], float]]] = {}
        self.detected: list[ConceptPrompt] = []
        self.has_call_waiting = threading.Event()
        self._gate = threading.Event()
        self._gate.set()

    def hold(self) -> None:
        """Shut the gate: calls from now on wait; `has_call_waiting` is set as soon as one does."""
        self.has_call_waiting.clear()
        self._gate.clear()

    def release(self) -> None:
        """Open the gate."""
        self._gate.set()

    def embed(self, image: NDArray[np.uint8], *, check: Check = never_cancelled) -> FakeEmbedding:
        fingerprint = zlib.crc32(np.ascontiguousarray(image).tobytes())
        self.embedded.append(fingerprint)
        self._pass_gate(check)
        return FakeEmbedding((image.shape[0], image.shape[1]), fingerprint, self.embedding_bytes)

    def segment(
        self,
        embedding: Embedding,
        prompts: Sequence[Prompt],
        *,
        multimask: bool = True,
        check: Check = never_cancelled,
    ) -> Segmentation:
        assert isinstance(embedding, FakeEmbedding)
        self.segmented.append((embedding.fingerprint, tuple(prompts)))
        self._pass_gate(check)
        growths = (0, -3, 3) if multimask else (0,)
        masks = np.stack([_area(embedding.image_size, prompts, growth) for growth in growths])
        scores = np.array([0.9, 0.8, 0.7][: len(growths)], dtype=np.float32)
        return Segmentation(masks, scores, np.where(masks[:, ::4, ::4], 8.0, -8.0).astype(np.float32))

    def detect(
        self,
        embedding: Embedding,
        concept: ConceptPrompt,
        *,
        threshold: float = 0.5,
        check: Check = never_cancelled,
    ) -> Detection:
        if not {"phrases", "exemplars"} <= self.capabilities:
            raise UnsupportedPrompt("The fake session finds no concepts; use points or boxes.")
        self.detected.append(concept)
        self._pass_gate(check)
        known = [*self.instances, *self.seen.get(concept.phrase, ())]
        found = [(box, score) for box, score in known if score >= threshold]
        masks = np.zeros((len(found), *embedding.image_size), dtype=bool)
        for mask, (box, _) in zip(masks, found, strict=True):
            _fill(mask, box, True)
        boxes = np.array([box for box, _ in found], dtype=np.float32).reshape(-1, 4)
        return Detection(masks, boxes, np.array([score for _, score in found], dtype=np.float32), float(bool(found)))

    def _pass_gate(self, check: Check) -> None:
        check()
        if not self._gate.is_set():
            self.has_call_waiting.set()
            assert self._gate.wait(GATE_TIMEOUT_S), "The test never released the session."
        check()


def _area(image_size: tuple[int, int], prompts: Sequence[Prompt], growth: int) -> NDArray[np.bool_]:
    mask = np.zeros(image_size, dtype=bool)
    for prompt in prompts:
        match prompt:
            case PointPrompt(x, y, positive):
                _fill(mask, (x - 10 - growth, y - 10 - growth, x + 11 + growth, y + 11 + growth), positive)
            case BoxPrompt(x0, y0, x1, y1):
                _fill(mask, (x0 - growth, y0 - growth, x1 + growth, y1 + growth), True)
            case MaskPrompt(earlier):
                if earlier.dtype == np.bool_:
                    mask |= earlier.astype(bool)
                else:
                    mask |= (earlier > 0).repeat(4, axis=0).repeat(4, axis=1)[: mask.shape[0], : mask.shape[1]]
    return mask


def _fill(mask: NDArray[np.bool_], box_xyxy: tuple[float, float, float, float], value: bool) -> None:
    x0, y0, x1, y1 = (max(0, round(edge)) for edge in box_xyxy)
    mask[y0:y1, x0:x1] = value


@pytest.fixture
def fake_session(request: pytest.FixtureRequest) -> Iterator[FakeSession]:
    """Make a fake session, its gate open; released at the end, so that no thread is left waiting."""
    session = FakeSession()
    if "finding_session" in request.fixturenames:  # from the start: an engine reads once what its session can do
        session.capabilities |= {"phrases", "exemplars"}
    yield session
    session.release()


@pytest.fixture
def finding_session(fake_session: FakeSession) -> FakeSession:
    """Give the fake session, which finds concepts too."""
    return fake_session


@pytest.fixture
def tiny_weights() -> bytes:
    """Make the bytes of a safetensors file of 100,000 numbers that bears the name of a SAM 3 tensor."""
    numbers = np.random.default_rng(0).integers(0, 255, 400_000, dtype=np.uint8).tobytes()
    tensor = {"dtype": "F32", "shape": [100_000], "data_offsets": [0, len(numbers)]}
    header = json.dumps({"detector.backbone.vision_backbone.trunk.x": tensor}).encode()
    return struct.pack("<Q", len(header)) + header + numbers


@pytest.fixture
def fake_hub(monkeypatch: pytest.MonkeyPatch, tiny_weights: bytes) -> Iterator[FakeHub]:
    """Put a hub in place of the real one, with the file `tiny.safetensors`; nobody is logged in."""
    import huggingface_hub

    hub = FakeHub({"tiny.safetensors": tiny_weights})
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    for variable in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(variable, raising=False)
    yield hub
    huggingface_hub.close_session()
    hub.close()


@pytest.fixture(scope="session")
def tiny_network() -> Sam3Image:
    """Build a tiny SAM 3 with random weights; nobody may change them."""
    import torch

    from sam3_annotator.model.network.builder import build_sam3_image_model
    from sam3_annotator.model.network.config import Sam3Config

    torch.manual_seed(0)
    return build_sam3_image_model(Sam3Config.tiny())


@pytest.fixture
def tiny_session(tiny_network: Sam3Image) -> Sam3Session:
    """Open a session on the tiny SAM 3."""
    from sam3_annotator.model.sam3.session import Sam3Session

    return Sam3Session(tiny_network)


def load_script(path: Path) -> ModuleType:
    """Import a script that belongs to no package, such as a benchmark."""
    spec = importlib.util.spec_from_file_location(f"{path.stem}_script", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def clicks() -> ModuleType:
    """Give the click benchmark."""
    return load_script(BENCHMARKS / "clicks.py")


@pytest.fixture(scope="session")
def exemplars() -> ModuleType:
    """Give the exemplar benchmark."""
    return load_script(BENCHMARKS / "exemplars.py")


@pytest.fixture(scope="session")
def audit() -> ModuleType:
    """Give the benchmark of the audit."""
    return load_script(BENCHMARKS / "audit.py")


MakeImage = Callable[..., Path]


@pytest.fixture
def make_image(tmp_path: Path) -> MakeImage:
    """Write an image file below `tmp_path`: `make_image("a.png", width=64, height=48, seed=0)` returns its path.

    A bright disc lies on a dark, noisy ground; the seed chooses its place, colour and the noise.
    """

    def make(name: str = "image.png", *, width: int = 64, height: int = 48, seed: int = 0) -> Path:
        from PIL import Image

        rng = np.random.default_rng(seed)
        pixels = rng.integers(0, 60, (height, width, 3), dtype=np.uint8)
        radius = max(1, min(width, height) // 4)
        center_x, center_y = rng.integers(radius, max(radius + 1, min(width, height) - radius), 2)
        ys, xs = np.ogrid[:height, :width]
        pixels[(xs - center_x) ** 2 + (ys - center_y) ** 2 < radius**2] = rng.integers(150, 255, 3)
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
        return path

    return make


@pytest.fixture
def image_folder(tmp_path: Path, make_image: MakeImage) -> Path:
    """Make a folder `photos` of four unlike PNG files, `1.png` (80 x 60), `2.png`, `3.png`, `10.png` (64 x 48)."""
    make_image("photos/1.png", width=80, height=60, seed=1)
    for number in (2, 3, 10):
        make_image(f"photos/{number}.png", seed=number)
    return tmp_path / "photos"


@pytest.fixture
def store(tmp_path: Path, image_folder: Path) -> Iterator[ProjectStore]:
    """Create a project, `tmp_path/project.sam3proj`, of the images in `image_folder`."""
    from sam3_annotator.project import ProjectStore

    created = ProjectStore.create(tmp_path / "project.sam3proj", image_roots=[image_folder])
    yield created
    created.close()
