"""Reads the words of options: coordinates, splits, and what to look for with which device."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from sam3_annotator.commands.failures import CommandFailed

SPLIT_NAMES = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class Point:
    """A place on an image, in pixels, x right and y down."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Box:
    """A box on an image, `x0 < x1` and `y0 < y1`, in pixels."""

    x0: float
    y0: float
    x1: float
    y1: float


def parse_path(text: str) -> Path:
    """Read a path; raises `ValueError` with a sentence if it is empty, which would mean the current folder."""
    if not text:
        raise ValueError("The path is empty, as from a variable that is not set; “.” is the current folder.")
    return Path(text)


def parse_point(text: str) -> Point:
    """Read `X,Y`; raises `ValueError` with a sentence."""
    x, y = _numbers(text, 2, "a point is X,Y, for example 120,80")
    return Point(x, y)


def parse_box(text: str) -> Box:
    """Read `X0,Y0,X1,Y1`, any two opposite corners; raises `ValueError` with a sentence."""
    form = "a box is X0,Y0,X1,Y1, for example 20,30,200,180"
    x0, y0, x1, y1 = _numbers(text, 4, form)
    if x0 == x1 or y0 == y1:
        raise ValueError(f"{text!r} has no area; {form}.")
    return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def corners_within(box: Box, width: int, height: int) -> tuple[float, float, float, float]:
    """Give a box's corners; raises `CommandFailed` if it reaches outside the image."""
    if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height:
        raise CommandFailed(
            f"The box {box.x0:g},{box.y0:g},{box.x1:g},{box.y1:g} reaches outside the image, "
            f"which is {width} x {height} pixels."
        )
    return box.x0, box.y0, box.x1, box.y1


def parse_split(text: str) -> dict[str, float]:
    """Read `train=0.8,val=0.2` into shares that add up to 1; raises `ValueError` with a sentence."""
    form = "a split is like train=0.8,val=0.2 and adds up to 1"
    shares: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = part.partition("=")
        name = name.strip()
        if name not in SPLIT_NAMES or name in shares:
            raise ValueError(f"{part!r} is not a part of a split; {form}; the names are {', '.join(SPLIT_NAMES)}.")
        (shares[name],) = _numbers(number, 1, form)
    if any(share < 0 for share in shares.values()) or not math.isclose(sum(shares.values()), 1.0, abs_tol=1e-6):
        raise ValueError(f"{text!r} does not add up to 1; {form}.")
    return shares


def parse_device(text: str) -> str:
    """Read `auto`, `cpu`, `cuda`, `cuda:1` or `mps`; raises `ValueError` with a sentence."""
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?|mps", text):
        raise ValueError(f"{text!r} is no device; there are auto, cpu, cuda, cuda:0 and so on, and mps.")
    return text


def parse_phrase(text: str) -> str:
    """Read a noun phrase, its spaces made single; raises `ValueError` with a sentence if it is empty."""
    phrase = " ".join(text.split())
    if not phrase:
        raise ValueError("The phrase is empty; name what to look for, for example “yellow school bus”.")
    return phrase


def _numbers(text: str, count: int, form: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count or not all(math.isfinite(number) for number in numbers):
        raise ValueError(f"{text!r} cannot be read; {form}.")
    return numbers
