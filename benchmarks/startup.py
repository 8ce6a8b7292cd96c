"""How long from the start of the process until the window is painted; the promise is 600 ms."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sam3_annotator.paths import samples_dir

PROBE = Path(__file__).with_name("_shown.py")
TIMEOUT_S = 60.0

Command = tuple[str, str, str, list[str]]  # interpreter, Qt binding, module, words


def milliseconds_to_window(python: str, binding: str, module: str, words: list[str], home: Path) -> float:
    """Start the program once, in a home of its own, and give the time until its window is painted."""
    environment = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config")}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    # An installed program is compiled; a checkout that is told to write no bytecode would be compiled at each start.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = str(home / "bytecode")
    started = time.monotonic_ns()
    ended = subprocess.run(
        [python, str(PROBE), binding, module, *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    lines = ended.stdout.split()
    if ended.returncode != 0 or not lines:
        raise SystemExit(f"{module} showed no window (exit status {ended.returncode}): {ended.stderr.strip()[-2000:]}")
    return (int(lines[-1]) - started) / 1e6


def measure(name: str, runs: int, command: Command, peer: str | None = None) -> dict[str, object]:
    """Start a program `runs` times after one start that only fills the disk cache."""
    with tempfile.TemporaryDirectory() as home:
        times = [milliseconds_to_window(*command, Path(home)) for _ in range(runs + 1)][1:]
    return {
        "name": name,
        "median_ms": round(statistics.median(times), 1),
        "p99_ms": round(statistics.quantiles(times, n=100)[98] if len(times) > 1 else times[0], 1),
        "runs": runs,
        "peer": peer,
    }


def peer_version(python: str) -> str | None:
    """Give the version of labelme in that interpreter, None where it is not installed."""
    code = "from importlib.metadata import version; print(version('labelme'))"
    asked = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return asked.stdout.strip() if asked.returncode == 0 else None


def measured(runs: int, peer_python: str) -> list[dict[str, object]]:
    """Measure the start page, a project of the sample photos, and labelme with the same photos where there is one."""
    ours = (sys.executable, "PySide6", "sam3_annotator")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "samples.sam3proj"
        make = [sys.executable, "-m", "sam3_annotator", "new", str(project), "--images", str(samples_dir())]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
        rows = [
            measure("startup start page", runs, (*ours, [])),
            measure("startup project", runs, (*ours, ["open", str(project)])),
        ]
    version = peer_version(peer_python)
    if version is not None:
        command = (peer_python, "PyQt5", "labelme", [str(samples_dir())])
        rows.append(measure("startup folder in labelme", runs, command, peer=f"labelme {version}"))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--runs", type=int, default=9, help="starts of each program")
    parser.add_argument("--peer-python", default=sys.executable, help="the interpreter that labelme is installed in")
    words = parser.parse_args()
    rows = measured(words.runs, words.peer_python)
    if words.json:
        print(json.dumps({"benchmark": "startup", "results": rows}, indent=2))
        return
    for row in rows:
        print(f"{row['name']:<28} median {row['median_ms']:>7} ms   p99 {row['p99_ms']:>7} ms   {row['peer'] or ''}")
    peers = [row for row in rows if row["peer"]]
    for peer in peers:
        print(f"ours / {peer['peer']}: {float(str(rows[1]['median_ms'])) / float(str(peer['median_ms'])):.2f}")


if __name__ == "__main__":
    main()
