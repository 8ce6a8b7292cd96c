"""Says what goes into the application and what of its packages stays out."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = "sam3_annotator"

LEFT_OUT: Final = (
    "tkinter",
    # Of Qt: what its own packages offer beside.
    "PySide6.QtDBus",
    "PySide6.QtNetwork",
    # Of torch: what makes machine code, its tests, other formats of models. All else goes in, also sympy, and with its
    # source: torch reads it when it is imported, and runs through parts of its compiler to make empty tensors.
    "torch._inductor",
    "torch.onnx",
    "torch.testing._internal.common_methods_invocations",
    "torch.testing._internal.common_modules",
    "torch.testing._internal.common_nn",
    "torch.testing._internal.common_utils",
    "torch.testing._internal.distributed",
    "torch.testing._internal.opinfo",
    "torch.utils.benchmark",
    "torch.utils.tensorboard",
    "triton",
    "functorch",
    "jinja2",
    "markupsafe",
    "networkx",
    "pkg_resources",
    "setuptools",
    "_distutils_hack",
    # Of ONNX Runtime: what makes models.
    "onnxruntime.quantization",
    "onnxruntime.tools",
    "onnxruntime.transformers",
    "flatbuffers",
    "google",
    # Of huggingface_hub: what its own downloads use, which are not ours.
    "fsspec",
    "hf_xet",
    # Of typer: colours.
    "markdown_it",
    "mdurl",
    "pygments",
    "rich",
)
"""Modules of needed packages that the program never imports; `tests/bundle` works without them."""

TIFF_CODECS: Final = (
    "_ccitt",
    "_deflate",
    "_imcd",
    "_jetraw",
    "_jpeg2k",
    "_jpeg8",
    "_jpegsof3",
    "_jpegxl",
    "_jpegxr",
    "_lerc",
    "_ljpeg",
    "_lzma",
    "_png",
    "_shared",
    "_shared_cython",
    "_webp",
    "_zlib",
    "_zstd",
)
"""The modules of imagecodecs that tifffile asks for, by name; there are as many again. Not every system has all."""

_PLUGINS_OF_QT: Final = (
    "iconengines/*",
    "imageformats/*",
    "platforminputcontexts/*compose*",
    "platforminputcontexts/*ibus*",
    "platforms/*cocoa*",
    "platforms/*minimal.*",
    "platforms/*offscreen*",
    "platforms/*wayland*",
    "platforms/*windows*",
    "platforms/*xcb*",
    "platformthemes/*",
    "styles/*",
    "wayland-decoration-client/*",
    "wayland-graphics-integration-client/*",
    "wayland-shell-integration/*",
    "xcbglintegrations/*",
)
_FILES_NEEDED: Final = ("torch/bin/torch_shm_manager*",)  # torch looks for it when it is imported
_FILES_LEFT_OUT: Final = (
    "PySide6/*qml/*",
    "PySide6/*translations/*",  # the program has no others
    # On Windows, each loaded only when it is asked for: draws OpenGL, which no widget uses; reads films.
    "PySide6/opengl32sw.dll",
    "cv2/opencv_videoio_ffmpeg*.dll",
    "torch/bin/*",
    "torch/include/*",
    "torch/share/*",
    "torch/test/*",
    "*.a",
    "*.h",
    "*.lib",
    "*.pyi",
)
_SYSTEM_LIBRARIES: Final = (
    # Python's, in versions that differ from system to system.
    "libbz2.so*",
    "libcrypto.so*",
    "libffi.so*",
    "liblzma.so*",
    "libmpdec.so*",
    "libpython*.so*",
    "libsqlite3.so*",
    "libssl.so*",
    "libuuid.so*",
    # Qt's, which many desktops lack.
    "libxcb-*.so*",
    "libxkbcommon*.so*",
)
"""What the application brings for Linux. All else is the system's: its drivers and themes share that with Qt."""


def resources() -> list[tuple[Path, str]]:
    """Give the files that the program reads, each with its folder in the application, as installed from a wheel."""
    files = [path for path in (ROOT / "resources").rglob("*") if path.is_file()]
    beside = [path for path in (ROOT / PACKAGE).rglob("*") if path.suffix not in {"", ".py", ".pyc"}]
    return [(path, f"{PACKAGE}/{path.parent.relative_to(ROOT).as_posix()}") for path in files] + [
        (path, path.parent.relative_to(ROOT).as_posix()) for path in beside
    ]


def modules() -> list[str]:
    """Name the modules that the application must have: all of the program, and those that are imported by a name."""
    paths = sorted((ROOT / PACKAGE).rglob("*.py"))
    names = (".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths)
    codecs = (f"imagecodecs.{codec}" for codec in TIFF_CODECS)
    return [name.removesuffix(".__init__") for name in names] + [codec for codec in codecs if find_spec(codec)]


def needed_distributions() -> list[importlib.metadata.Distribution]:
    """Give what the program needs to be installed, and what that needs, but none of the extras.

    What is not installed is missing, such as what other systems need.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found: dict[str, importlib.metadata.Distribution] = {}
    waiting = list(_names(project["dependencies"]))
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name] = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        waiting += _names(found[name].requires or [])
    return [found[name] for name in sorted(found)]


def bundled_distributions() -> list[importlib.metadata.Distribution]:
    """Give the needed distributions but those whose modules are all left out."""
    modules_of: dict[str, set[str]] = {}
    for module, owners in importlib.metadata.packages_distributions().items():
        for owner in owners:
            modules_of.setdefault(canonicalize_name(owner), set()).add(module)
    return [
        each
        for each in needed_distributions()
        if not modules_of.get(canonicalize_name(each.name), {""}) <= set(LEFT_OUT)
    ]


def foreign_modules() -> list[str]:
    """Name what is installed here and needed by no part of the program, such as the tools of its developers.

    Packages import such things if they find them.
    """
    needed = {canonicalize_name(each.name) for each in needed_distributions()} | {"sam3-annotator"}
    installed = importlib.metadata.packages_distributions()
    return sorted(
        module
        for module, owners in installed.items()
        if module.isidentifier() and not needed & {canonicalize_name(owner) for owner in owners}
    )


def keeps(destination: str, *, is_of_the_system: bool = False) -> bool:
    """Say whether a file goes to this place of the application, given with `/`; or a library of the system."""
    if is_of_the_system:
        return any(fnmatch(Path(destination).name, pattern) for pattern in _SYSTEM_LIBRARIES)
    plugin = re.search(r"PySide6/(?:Qt/)?plugins/(.+)", destination)
    if plugin:
        return any(fnmatch(plugin[1], pattern) for pattern in _PLUGINS_OF_QT)
    if any(fnmatch(destination, pattern) for pattern in _FILES_NEEDED):
        return True
    return not any(fnmatch(destination, pattern) for pattern in _FILES_LEFT_OUT)


def is_left_out(module: str) -> bool:
    """Say whether a module, or what it is part of, stays out."""
    return any(module == name or module.startswith(f"{name}.") for name in LEFT_OUT)


def _names(requirements: list[str]) -> Iterator[str]:
    for requirement in map(Requirement, requirements):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield canonicalize_name(requirement.name)
