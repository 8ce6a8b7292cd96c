"""The tools of the canvas, one class each."""

from __future__ import annotations

from sam3_annotator.ui.canvas.tools.base import Tool, ToolEvent, ToolHost
from sam3_annotator.ui.canvas.tools.box import BoxTool
from sam3_annotator.ui.canvas.tools.brush import BrushTool
from sam3_annotator.ui.canvas.tools.exemplar import ExemplarTool
from sam3_annotator.ui.canvas.tools.points import PointsTool
from sam3_annotator.ui.canvas.tools.polygon import PolygonTool
from sam3_annotator.ui.canvas.tools.select import SelectTool

# Name -> class; the names are what `CanvasView.set_tool` takes.
TOOLS: dict[str, type[Tool]] = {
    tool.name: tool for tool in (SelectTool, PointsTool, BoxTool, ExemplarTool, PolygonTool, BrushTool)
}

__all__ = [
    "TOOLS",
    "BoxTool",
    "BrushTool",
    "ExemplarTool",
    "PointsTool",
    "PolygonTool",
    "SelectTool",
    "Tool",
    "ToolEvent",
    "ToolHost",
]
