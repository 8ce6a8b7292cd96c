"""The engine: the thread of the model, what it is asked for, and what its jobs work with."""

from __future__ import annotations

from sam3_annotator.model.engine.engine import Engine, EngineStage, EngineStatus, ModelSource
from sam3_annotator.model.engine.requests import JobProgress, Outcome, Slot, Ticket
from sam3_annotator.model.engine.workbench import Job, Workbench

__all__ = [
    "Engine",
    "EngineStage",
    "EngineStatus",
    "Job",
    "JobProgress",
    "ModelSource",
    "Outcome",
    "Slot",
    "Ticket",
    "Workbench",
]
