"""What the model is doing, in words."""

from __future__ import annotations

from typing import Final

from sam3_annotator.model import EngineStage, EngineStatus, Slot

_BUSY_WORDS: Final = {
    Slot.SEGMENT: "outlining",
    Slot.EMBED: "reading the image",
    Slot.PREVIEW: "outlining",
    Slot.COMPARE: "outlining",
    Slot.DETECT: "finding",
    Slot.PREFETCH: "reading ahead",
    Slot.BATCH: "working through the images",
    Slot.AUDIT: "comparing labels",
    Slot.LABEL: "finding in all images",
    Slot.PROPAGATE: "propagating through images",
}
_STAGE_WORDS: Final = {
    EngineStage.LOADING: "loading",
    EngineStage.READY: "ready",
    EngineStage.BUSY: "working",
    EngineStage.FAILED: "not available",
    EngineStage.STOPPED: "stopped",
}


def status_words(status: EngineStatus) -> str:
    """Say what the model is doing."""
    if status.stage is EngineStage.BUSY and status.slot is not None:
        return _BUSY_WORDS[status.slot]
    if status.stage is EngineStage.LOADING:
        return _loading_words(status)
    return _STAGE_WORDS[status.stage]


def _loading_words(status: EngineStatus) -> str:
    """Say what loading is doing and, once something is done, how far it is."""
    words = status.activity or _STAGE_WORDS[status.stage]
    doing = words[0].lower() + words[1:]
    return f"{doing}, {round(100 * status.progress)} %" if status.progress else doing
