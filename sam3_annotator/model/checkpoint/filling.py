"""Plans which tensor of a file goes where in a model, checks that nothing is missing, then copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

import torch
from torch import Tensor, nn

from sam3_annotator.model.checkpoint.files import let_go
from sam3_annotator.model.checkpoint.naming import Naming
from sam3_annotator.model.checkpoint.rename import Piece
from sam3_annotator.model.errors import ModelUnavailable
from sam3_annotator.model.progress import LoadingProgress

DTYPES = (torch.float32, torch.bfloat16, torch.float16, torch.float64)
REMEDY = "download sam3.pt or model.safetensors of facebook/sam3 again"


def plan(path: Path, tensors: Mapping[str, Tensor], naming: Naming, model: nn.Module) -> list[Piece]:
    """Say what of the file goes where in the model, in the file's order.

    Raises `ModelUnavailable` unless every tensor of the model is filled, each part exactly once, by one of the right
    shape and kind, and every tensor of the file is used or known to be of no use. The model has the halves of the file.
    """
    wanted = model.state_dict()
    pieces, unknown = _find_pieces(naming)
    unknown += [piece.theirs for piece in pieces if piece.ours not in wanted]
    if unknown:
        strangers = [naming.names[name] for name in unknown]
        raise _refusal(path, naming, "with tensors that are not of this model:", strangers)
    missing, repeated = _find_gaps(pieces, wanted)
    repeated += sorted(set(tensors) - set(naming.names.values()))  # hidden by another of the same meaning
    if missing:
        raise _refusal(path, naming, "but not the whole of it; there is nothing for", missing)
    if repeated:
        raise _refusal(path, naming, "with the same under two names:", repeated)
    for piece in pieces:
        name = naming.names[piece.theirs]
        reason = _find_misfit(name, piece, tensors[name], wanted[piece.ours])
        if reason:
            raise ModelUnavailable(f"{path} is {naming.title}, but {reason}; {REMEDY}.")
    return pieces


def fill(
    model: nn.Module,
    tensors: Mapping[str, Tensor],
    pieces: Sequence[Piece],
    names: Mapping[str, str],
    *,
    device: torch.device,
    dtype: torch.dtype,
    progress: LoadingProgress,
) -> None:
    """Give a model on the `meta` device its weights on `device`: parameters in `dtype`, buffers in their own.

    `progress` counts bytes of the model, before each tensor and at the end.
    """
    parameters = dict(model.named_parameters())
    wanted = {
        name: value.to(dtype) if name in parameters else value  # still without contents
        for name, value in model.state_dict().items()
    }
    total = sum(value.nbytes for value in wanted.values())
    done = 0
    state: dict[str, Tensor] = {}
    for theirs, its_pieces in groupby(pieces, key=lambda piece: piece.theirs):
        source = tensors[names[theirs]]
        for piece in its_pieces:
            progress(done, total, f"Filling {len(state)} of {len(wanted)} weights")
            if piece.ours not in state:
                # Zeros, for what no piece fills: a row that is never read.
                state[piece.ours] = torch.zeros_like(wanted[piece.ours], device=device)
            place = piece.place(state[piece.ours])
            place.copy_(piece.take(source.detach()))  # files may hold parameters, as they were trained
            done += place.nbytes
        let_go(source)
    progress(total, total, f"Filling {len(wanted)} of {len(wanted)} weights")
    model.load_state_dict(state, assign=True)


def _find_pieces(naming: Naming) -> tuple[list[Piece], list[str]]:
    pieces: list[Piece] = []
    unknown: list[str] = []
    for name in naming.names:
        try:
            pieces += naming.table.pieces_of(name)
        except KeyError:
            unknown.append(name)
    if idle := naming.idle_neck:
        pieces = [piece for piece in pieces if not piece.ours.startswith(idle)]
    return pieces, unknown


def _find_gaps(pieces: Sequence[Piece], wanted: Mapping[str, Tensor]) -> tuple[list[str], list[str]]:
    """Name our tensors of which a part is not filled, and those of which a part is filled twice."""
    parts: dict[str, list[int]] = {name: [] for name in wanted}
    counts: dict[str, int] = {}
    for piece in pieces:
        parts[piece.ours].append(piece.part)
        counts[piece.ours] = piece.parts
    missing = [name for name, found in parts.items() if len(set(found)) < counts.get(name, 1)]
    return missing, [name for name, found in parts.items() if len(set(found)) < len(found)]


def _find_misfit(name: str, piece: Piece, theirs: Tensor, ours: Tensor) -> str | None:
    if theirs.dtype not in DTYPES or theirs.layout is not torch.strided:
        kind = theirs.layout if theirs.dtype in DTYPES else theirs.dtype
        return f"repackaged: “{name}” is in {str(kind).removeprefix('torch.')}, which is not read here"
    expected = piece.place(ours).shape
    if not theirs.ndim or piece.take(theirs).shape != expected:  # a single number has no rows to take
        return (
            f"of another size: “{name}” is {tuple(theirs.shape)}, where {tuple(expected)} is expected for {piece.ours}"
        )
    return None


def _refusal(path: Path, naming: Naming, what: str, names: Sequence[str]) -> ModelUnavailable:
    rest = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return ModelUnavailable(f"{path} is {naming.title}, {what} “{names[0]}”{rest}; {REMEDY}.")
