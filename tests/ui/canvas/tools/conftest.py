"""The brush in the hand, and what the canvas announces of its strokes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sam3_annotator.project import InstanceId, Region
from sam3_annotator.ui.canvas.brush import Brush
from sam3_annotator.ui.canvas.scene import CanvasInstance
from sam3_annotator.ui.canvas.view import CanvasView


@pytest.fixture
def brush(canvas: CanvasView, hand: Any) -> Brush:
    """Take a brush with a radius of 10 pixels into the hand."""
    brush = Brush(10, "#0000ff")
    canvas.brush.take(brush)
    hand.click(5, 5)  # with no key: Qt's moves have those of the test before
    canvas.set_tool("brush")
    return brush


@pytest.fixture
def square(brush: Brush, canvas: CanvasView, make_instance: Callable[..., CanvasInstance]) -> CanvasView:
    """Show a single, selected square of 100 x 100 at (100, 100); edits of it are kept."""
    instance = make_instance(7, (100, 100, 200, 200))
    canvas.set_instances([instance])
    canvas.set_selection([instance.id])
    canvas.region_edited.connect(
        lambda _id, region, _label: canvas.update_instances([replace(instance, region=region)])
    )
    return canvas


@pytest.fixture
def edits(canvas: CanvasView) -> list[tuple[InstanceId, Region, str]]:
    """Collect the changed regions the canvas announces."""
    collected: list[tuple[InstanceId, Region, str]] = []
    canvas.region_edited.connect(lambda *edit: collected.append(edit))
    return collected


@pytest.fixture
def drawn(canvas: CanvasView) -> list[tuple[Region, bool]]:
    """Collect the new regions the canvas announces."""
    collected: list[tuple[Region, bool]] = []
    canvas.region_drawn.connect(lambda *region: collected.append(region))
    return collected


@pytest.fixture
def refused(canvas: CanvasView) -> list[str]:
    """Collect why the canvas says it does not do something."""
    collected: list[str] = []
    canvas.brush.refused.connect(collected.append)
    return collected
