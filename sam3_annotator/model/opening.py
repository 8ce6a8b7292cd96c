"""Opens a session by the name of a model or by where its weights are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sam3_annotator.model.builtin import is_builtin_file, open_builtin
from sam3_annotator.model.catalog import Catalog
from sam3_annotator.model.errors import ModelUnavailable
from sam3_annotator.model.progress import LoadingProgress, untold
from sam3_annotator.model.sam3 import open_sam3
from sam3_annotator.model.session import Session
from sam3_annotator.model.weights_files import find_weights
from sam3_annotator.paths import expand_home

# A library that is not there or one that it needs, one without a function, one that cannot begin.
_LIBRARY_ERRORS: Final = frozenset({126, 127, 1114})


def open_session(
    name: str | Path = "builtin",
    device: str = "auto",
    dtype: str = "auto",
    *,
    progress: LoadingProgress = untold,
) -> Session:
    """Load a model; call it on the thread that will use the session.

    `name` is `builtin`, `grabcut`, a name of the catalogue, or the path of a checkpoint: of SAM 3, in any layout that
    `load_model` reads, or of the built-in model. `device` is `auto`, `cpu`, `cuda`, `cuda:1` or `mps`; `dtype` is
    `auto`, `float32`, `float16` or `bfloat16`. `progress` is told what is done and the bytes of weights, and may
    raise `Cancelled`. Raises `ModelUnavailable` for a name, device or dtype that there is not, or a library that does
    not load, and `OutOfMemory` if the model does not fit.
    """
    with _libraries_told():
        return _open(name, device, dtype, progress)


def _open(name: str | Path, device: str, dtype: str, progress: LoadingProgress) -> Session:
    if name == "grabcut":
        # OpenCV takes a moment to import: not before the session is wanted, so that the window shows first.
        from sam3_annotator.model.grabcut.session import GrabCutSession

        _require_cpu("GrabCut", device, dtype)
        return GrabCutSession()
    if name == "builtin":
        _require_cpu("The built-in model", device, dtype)
        return open_builtin()
    path = _place_of(name)
    file = find_weights(path).path
    if is_builtin_file(file):
        _require_cpu("The built-in model", device, dtype)
        return open_builtin(file)
    return open_sam3(path, device, dtype, progress=progress)


@contextmanager
def _libraries_told() -> Iterator[None]:
    """Say what Windows lacks for PyTorch or ONNX Runtime to load."""
    try:
        yield
    except (ImportError, OSError) as error:
        # Only there do errors have such a number, and do modules fail to load in these words.
        if getattr(error, "winerror", None) not in _LIBRARY_ERRORS and "DLL load failed" not in str(error):
            raise
        raise ModelUnavailable(
            f"A library that the model computes with does not load ({error}). Install the latest Microsoft Visual C++ "
            "Redistributable (https://aka.ms/vs/17/release/vc_redist.x64.exe), then start the program again."
        ) from error


def _place_of(name: str | Path) -> Path:
    """Give the file or folder that is meant: a name of the catalogue comes before a path that looks like it."""
    catalog = Catalog()
    if str(name) in {entry.name for entry in catalog.entries()}:
        return catalog.resolve(str(name))
    path = expand_home(name)
    if path.exists():
        return path
    if path.name != str(name) or path.suffix:
        raise ModelUnavailable(f"There is no file or folder {path}; say where the weights of the model are.")
    return catalog.entry(str(name)).path  # which says what there is instead


def _require_cpu(model: str, device: str, dtype: str) -> None:
    if device not in ("auto", "cpu") or dtype not in ("auto", "float32"):
        raise ModelUnavailable(
            f"{model} computes on the CPU in float32, not on “{device}” in “{dtype}”; choose “auto” for both."
        )
