"""Makes the model and gives it the weights of a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from sam3_annotator.model.builtin import is_builtin_file
from sam3_annotator.model.checkpoint.files import open_weights
from sam3_annotator.model.checkpoint.filling import fill, plan
from sam3_annotator.model.checkpoint.naming import name_relative, recognise
from sam3_annotator.model.errors import ModelUnavailable
from sam3_annotator.model.network.builder import build_sam3_image_model
from sam3_annotator.model.network.config import Sam3Config
from sam3_annotator.model.network.sam3_image import Sam3Image
from sam3_annotator.model.progress import LoadingProgress, untold
from sam3_annotator.model.weights_files import find_weights


def load_model(
    path: str | Path,
    device: torch.device | str = "cpu",
    dtype: torch.dtype = torch.float32,
    *,
    config: Sam3Config | None = None,
    progress: LoadingProgress = untold,
) -> Sam3Image:
    """Load SAM 3 from Meta's `sam3.pt`, from Hugging Face's `model.safetensors`, or from a folder that holds one.

    What a file is, is told from its contents, also whether it holds the detector or the click model alone; then the
    model has that half only. It is ready to answer, its parameters in `dtype` on `device`; the file is mapped and
    copied tensor by tensor, so that the weights are in memory once. `config` are the sizes expected, those of the
    released model by default. `progress` is told what is done, and the bytes filled before every tensor, and may raise
    `Cancelled`.

    Raises `ModelUnavailable` with a sentence for anything that is not wholly and exactly such a model.
    """
    path = Path(path)
    config = config or Sam3Config()
    progress(0, 0, "Reading the file")
    if is_builtin_file(find_weights(path).path):
        raise ModelUnavailable(
            f"{path} is the built-in model of this program, not SAM 3; open it with open_session(“{path}”), or by its "
            "name, builtin."
        )
    file = open_weights(path)
    tensors = file.map()
    naming = recognise(tensors)
    relative = name_relative(tensors)
    if naming is None or relative is not None:
        kind = f"holds the weights of {relative or 'another model than SAM 3'}"
        raise ModelUnavailable(f"{path} {kind}; choose sam3.pt or model.safetensors of facebook/sam3.")
    config = replace(
        config,
        interactive=replace(config.interactive, has_raw_iou=naming.has_raw_iou),
        has_concepts=naming.has_concepts,
        has_clicks=naming.has_clicks,
    )
    progress(0, 0, "Building the network")
    model = build_sam3_image_model(config, device="meta")
    pieces = plan(file.path, tensors, naming, model)
    place = torch.device(device)
    fill(model, tensors, pieces, naming.names, device=place, dtype=dtype, progress=progress)
    return model
