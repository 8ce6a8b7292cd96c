"""The wheel, installed into an empty environment elsewhere, is the whole program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from sam3_annotator.demo.script import SCRIPT

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into a new environment, which borrows everything else from this one; returns its program."""
    home = tmp_path_factory.mktemp("elsewhere") / "environment"
    venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(home)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    python = programs / Path(sys.executable).name
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    asked = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = subprocess.run(asked, check=True, capture_output=True, text=True, timeout=60).stdout.strip()
    (Path(packages) / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return programs / "sam3-annotator"


def _run(program: Path, *words: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(program), *words],
        cwd=program.parent,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def test_wheel_holds_every_resource_and_nothing_of_the_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    resources = [path.relative_to(ROOT).as_posix() for path in (ROOT / "resources").rglob("*") if path.is_file()]
    assert [name for name in resources if f"sam3_annotator/{name}" not in names] == []
    assert [name for name in names if name.startswith(("tests/", "benchmarks/", "resources/"))] == []
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_installed_doctor_finds_the_resources_inside_the_package(installed: Path) -> None:
    ended = _run(installed, "doctor", "--json")

    assert ended.returncode == 0, ended.stderr
    findings = json.loads(ended.stdout)
    assert findings["program"]["from"].startswith(str(installed.parents[1]))
    assert findings["resources"]["folder"] == str(Path(findings["program"]["from"]) / "resources")
    assert findings["problems"] == []


@pytest.mark.slow
def test_installed_demo_does_the_main_job(installed: Path, tmp_path: Path) -> None:
    ended = _run(installed, "demo", "--headless", "--out", str(tmp_path / "demo"), timeout=600)

    assert ended.returncode == 0, ended.stderr
    assert any((tmp_path / "demo").rglob("*.png"))
    labelled = []
    for file in (tmp_path / "demo" / "coco" / "annotations").glob("*.json"):
        coco = json.loads(file.read_text(encoding="utf-8"))
        names = {one["id"]: Path(one["file_name"]).name for one in coco["images"]}
        categories = {one["id"]: one["name"] for one in coco["categories"]}
        labelled += [(names[one["image_id"]], categories[one["category_id"]]) for one in coco["annotations"]]
    assert sorted(labelled) == sorted((name, target.category) for name, targets in SCRIPT.items() for target in targets)
