"""Files of weights, before anything is loaded: which of them are a model's, and what a file is that holds none."""

from __future__ import annotations

from sam3_annotator.model.weights_files.choosing import INDEX_SUFFIX, WeightsFiles, find_weights, looks_like_weights

__all__ = ["INDEX_SUFFIX", "WeightsFiles", "find_weights", "looks_like_weights"]
