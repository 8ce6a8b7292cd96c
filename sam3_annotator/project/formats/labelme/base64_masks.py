"""Masks as PNG files in base64, the way labelme keeps them inside its JSON."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray

from sam3_annotator.project import images

_ONE_CHANNEL = frozenset({"1", "L", "P", "I", "I;16"})


def encode_mask_png(mask: NDArray[np.bool_]) -> str:
    """Return a `(H, W)` mask as the base64 code of a grey PNG with the values 0 and 1."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(mask.astype(np.uint8)).save(file, format="PNG")
    return base64.b64encode(file.getvalue()).decode("ascii")


def decode_mask_png(code: object) -> NDArray[np.bool_]:
    """Return the `(H, W)` mask of the pixels that are not 0 (of a palette: whose index is not 0).

    Raises ValueError, as the end of a sentence, if it is no such PNG.
    """
    from PIL.PngImagePlugin import PngImageFile

    if not isinstance(code, str) or not code:
        raise ValueError("has no mask in it")
    try:
        # The class itself: `Image.open` refuses or warns of large images, by a limit that is not ours.
        with PngImageFile(io.BytesIO(base64.b64decode(code))) as image:
            mode, width, height = image.mode, image.width, image.height
            is_small = width * height <= images.MAX_PIXELS
            pixels = np.asarray(image) if is_small and mode in _ONE_CHANNEL else None
    except Exception as error:  # decoders raise whatever the damage makes them
        raise ValueError("has a mask that is damaged or no PNG") from error
    if pixels is None and not is_small:
        raise ValueError(f"has a mask of {width} x {height} pixels, which is more than any image has")
    if pixels is None:
        raise ValueError("has a mask with colours instead of one value per pixel")
    mask: NDArray[np.bool_] = pixels != 0
    return mask
