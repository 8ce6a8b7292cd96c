"""The models behind one protocol: prompts in, masks out; knows neither Qt nor the database."""

from __future__ import annotations

from sam3_annotator.model.embedding_cache import EmbeddingCache
from sam3_annotator.model.engine import (
    Engine,
    EngineStage,
    EngineStatus,
    Job,
    Outcome,
    Slot,
    Ticket,
    Workbench,
)
from sam3_annotator.model.errors import Cancelled, ModelError, ModelUnavailable, OutOfMemory, UnsupportedPrompt
from sam3_annotator.model.opening import open_session
from sam3_annotator.model.outputs import Detection, Segmentation
from sam3_annotator.model.prompts import BoxPrompt, ConceptPrompt, Exemplar, MaskPrompt, PointPrompt, Prompt
from sam3_annotator.model.session import Check, Embedding, Session, never_cancelled

__all__ = [
    "BoxPrompt",
    "Cancelled",
    "Check",
    "ConceptPrompt",
    "Detection",
    "Embedding",
    "EmbeddingCache",
    "Engine",
    "EngineStage",
    "EngineStatus",
    "Exemplar",
    "Job",
    "MaskPrompt",
    "ModelError",
    "ModelUnavailable",
    "OutOfMemory",
    "Outcome",
    "PointPrompt",
    "Prompt",
    "Segmentation",
    "Session",
    "Slot",
    "Ticket",
    "UnsupportedPrompt",
    "Workbench",
    "never_cancelled",
    "open_session",
]
