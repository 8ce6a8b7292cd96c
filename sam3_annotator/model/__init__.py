"""The models behind one protocol: prompts in, masks out; knows neither Qt nor the database."""

from __future__ import annotations

from sam3_annotator.model.capabilities import refuse_clicks, refuse_concepts
from sam3_annotator.model.catalog import (
    BUILTIN,
    BUILTIN_TITLE,
    Catalog,
    Contents,
    FileHash,
    KnownModel,
    Licence,
    ModelEntry,
    ModelOrigin,
    ModelState,
)
from sam3_annotator.model.embedding_cache import (
    GIGABYTE,
    CacheBudgets,
    DiskLevel,
    DiskUsage,
    EmbeddingCache,
    default_folder,
)
from sam3_annotator.model.engine import (
    Engine,
    EngineStage,
    EngineStatus,
    ModelSource,
)
from sam3_annotator.model.errors import (
    AccessDenied,
    Cancelled,
    CatalogError,
    DownloadFailed,
    ModelError,
    ModelUnavailable,
    OutOfMemory,
    UnsupportedPrompt,
)
from sam3_annotator.model.freeing import have_garbage_collected_by
from sam3_annotator.model.opening import open_session
from sam3_annotator.model.outputs import Detection, Segmentation
from sam3_annotator.model.packed_masks import PackedMask
from sam3_annotator.model.progress import LoadingProgress, Progress
from sam3_annotator.model.prompts import BoxPrompt, ConceptPrompt, Exemplar, MaskPrompt, PointPrompt, Prompt
from sam3_annotator.model.propagation import Propagated, propagate
from sam3_annotator.model.requests import JobProgress, Outcome, Slot, Ticket
from sam3_annotator.model.session import (
    Check,
    Embedding,
    PackedEmbedding,
    RestoringSession,
    Session,
    never_cancelled,
)
from sam3_annotator.model.weights_files import looks_like_weights
from sam3_annotator.model.window import Window
from sam3_annotator.model.workbench import Job, Workbench

__all__ = [
    "BUILTIN",
    "BUILTIN_TITLE",
    "GIGABYTE",
    "AccessDenied",
    "BoxPrompt",
    "CacheBudgets",
    "Cancelled",
    "Catalog",
    "CatalogError",
    "Check",
    "ConceptPrompt",
    "Contents",
    "Detection",
    "DiskLevel",
    "DiskUsage",
    "DownloadFailed",
    "Embedding",
    "EmbeddingCache",
    "Engine",
    "EngineStage",
    "EngineStatus",
    "Exemplar",
    "FileHash",
    "Job",
    "JobProgress",
    "KnownModel",
    "Licence",
    "LoadingProgress",
    "MaskPrompt",
    "ModelEntry",
    "ModelError",
    "ModelOrigin",
    "ModelSource",
    "ModelState",
    "ModelUnavailable",
    "OutOfMemory",
    "Outcome",
    "PackedEmbedding",
    "PackedMask",
    "PointPrompt",
    "Progress",
    "Prompt",
    "Propagated",
    "RestoringSession",
    "Segmentation",
    "Session",
    "Slot",
    "Ticket",
    "UnsupportedPrompt",
    "Window",
    "Workbench",
    "default_folder",
    "have_garbage_collected_by",
    "looks_like_weights",
    "never_cancelled",
    "open_session",
    "propagate",
    "refuse_clicks",
    "refuse_concepts",
]
