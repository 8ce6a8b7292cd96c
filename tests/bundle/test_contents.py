"""What goes into the application is all that the program needs; told without making it."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import imagecodecs.imagecodecs as codecs
import pytest
import tifffile.tifffile
import torch
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bundle import contents
from sam3_annotator.model.network.sam3_image import Sam3Image
from tests.official_weights import official_weights

# What is left out cannot be imported, as in the application. That the program gets along is not enough: a package that
# tries and goes on without may do so differently.
WORK = """
import importlib.abc, sys
from pathlib import Path

root, tmp = sys.argv[1:]
sys.path.append(root)
from bundle import contents
foreign = set(contents.foreign_modules())
tried = []

class LeftOut(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if contents.is_left_out(name) or name.partition(".")[0] in foreign:
            tried.append(name)
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.path.remove(root)
sys.meta_path.insert(0, LeftOut())

import numpy as np
from tifffile import imwrite
import sam3_annotator
from sam3_annotator import cli, doctor
from sam3_annotator.app import make_application
from sam3_annotator.model import ConceptPrompt, EmbeddingCache, Exemplar, PointPrompt
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.sam3 import open_sam3
from sam3_annotator.ui.settings import Appearance
from sam3_annotator.ui.theme import apply_theme

assert cli.run(["no-such-command"]) == 2
assert Path(sam3_annotator.__file__).is_relative_to(tmp), sam3_annotator.__file__
findings = doctor.examine()
assert findings["problems"] == [], findings["problems"]
pixels = np.random.default_rng(0).integers(0, 255, (90, 120, 3)).astype(np.uint8)
imwrite(f"{tmp}/deep.tif", pixels.astype(np.uint16) * 16, compression="lzw", photometric="rgb")
assert cli.run(["segment", f"{tmp}/deep.tif", "--out", f"{tmp}/mask.png", "--point", "60,40"]) == 0
session = open_sam3(Path(tmp) / "sam3.pt", "cpu", config=Sam3Config.tiny())
embedding = EmbeddingCache().embed("key", session, lambda: pixels, lambda: None)
session.segment(embedding, [PointPrompt(60, 45)])
session.detect(embedding, ConceptPrompt(phrase="cat", exemplars=(Exemplar(20, 20, 50, 50),)))
apply_theme(make_application(), Appearance.DARK)
assert cli.run(["new", f"{tmp}/a.sam3proj", "--images", tmp, "--category", "cat"]) == 0
words = ["--format", "coco", "--include-unannotated"]
assert cli.run(["export", f"{tmp}/a.sam3proj", f"{tmp}/out", *words]) == 0
print("tried:", *tried)
"""


@pytest.fixture
def laid_out(tmp_path: Path) -> Path:
    """Lay the program's modules and files out as the application has them, and nothing else of it."""
    for path, folder in contents.resources():
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, tmp_path / folder)
    for name in contents.modules():
        if not name.startswith(contents.PACKAGE):
            continue
        path = contents.ROOT.joinpath(*name.split("."))
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        target = tmp_path / path.relative_to(contents.ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return tmp_path


def test_the_program_needs_nothing_that_is_left_out(laid_out: Path, tiny_network: Sam3Image) -> None:
    torch.save({"model": official_weights(tiny_network)}, laid_out / "sam3.pt")
    environment = {**os.environ, "PYTHONPATH": str(laid_out)}

    asked = subprocess.run(
        [sys.executable, "-c", WORK, str(contents.ROOT), str(laid_out)],
        cwd=laid_out,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.splitlines()[-1] == "tried:"


def test_every_package_that_a_module_imports_goes_in() -> None:
    owners = importlib.metadata.packages_distributions()
    needed = {canonicalize_name(each.name) for each in contents.needed_distributions()}
    project = tomllib.loads((contents.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = map(Requirement, project["dependencies"])
    others = {each.name for each in requirements if each.marker and not each.marker.evaluate()}  # of other systems

    missing = {
        name
        for path in (contents.ROOT / contents.PACKAGE).rglob("*.py")
        for name in _imported_by(path)
        if (top := name.partition(".")[0]) not in {*sys.stdlib_module_names, contents.PACKAGE, *others}
        and (contents.is_left_out(name) or not needed & {canonicalize_name(owner) for owner in owners.get(top, [])})
    }

    assert missing == set()


def _imported_by(path: Path) -> set[str]:
    """Name what a module imports, at its beginning or within its functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def test_every_codec_that_tifffile_asks_for_goes_in() -> None:
    source = Path(tifffile.tifffile.__file__).read_text(encoding="utf-8")
    asked = set(re.findall(r"codec = imagecodecs\.(\w+)", source)) | set(
        re.findall(r"imagecodecs\.(\w+_decode)", source)
    )
    installed = {path.name.partition(".")[0] for path in Path(codecs.__file__).parent.iterdir()}

    modules = {module for name in asked for module in _modules_of(name)} & installed

    assert "_imcd" in modules
    assert modules - set(contents.TIFF_CODECS) == set()
    bundled = {name.removeprefix("imagecodecs.") for name in contents.modules() if name.startswith("imagecodecs.")}
    assert modules <= bundled <= installed


def _modules_of(codec: str) -> set[str]:
    """Name the modules that a function of imagecodecs lies in; `jpeg_decode` chooses between several."""
    if codec.startswith("jpeg_"):
        return {"_jpeg8", "_jpegsof3", "_ljpeg"}
    return {codecs._ATTRIBUTES[codec]} if codec in codecs._ATTRIBUTES else set()


def test_tools_of_developers_stay_out() -> None:
    foreign = contents.foreign_modules()

    assert {"pytest", "_pytest", "hypothesis", "transformers", "mypy"} <= set(foreign)
    assert not {"torch", "PySide6", "cv2", "yaml", "PIL", "_yaml", "shiboken6"} & set(foreign)


@pytest.mark.parametrize(
    "place",
    [
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/Qt/plugins/platforms/libqwayland.so",
        "PySide6/plugins/platforms/qwindows.dll",
        "PySide6/Qt6Widgets.dll",
        "cv2/cv2.pyd",
        "PySide6/plugins/styles/qmodernwindowsstyle.dll",
        "PySide6/Qt/plugins/platforms/libqcocoa.dylib",
        "PySide6/Qt/plugins/imageformats/libqsvg.so",
        "PySide6/Qt/lib/libQt6Svg.so.6",
        "torch/lib/libtorch_cpu.so",
        "torch/bin/torch_shm_manager",
        "sam3_annotator/resources/builtin/builtin.safetensors",
    ],
)
def test_is_kept(place: str) -> None:
    assert contents.keeps(place)


@pytest.mark.parametrize(
    "place",
    [
        "PySide6/Qt/plugins/sqldrivers/libqsqlite.so",
        "PySide6/Qt/plugins/platforms/libqeglfs.so",
        "PySide6/plugins/tls/qopensslbackend.dll",
        "PySide6/Qt/translations/qtbase_de.qm",
        "PySide6/Qt/qml/QtQuick/qmldir",
        "torch/bin/protoc",
        "torch/test/test_api",
        "torch/include/ATen/ATen.h",
        "torch/lib/torch_cpu.lib",
        "PySide6/opengl32sw.dll",
        "cv2/opencv_videoio_ffmpeg500_64.dll",
    ],
)
def test_stays_out(place: str) -> None:
    assert not contents.keeps(place)


def test_libraries_of_the_desktop_are_the_systems() -> None:
    brought = [name for name in ("libxcb-cursor.so.0", "libssl.so.3") if contents.keeps(name, is_of_the_system=True)]
    others = ("libstdc++.so.6", "libglib-2.0.so.0", "libX11.so.6", "libxcb.so.1", "libfontconfig.so.1")

    assert brought == ["libxcb-cursor.so.0", "libssl.so.3"]
    assert [name for name in others if contents.keeps(name, is_of_the_system=True)] == []
