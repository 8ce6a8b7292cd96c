"""Examines the installation: what is there, what is missing, where things lie; made to be pasted into a bug report."""

from __future__ import annotations

import importlib
import importlib.metadata
import locale
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from sam3_annotator import __version__, display, paths, program

Findings = dict[str, object]  # JSON values only

# How each package is imported and how it is called where it is installed from.
PACKAGES = {
    "PySide6": "PySide6-Essentials",
    "onnxruntime": "onnxruntime",
    "torch": "torch",
    "safetensors": "safetensors",
    "huggingface_hub": "huggingface_hub",
    "ftfy": "ftfy",
    "regex": "regex",
    "cv2": "opencv-python-headless",
    "numpy": "numpy",
    "PIL": "pillow",
    "tifffile": "tifffile",
    "imagecodecs": "imagecodecs",
    "shapely": "shapely",
    "typer": "typer",
    "platformdirs": "platformdirs",
    "filelock": "filelock",
    "tqdm": "tqdm",
    "yaml": "PyYAML",
    **({"comtypes": "comtypes"} if sys.platform == "win32" else {}),
}
QT_TIMEOUT_S = 30
GIB = 1 << 30


def examine() -> Findings:
    """Ask every part in turn; one that fails answers with what went wrong and leaves the others alone.

    `problems` holds a sentence for each thing that stops some part of the program from working.
    """
    questions: dict[str, Callable[[], object]] = {
        "program": _program,
        "system": _system,
        "packages": _packages,
        "sqlite": _sqlite,
        "device": _device,
        "qt": _qt,
        "folders": _folders,
        "resources": _resources,
        "weights": _weights,
    }
    findings: Findings = {}
    for name, question in questions.items():
        try:
            findings[name] = question()
        except Exception as error:  # noqa: BLE001 - whatever is broken here is what the report is for
            findings[name] = {"error": f"{type(error).__name__}: {error}"}
    findings["problems"] = _problems(findings)
    return findings


def to_text(findings: Mapping[str, object]) -> str:
    """Lay the findings out as indented lines."""
    lines: list[str] = []
    for name, value in findings.items():
        if isinstance(value, Mapping):
            lines.append(f"{name}:")
            lines += [f"  {key}: {_inline(entry)}" for key, entry in value.items()]
        elif isinstance(value, list):
            lines.append(f"{name}: {'none' if not value else ''}".rstrip())
            lines += [f"  - {entry}" for entry in value]
        else:
            lines.append(f"{name}: {_inline(value)}")
    return "\n".join(lines)


def _inline(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {entry}" for key, entry in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value)


def _program() -> object:
    return {"version": __version__, "from": str(Path(__file__).resolve().parent), "python": sys.version.split()[0]}


def _system() -> object:
    return {
        "name": platform.platform(),
        "machine": platform.machine(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory GiB": _memory_gib(),
        "language": locale.getlocale()[0],
        "file names": sys.getfilesystemencoding(),
        "python": sys.executable,
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def _memory_gib() -> float | None:
    if sys.platform == "win32":
        import ctypes

        kibibytes = ctypes.c_ulonglong()
        is_known = ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kibibytes))
        return round(kibibytes.value * 1024 / GIB, 1) if is_known else None
    try:
        return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / GIB, 1)
    except (OSError, ValueError):  # some systems lack the names
        return None


def _packages() -> object:
    return {name: _package(name, distribution) for name, distribution in PACKAGES.items()}


def _package(name: str, distribution: str) -> str:
    """Import it, since a package may be there and broken; give its version or what went wrong."""
    try:
        module = importlib.import_module(name)
    except Exception as error:  # noqa: BLE001 - packages raise what they like when they are imported
        return f"cannot be imported ({type(error).__name__}: {error})"
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return f"{getattr(module, '__version__', 'version unknown')} (not installed as {distribution})"


def _sqlite() -> object:
    import sqlite3

    return {"version": sqlite3.sqlite_version}


def _device() -> object:
    import torch

    from sam3_annotator.model.builtin.runtime import count_threads

    found: dict[str, object] = {
        "threads of the built-in model": count_threads(),
        "torch threads": torch.get_num_threads(),
        "cuda": "no",
        "mps": "no",
    }
    if torch.cuda.is_available():
        memory = torch.cuda.get_device_properties(0).total_memory / GIB
        found["cuda"] = f"{torch.cuda.get_device_name(0)}, {memory:.1f} GiB, CUDA {torch.version.cuda}"
    if torch.backends.mps.is_available():
        found["mps"] = "yes"
    return found


def _qt() -> object:
    environment = dict(os.environ)
    if not display.has_display():
        environment |= display.offscreen()
    asked = subprocess.run(  # a process of its own: Qt aborts where it cannot start
        [*program.command(), "qt-facts"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=QT_TIMEOUT_S,
        check=False,
    )
    answer: dict[str, object] = {
        "display": "yes" if display.has_display() else "none",
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "not set"),
        "missing system packages": list(display.missing_packages()),
    }
    if asked.returncode != 0 or not asked.stdout.strip():
        said = asked.stderr.strip().splitlines()
        return answer | {"error": f"Qt does not start: {said[-1] if said else f'it ended with {asked.returncode}'}"}
    import json

    return answer | json.loads(asked.stdout.strip().splitlines()[-1])


def _folders() -> object:
    return {
        "data": _folder(paths.user_data_dir()),
        "cache": _folder(paths.user_cache_dir()),
        "log": _folder(paths.user_log_dir()),
    }


def _folder(folder: Path) -> str:
    """Say whether it can be written; one that does not exist yet is tried as the program will, by making it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        free = shutil.disk_usage(folder).free / GIB
    except OSError as error:
        return f"{folder} (cannot be written: {error.strerror or error})"
    return f"{folder} (writable, {free:.1f} GiB free)"


def _resources() -> object:
    folder = paths.resources_dir()
    return {
        "folder": str(folder) if folder.is_dir() else f"{folder} (missing)",
        "sample photos": len(list(paths.samples_dir().glob("*.jpg"))),
        "icons": len(list((folder / "icons").glob("*.svg"))),
    }


def _weights() -> object:
    from sam3_annotator.model import Catalog

    catalog = Catalog()
    return {"folder": str(catalog.folder)} | {
        entry.name: f"{entry.state}, {entry.size:,} bytes" for entry in catalog.entries() if entry.fetched
    }


def _problems(findings: Mapping[str, object]) -> list[str]:
    """Say in a sentence each what of all this does not work."""
    problems = []
    for name, value in findings.items():
        if not isinstance(value, Mapping):
            continue
        if "error" in value:
            problems.append(f"{name}: {value['error']}")
        for key, entry in value.items():
            if isinstance(entry, str) and ("cannot be" in entry or "(missing)" in entry):
                problems.append(f"{name}, {key}: {entry}")
    resources = findings.get("resources")
    if isinstance(resources, Mapping) and resources.get("sample photos") == 0:
        problems.append("resources: the sample photos are missing, so the demo cannot run.")
    qt = findings.get("qt")
    if isinstance(qt, Mapping) and qt.get("display") == "yes" and qt.get("missing system packages"):
        problems.append(f"qt: system packages are missing: {_inline(qt['missing system packages'])}")
    return problems
