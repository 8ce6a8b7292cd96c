"""SAM 3 as PyTorch modules: tensors in, tensors out; one file per box of the architecture figure in `docs/sam3.md`."""

from __future__ import annotations

from sam3_annotator.model.network.builder import build_sam3_image_model
from sam3_annotator.model.network.config import Sam3Config

__all__ = ["Sam3Config", "build_sam3_image_model"]
