"""Where each row and column of the image lies relative to a query's box, for the decoder's attention to the image.

The bias of a place is a term of its row plus a term of its column (Lin et al., 2023, box-relative position bias), so
that nothing but the last sum is as large as queries times places.
"""

from __future__ import annotations

import torch
from torch import Tensor

from sam3_annotator.model.network.boxes import xyxy_from_cxcywh


def log_distance(distance: Tensor) -> Tensor:
    """Compress signed distances in parts of the image; 7/8 of it gives 1. Float32, odd, zero at zero."""
    eighths = 8 * distance.float()
    return eighths.sign() * torch.log2(eighths.abs() + 1) / 3


def edge_distances(boxes_cxcywh: Tensor, height: int, width: int) -> tuple[Tensor, Tensor]:
    """Give how far each row lies below the top and bottom edge, `(B, Q, height, 2)`, and each column right of the
    left and right edge, `(B, Q, width, 2)`, of boxes `(B, Q, 4)`; all in parts of the image.

    A row or column stands for its beginning, not its middle; boxes may reach beyond the image.
    """  # noqa: D205 - both halves in one sentence
    edges = xyxy_from_cxcywh(boxes_cxcywh.float())[..., None, :]
    rows = torch.arange(height, device=edges.device)[:, None] / height
    columns = torch.arange(width, device=edges.device)[:, None] / width
    return rows - edges[..., 1::2], columns - edges[..., 0::2]


def sum_axes(rows: Tensor, columns: Tensor) -> Tensor:
    """Add terms of rows `(B, Q, height, heads)` and of columns `(B, Q, width, heads)` to `(B, heads, Q, HW)`."""
    # Heads first while they are small: the sum takes the order of its parts, and a mask in another would be copied.
    by_row, by_column = rows.permute(0, 3, 1, 2).contiguous(), columns.permute(0, 3, 1, 2).contiguous()
    return (by_row[..., None] + by_column[..., None, :]).flatten(-2)
