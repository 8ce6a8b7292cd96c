"""Opens weights files, told apart by what is in them: tensors are mapped from the disk, and no code in them is run."""

from __future__ import annotations

import ctypes
import mmap
import sys
import zipfile
from pathlib import Path
from pickle import UnpicklingError
from typing import Protocol

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from sam3_annotator.model.errors import ModelUnavailable
from sam3_annotator.model.weights_files import find_weights
from sam3_annotator.model.weights_files.heads import HEAD_BYTES, describe_foreign, is_archive, is_safetensors

WRAPPERS = ("model", "state_dict")


class WeightsFile(Protocol):
    """A file (or several parts of one) full of tensors."""

    @property
    def path(self) -> Path:
        """What to call it in a sentence."""
        ...

    def map(self) -> dict[str, Tensor]:
        """Give all tensors by name, on the CPU; each is read from the disk when it is looked at.

        Raises `ModelUnavailable` with a sentence if the file is damaged.
        """
        ...


def open_weights(path: Path) -> WeightsFile:
    """Open a file, or what counts in a folder; raises `ModelUnavailable` if there are no weights to be read."""
    found = find_weights(path)
    path = found.path
    if found.parts != (path,):
        return SafetensorsFile(path, found.parts)
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise ModelUnavailable(f"{path} cannot be read ({error.strerror}); choose another file.") from error
    if is_archive(head):
        return TorchFile(path)
    if is_safetensors(head):
        return SafetensorsFile(path)
    raise ModelUnavailable(f"{path} {describe_foreign(head)}")


def let_go(tensor: Tensor) -> None:
    """Give back the memory of a mapped tensor that will not be looked at again.

    The system takes it back anyway when it is short of it, but until then it counts as this program's.
    """
    if sys.platform != "linux" or not tensor.is_contiguous():
        return
    first = -(-tensor.data_ptr() // mmap.PAGESIZE) * mmap.PAGESIZE  # whole pages only: others share the rest
    last = (tensor.data_ptr() + tensor.nbytes) // mmap.PAGESIZE * mmap.PAGESIZE
    if first < last:
        ctypes.CDLL(None).madvise(ctypes.c_void_p(first), ctypes.c_size_t(last - first), mmap.MADV_DONTNEED)


class TorchFile:
    """A file of `torch.save`: a zip archive with a pickle of names and, beside it, the tensors' bytes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
        except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
            raise _cut_off(path) from error
        if not any(name.endswith("/data.pkl") for name in names) or any(n.endswith("/constants.pkl") for n in names):
            raise ModelUnavailable(
                f"{path} is an archive, but not one of weights; unpack it and choose sam3.pt or model.safetensors."
            )

    def map(self) -> dict[str, Tensor]:
        """Give all tensors by name, those below `model` or `state_dict` if the file has such an entry."""
        try:
            loaded = torch.load(self.path, map_location="cpu", weights_only=True, mmap=True)
        except UnpicklingError as error:
            raise ModelUnavailable(
                f"{self.path} holds more than tensors: objects of a program, whose code would be run by reading them, "
                "which is never done here; choose the original sam3.pt or model.safetensors."
            ) from error
        except Exception as error:  # a damaged pickle raises whatever it comes upon
            raise _cut_off(self.path) from error
        for wrapper in WRAPPERS:
            if isinstance(loaded, dict) and isinstance(loaded.get(wrapper), dict):
                loaded = loaded[wrapper]
        if not isinstance(loaded, dict) or not loaded or not all(isinstance(name, str) for name in loaded):
            raise ModelUnavailable(
                f"{self.path} is a file of PyTorch, but holds no tensors with names; choose sam3.pt."
            )
        others = sorted(name for name, value in loaded.items() if not isinstance(value, Tensor) or value.is_meta)
        if others:
            raise ModelUnavailable(
                f"{self.path} holds other things among its tensors (“{others[0]}”), so it is no weights file of SAM 3; "
                "choose sam3.pt or model.safetensors."
            )
        return loaded


class SafetensorsFile:
    """A safetensors file, or the parts that its index names."""

    def __init__(self, path: Path, parts: tuple[Path, ...] = ()) -> None:
        self.path = path
        self._parts = parts or (path,)

    def map(self) -> dict[str, Tensor]:
        """Give all tensors of all parts by name."""
        tensors: dict[str, Tensor] = {}
        for part in self._parts:
            with _open_safetensors(part) as file:
                for name in file.keys():  # noqa: SIM118 - no mapping
                    if name in tensors:
                        raise ModelUnavailable(
                            f"{self.path} names parts that overlap: “{name}” is in {part.name} and in another; "
                            "download all of them again."
                        )
                    tensors[name] = _map_tensor(file, name, part)
        return tensors


def _open_safetensors(path: Path) -> safe_open:
    try:
        return safe_open(path, framework="pt")
    except (OSError, SafetensorError) as error:
        raise _cut_off(path) from error


def _map_tensor(file: safe_open, name: str, path: Path) -> Tensor:
    try:
        tensor: Tensor = file.get_tensor(name)  # type: ignore[no-untyped-call]  # it is not typed
    except SafetensorError as error:
        raise ModelUnavailable(
            f"{path} is repackaged: PyTorch has no numbers such as those of “{name}” ({error}); "
            "choose sam3.pt or model.safetensors of facebook/sam3."
        ) from error
    return tensor


def _cut_off(path: Path) -> ModelUnavailable:
    size = path.stat().st_size / 1e6
    return ModelUnavailable(
        f"{path} is damaged or was cut off at {size:,.1f} MB (SAM 3 has about 3,450); delete it and download it again."
    )
