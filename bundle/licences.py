"""Puts the licences of everything that the application holds beside it."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Final

from bundle import contents

_TEXT: Final = re.compile(r"(?i)^(third.?party)?.*(licen[cs]e|copying|copyright|notice|authors)[^/]*$")
_CODE: Final = {".h", ".py", ".pyc", ".pyi"}
_TEXTS: Final = Path(__file__).parent / "licence_texts"


def write_licences(folder: Path, inside: Path) -> None:
    """Write `LICENSE` and `licences/` into a folder; `inside` holds the libraries of the application."""
    shutil.copy(contents.ROOT / "LICENSE", folder)
    out = folder / "licences"
    shutil.copytree(_TEXTS, out)
    lines = ["", "| Package | Version | Licence |", "|---|---|---|"]
    for distribution in contents.bundled_distributions():
        _copy_texts(distribution, out / distribution.name)
        lines.append(f"| {distribution.name} | {distribution.version} | {_named_licence(distribution)} |")
    shutil.copy(_licence_of_python(), out / "Python.txt")
    lines.append(f"| Python | {sys.version.split()[0]} | `Python.txt` |")
    for package in sorted(_packages_of_the_system(inside)):
        shutil.copy(Path("/usr/share/doc") / package / "copyright", out / f"{package}.txt")
        lines.append(f"| {package} | the system's | `{package}.txt` |")
    with (out / "README.md").open("a", encoding="utf-8") as index:
        index.write("\n".join(lines) + "\n")


def _copy_texts(distribution: importlib.metadata.Distribution, out: Path) -> None:
    for file in distribution.files or []:
        if (_TEXT.match(file.name) and file.suffix not in _CODE) or "licenses" in file.parts[:-1]:
            target = out.joinpath(*(part for part in file.parts if part != ".."))
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(str(file.locate()), target)


def _named_licence(distribution: importlib.metadata.Distribution) -> str:
    def told(field: str) -> list[str]:
        return distribution.metadata.get_all(field) or []

    classes = [line.rpartition(" :: ")[2] for line in told("Classifier") if line.startswith("License ::")]
    first_lines = [text.strip().partition("\n")[0] for text in told("License")]
    return ", ".join(told("License-Expression") or classes or first_lines) or "see its folder"


def _licence_of_python() -> Path:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    places = (
        Path(sysconfig.get_path("stdlib")) / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE.txt",
        Path("/usr/share/doc") / version / "copyright",  # of Debian
    )
    return next(place for place in places if place.is_file())


def _packages_of_the_system(inside: Path) -> set[str]:
    """Name the packages of Debian that the libraries of the system come from; other systems keep no such texts."""
    if shutil.which("dpkg-query") is None:
        return set()
    files = [path for path in inside.glob("lib*.so*") if not path.is_symlink()]
    names = [path.name for path in files if not path.name.startswith("libpython")]  # which need not be the system's
    asked = subprocess.run(
        ["dpkg-query", "-S", *(f"*/{name}" for name in names)], capture_output=True, text=True, check=False
    )
    found = {line.partition(":")[0] for line in asked.stdout.splitlines()}
    return {package for package in found if (Path("/usr/share/doc") / package / "copyright").is_file()}
