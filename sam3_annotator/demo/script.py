"""What the demo does on each sample photograph: where it clicks and boxes, and what it calls the result."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Click:
    """A click with the points tool, left on the object or right off it."""

    x: float
    y: float
    positive: bool = True


@dataclass(frozen=True, slots=True)
class Drag:
    """A box dragged from one corner to the other."""

    x0: float
    y0: float
    x1: float
    y1: float


Gesture = Click | Drag


@dataclass(frozen=True, slots=True)
class Target:
    """One object: its category and the gestures that mean it, in image pixels."""

    category: str
    gestures: tuple[Gesture, ...]


SCRIPT: dict[str, tuple[Target, ...]] = {
    "astronaut.jpg": (
        Target(
            "person",
            (
                Drag(14, 12, 372, 511),
                Click(215, 140),
                Click(110, 60, positive=False),
                Click(40, 180, positive=False),
            ),
        ),
        Target("spacecraft", (Drag(350, 0, 455, 288),)),
    ),
    "cat.jpg": (
        Target("cat", (Drag(22, 1, 392, 299), Click(164, 207), Click(300, 150))),
        Target("eye", (Drag(134, 84, 202, 146), Click(168, 116))),
    ),
    "coffee.jpg": (
        Target("cup", (Drag(172, 16, 410, 210), Click(262, 150))),
        Target("spoon", (Drag(318, 225, 410, 330),)),
    ),
    "coins.jpg": (
        Target("coin", (Click(44, 54),)),
        Target("coin", (Click(100, 54),)),
        Target("coin", (Click(155, 50),)),
        Target("coin", (Drag(303, 10, 368, 74),)),
    ),
    "flower.jpg": (
        Target("flower", (Click(304, 216), Click(200, 240))),
        Target("flower", (Drag(284, 370, 476, 426),)),
    ),
    "raccoon.jpg": (Target("raccoon", (Drag(0, 0, 946, 640), Click(590, 540), Click(650, 440))),),
    "rocket.jpg": (Target("spacecraft", (Drag(302, 122, 340, 408),)),),
    "temple.jpg": (Target("building", (Drag(58, 26, 372, 392), Click(460, 250, positive=False))),),
}

CATEGORIES = tuple(dict.fromkeys(target.category for targets in SCRIPT.values() for target in targets))
