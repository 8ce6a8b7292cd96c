"""Tries an application out, far from the Python and the packages that it was made of."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tifffile import imwrite

from bundle import contents
from sam3_annotator.paths import samples_dir

_TIMEOUT_S: Final = 600
_POINT: Final = "150,120"
# What Windows needs to start a program at all.
_VARIABLES: Final = ("SYSTEMROOT", "TEMP", "TMP")


class TrialFailed(Exception):  # noqa: N818 - reads as the claim it makes
    """The application does not do what the program does."""


def try_out(program: Path, home: Path) -> None:
    """Have the application examine itself, outline things and do the demo; its masks must be those of this Python.

    `home` is an empty folder. Raises `TrialFailed`.
    """
    own = [str(program)]
    examined = json.loads(_run(own, home, "doctor", "--json"))
    if examined["problems"]:
        raise TrialFailed(f"doctor finds problems: {examined['problems']}")
    if not Path(examined["program"]["from"]).is_relative_to(program.resolve().parents[1]):
        raise TrialFailed(f"the application runs {examined['program']['from']}, which is not its own")
    photo, deep = samples_dir() / "coins.jpg", home / "deep.tif"
    imwrite(deep, np.asarray(Image.open(photo).convert("L")).astype(np.uint16) * 16, compression="lzw")
    for image in (photo, deep):
        mask, wanted = (_outline(words, home, image) for words in (own, [sys.executable, "-m", contents.PACKAGE]))
        if not mask.any() or not np.array_equal(mask, wanted):
            raise TrialFailed(f"the application outlines something else on {image.name}")
    _run(own, home, "demo", "--headless", "--out", str(home / "demo"))


def _outline(command: list[str], home: Path, image: Path) -> NDArray[np.uint8]:
    out = home / "mask.png"
    _run(command, home, "segment", str(image), "--out", str(out), "--point", _POINT)
    return np.asarray(Image.open(out))


def _run(command: list[str], home: Path, *words: str) -> str:
    environment = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
    environment |= {name: str(home) for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA")}
    environment["PYTHONPATH"] = str(contents.ROOT)  # the application must not read it
    done = subprocess.run(
        [*command, *words], cwd=home, env=environment, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
    )
    if done.returncode:
        raise TrialFailed(f"{words[0]} ended with {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
