"""Opens a session by the name of a model or by where its weights are."""

from __future__ import annotations

from pathlib import Path

from sam3_annotator.model.builtin import is_builtin_file, open_builtin
from sam3_annotator.model.catalog import Catalog
from sam3_annotator.model.errors import ModelUnavailable
from sam3_annotator.model.progress import LoadingProgress, untold
from sam3_annotator.model.sam3 import open_sam3
from sam3_annotator.model.session import Session
from sam3_annotator.paths import expand_home


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
    raise `Cancelled`. Raises `ModelUnavailable` for a name, device or dtype that there is not, and `OutOfMemory` if the
    model does not fit.
    """
    if name == "grabcut":
        # OpenCV takes a moment to import: not before the session is wanted, so that the window shows first.
        from sam3_annotator.model.grabcut import GrabCutSession

        _require_cpu("GrabCut", device, dtype)
        return GrabCutSession()
    if name == "builtin":
        _require_cpu("The built-in model", device, dtype)
        return open_builtin()
    path = _find_weights(name)
    if is_builtin_file(path):
        _require_cpu("The built-in model", device, dtype)
        return open_builtin(path)
    return open_sam3(path, device, dtype, progress=progress)


def _find_weights(name: str | Path) -> Path:
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
