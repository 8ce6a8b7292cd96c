"""The models behind one protocol: prompts in, masks out; knows neither Qt nor the database.

What is said between a model and its user lies right here: `prompts` and `outputs`, the `session` that makes the ones
of the others, its `capabilities`, `errors` and `progress`; so does what models share (`distinct`, `recent`, `trail`).
`opening` makes a session of a name. There are three kinds: `builtin` is the network in the box; `sam3` puts questions
to the modules of `network`, with weights that `checkpoint` reads; `grabcut` has no network. `catalog` knows which
models there are, `weights_files` which files are theirs. `machine` is what depends on the computer they run on.
`engine` runs a session on a thread of its own, and `embedding_cache` keeps what it made of each image. `propagation`
carries masks over to the next image.
"""

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
    Job,
    JobProgress,
    ModelSource,
    Outcome,
    Slot,
    Ticket,
    Workbench,
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
from sam3_annotator.model.machine.freeing import have_garbage_collected_by
from sam3_annotator.model.opening import open_session
from sam3_annotator.model.outputs import Detection, Segmentation
from sam3_annotator.model.packed_masks import PackedMask
from sam3_annotator.model.progress import LoadingProgress, Progress
from sam3_annotator.model.prompts import BoxPrompt, ConceptPrompt, Exemplar, MaskPrompt, PointPrompt, Prompt
from sam3_annotator.model.propagation import Propagated, propagate
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
